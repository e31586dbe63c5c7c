"""Autoencoders: what is refused, what comes out, features, and files, with MicroPython's heap."""

from array import array

from border import random, rng
from files import PATH, read, remove, with_checksum, write

import _octograd
import octograd as og

N_IN = 12
_octograd.rng_seed(rng, 7)
x = [bytes([v >> 1 for v in bytes(random("b", N_IN, 127))]) for _ in range(8)]


def refused(name, function, *arguments, **options):
    """Print the error of a call that must not succeed; it must begin with the name."""
    try:
        function(*arguments, **options)
        print(name, "WRONG: accepted")
    except (TypeError, ValueError) as e:
        text = str(e).split(", got")[0]
        print(name, text if text.startswith(name) else ("WRONG", str(e)))


def plain(**options):
    """Return a built autoencoder."""
    model = og.Autoencoder([og.Dense(7, og.relu), og.Dense(3)], [og.Dense(N_IN)], **options)
    model.build((N_IN,), seed=3)
    return model


def variational(**options):
    """Return a built VAE."""
    encoder, decoder = [og.Dense(7, og.relu)], [og.Dense(6, og.relu), og.Dense(N_IN)]
    model = og.VAE(encoder, decoder, latent=3, **options)
    model.build((N_IN,), seed=3)
    return model


def images():
    """Return a built convolutional VAE."""
    encoder = [og.Conv2D(3, 3, strides=2, padding="same", activation=og.relu), og.Flatten()]
    decoder = [og.Dense(12, og.relu), og.Reshape((2, 2, 3))]
    decoder += [og.UpSampling2D(2), og.Conv2D(1, 3, padding="same"), og.Flatten()]
    decoder += [og.Dense(N_IN)]
    model = og.VAE(encoder, decoder, latent=4, beta=1 / 4)
    model.build((3, 4, 1), seed=3)
    return model


def learn(model, n):
    """Make n steps, and return the sum of what they return."""
    return sum([model.step(x[i % 8]) for i in range(n)])


# Refusals.
refused("encoder", og.Autoencoder, [], [og.Dense(2)])
refused("decoder", og.Autoencoder, [og.Dense(2)], [])
refused("layers", og.Autoencoder, [og.Dense(2)], [og.Dense(2, og.relu)])
for loss in (og.Huber(), og.MSE, "mse", 0):
    refused("loss", og.Autoencoder, [og.Dense(2)], [og.Dense(2)], loss=loss)
refused("units", og.VAE, [], [og.Dense(2)], latent=0)
refused("beta", og.VAE, [], [og.Dense(2)], beta=-1)
refused("decoder", og.VAE([], [og.Dense(3)]).build, (4,))
refused("decoder", og.VAE([], [og.Dense(3)]).plan, (4,))
refused("encoder", og.Autoencoder([og.Flatten()], [og.Dense(4)]).build, (4,))
unbuilt = og.VAE([], [og.Dense(4)], latent=2)
for method, arguments in (
    ("step", (x[0],)),
    ("fit", (x[0],)),
    ("encode", (x[0],)),
    ("decode", (bytes(2),)),
    ("reconstruct", (x[0],)),
    ("score", (x[0],)),
    ("elbo", (x[0],)),
    ("sample", (1,)),
    ("save", (PATH,)),
    ("prepare", (og.SGD(1),)),
):
    refused("model", getattr(unbuilt, method), *arguments)
vae, model = variational(), plain()
refused("model", vae.step, x[0])
refused("model", vae.fit, x[0])
for bad in (None, 3, bytes(N_IN + 1), array("h", [0] * N_IN)):
    for method in ("encode", "reconstruct", "score", "elbo"):
        refused("x", getattr(vae, method), bad)
    refused("z", vae.decode, bad)
refused("code", vae.encode_into, x[0], bytes(2))
refused("seed", vae.sample, -1)
refused("exponent", model.decode, bytes(3))
for exponent in (256, 1.0, "1"):
    refused("exponent", model.decode, bytes(3), exponent=exponent)
vae.prepare(og.SGD(1 / 64))
refused("x", vae.step, bytes(3))
print(vae)
print(model)

# Outputs, before and after some steps, with both losses.
for make, loss in (
    (plain, og.BinaryCrossEntropy()),
    (plain, og.MSE()),
    (variational, og.BinaryCrossEntropy()),
    (variational, og.MSE()),
    (images, None),
):
    model = make(loss=loss) if loss else make()
    model.prepare(og.SGD(1 / 64))
    for n in (0, 40):
        total = learn(model, n)
        before = model.digest()
        image = list(model.reconstruct(x[0]))
        code = list(model.encode(x[0]))
        print(n, total, code, model.code_exponent, model.score(x[0]), image)
        same = list(model.decode(model.code)) == image
        same = same and list(model.decode(bytes([v & 255 for v in code]))) == image
        print("decoded", same, "unchanged", model.digest() == before)
    # What the loss sees is the image, but for its rounding.
    y = array("i", model.predict(x[0]))
    model.loss.error(y, model.output_exponent, x[0])
    print("image", max([abs(y[i] - 256 * (image[i] - x[0][i])) for i in range(N_IN)]) <= 256)
    if isinstance(model, og.VAE):
        print("samples", [list(model.sample(seed)) for seed in (0, 1, 2**30 - 1)])
        print("again", list(model.sample(1)) == list(model.sample(1)), model.elbo(x[0]))

# The plan counts all buffers; the file has the bytes of the plan.
for make in (plain, variational, images):
    model = make()
    training, inference = model.plan(training=True), model.plan()
    net = og.Sequential(*model.layers)
    ram = model.plan().ram - net.plan(model.input_shape).ram
    own = len(model.image) + len(model.code) + (4 if isinstance(model, og.VAE) else 0)
    model.save(PATH)
    print("plan", ram == own, len(read()) == inference.flash, training.ram, training.arena)

# A file goes on as the model does; of a VAE also in the middle of its warm-up.
for make, options in (
    (plain, {"weight_bits": 8, "loss": og.MSE()}),
    (variational, {"warmup": 30, "beta": 0.3}),
    (images, {}),
):
    model = make(**options)
    model.prepare(og.SGD(1 / 64))
    learn(model, 20)
    model.save(PATH)
    loaded = og.load(PATH)
    print("loaded", repr(loaded) == repr(model), type(loaded) is type(model))
    print(loaded.digest() == model.digest(), loaded.score(x[1]) == model.score(x[1]))
    loaded.prepare(og.SGD(1 / 64))
    print(learn(loaded, 20) == learn(model, 20), loaded.digest() == model.digest())
data = read()
for place in (30, 31):
    for value in (0, 1, 2, 3, 4, 255):
        changed = bytearray(data)
        changed[place] = value
        write(with_checksum(changed))
        try:
            print("byte", place, value, type(og.load(PATH)).__name__)
        except (TypeError, ValueError):
            print("byte", place, value, "refused")

# A head on frozen features, while the model learns on.
vae = variational()
vae.prepare(og.SGD(1 / 64))
learn(vae, 16)
head = og.Sequential(vae.features(), og.Dense(4, og.relu), og.Dense(2))
refused("model", og.Sequential(og.VAE([], [og.Dense(4)]).features(), og.Dense(2)).build, (4,))
refused("Features", head.build, (N_IN + 1,))
head.build((N_IN,), seed=5)
trainer = og.Trainer(head, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
before = vae.digest()
for i in range(24):
    trainer.step(x[i % 8], i % 2)
print("head", head.digest()[:12], "frozen", vae.digest() == before)
print(head.plan(training=True).macs, head)
head.save(PATH)
refused(PATH, og.load, PATH)
refused(PATH, og.load, PATH, features=3)
loaded = og.load(PATH, features=vae.features())
print("loaded", loaded.digest() == head.digest(), loaded.classify(x[2]) == head.classify(x[2]))
outputs = list(head.predict(x[0]))
learn(vae, 16)
print("follows", list(head.predict(x[0])) != outputs)
late = og.Sequential(og.Dense(N_IN, og.relu), vae.features(), og.Dense(2))
late.build((N_IN,))
refused("Features", late.predict, x[0])
remove(PATH)
