"""A training step, the running of fit(), and predict() with the heap locked."""

import hashlib
from array import array

from border import heap_lock, heap_unlock, locked

import _octograd
import octograd as og

N_IN, N_OUT, N = 20, 4, 12


def digest(memory):
    """Return the first digits of the SHA-256 of memory."""
    return "".join(["%02x" % byte for byte in hashlib.sha256(memory).digest()[:6]])


def steps(trainer, x, targets):
    """Make a step with each sample."""
    for i in range(N):
        trainer.step(x[i], targets[i])


def rest(fit, _, __):
    """Run a fit to its end."""
    for _ in fit:
        pass


def classify_all(net, x, _):
    """Classify each sample."""
    for i in range(N):
        net.classify(x[i])


rng = array("I", [0])
_octograd.rng_seed(rng, 6)
samples = array("b", bytes(N * N_IN))
_octograd.rng_uniform(rng, 32512, samples)
target_bytes = array("b", bytes(N * N_OUT))
_octograd.rng_uniform(rng, 16000, target_bytes)
x = [memoryview(samples)[i * N_IN : (i + 1) * N_IN] for i in range(N)]
targets = [memoryview(target_bytes)[i * N_OUT : (i + 1) * N_OUT] for i in range(N)]
labels = bytes([_octograd.rng_below(rng, N_OUT) for _ in range(N)])

CE, MSE = og.SoftmaxCrossEntropy(), og.MSE()
VARIANTS = (
    ("16-bit", 16, CE, og.SGD(1 / 8), 0, True),
    ("8-bit", 8, CE, og.SGD(1 / 8), 0, True),
    ("normalize", 16, CE, og.SGD(1 / 512, normalize=True), 0, True),
    ("normalize 8-bit", 8, CE, og.SGD(1 / 512, normalize=True), 0, True),
    ("skip some", 16, CE, og.SGD(1 / 8), 0.5, True),
    ("skip all", 16, CE, og.SGD(1 / 8), 1, True),
    ("halving", 16, CE, og.SGD(15), 0, True),
    ("mse", 16, MSE, og.SGD(1 / 8), 0, True),
    ("frozen", 16, CE, og.SGD(1 / 8), 0, False),
)
for name, bits, loss, sgd, skip, lower in VARIANTS:
    net = og.Sequential(
        og.Dense(9, og.relu, trainable=lower),
        og.Dense(7, og.relu),
        og.Dense(N_OUT),
        weight_bits=bits,
    )
    net.build((N_IN,))
    trainer = og.Trainer(net, loss, sgd, skip=skip)
    locked(name + ": steps", steps, trainer, x, labels if loss is CE else targets)
    fit = trainer.fit(samples, labels if loss is CE else target_bytes, epochs=2)
    next(fit)
    locked(name + ": fit", rest, fit, None, None)
    locked(name + ": classify", classify_all, net, x, None)
    print(net.digest()[:12], trainer.skipped)


# Nets with all kinds of layers, and all options.
def images(weight_bits):
    """Return a net for images."""
    return og.Sequential(
        og.Conv2D(4, 3, padding="same", activation=og.relu),
        og.MaxPool2D(2),
        og.Dropout(0.25),
        og.Residual(
            [og.DepthwiseConv2D(3, padding=1, activation=og.relu6), og.Conv2D(4, 1)],
            activation=og.leaky_relu(),
        ),
        og.Residual([og.Conv2D(4, 2)], shortcut=[og.MaxPool2D(2, strides=1)]),
        og.MaxPool2D(2, strides=1, padding="same"),
        og.AveragePool2D(1),
        og.Flatten(),
        og.Dense(N_OUT),
        weight_bits=weight_bits,
    )


def decoder(weight_bits):
    """Return a net that makes an image of a vector."""
    return og.Sequential(
        og.Dense(8, og.tanh),
        og.Reshape((2, 2, 2)),
        og.Conv2DTranspose(2, 2, strides=2, activation=og.sigmoid, trainable=False),
        og.UpSampling2D((1, 2)),
        og.Conv2D(1, 3, padding="same", activation=og.relu),
        og.Flatten(),
        og.Dense(N_OUT),
        weight_bits=weight_bits,
    )


def signals(weight_bits):
    """Return a net for signals."""
    return og.Sequential(
        og.Conv1D(4, 3, activation=og.relu),
        og.MaxPool1D(2),
        og.AveragePool1D(2, strides=1),
        og.GlobalAveragePool(),
        og.Dense(N_OUT),
        weight_bits=weight_bits,
    )


def latent(weight_bits):
    """Return a net with a latent layer."""
    return og.Sequential(
        og.Dense(8, og.relu),
        og.Latent(3, beta=0.3, warmup=20),
        og.Dense(8, og.relu),
        og.Dense(N_OUT),
        weight_bits=weight_bits,
    )


COSINE = og.CosineDecay()
VARIANTS = (
    ("images", images, (5, 4, 1), 16, CE, {}),
    ("images 8-bit", images, (5, 4, 1), 8, CE, {}),
    ("images momentum", images, (5, 4, 1), 16, CE, {"momentum": 0.9, "schedule": COSINE}),
    ("images batch", images, (5, 4, 1), 8, CE, {"batch": 3, "weight_decay": 0.1}),
    ("images all", images, (5, 4, 1), 16, CE, {"batch": 5, "momentum": 0.5, "weight_decay": 1}),
    ("decoder", decoder, (20,), 16, og.BinaryCrossEntropy(), {"schedule": og.StepDecay(1)}),
    ("decoder 8-bit", decoder, (20,), 8, og.Huber(0.5), {"momentum": 0.99}),
    ("signals", signals, (10, 2), 8, MSE, {"batch": 2, "normalize": True}),
    ("latent", latent, (20,), 16, og.BinaryCrossEntropy(), {}),
    ("latent 8-bit", latent, (20,), 8, MSE, {"batch": 3, "momentum": 0.5}),
    ("latent partial", latent, (20,), 16, CE, {"partial": og.PartialUpdate()}),
    ("images partial", images, (5, 4, 1), 16, CE, {"partial": og.PartialUpdate()}),
    ("signals partial", signals, (10, 2), 8, MSE, {"partial": og.PartialUpdate(by="loss")}),
    ("images held", images, (5, 4, 1), 16, CE, {"held": True}),
    ("images held 8-bit", images, (5, 4, 1), 8, CE, {"held": True, "batch": 2}),
)
for name, make, shape, bits, loss, options in VARIANTS:
    net = make(bits)
    net.build(shape)
    partial, held = options.pop("partial", None), options.pop("held", False)
    sgd = og.SGD(1 / 64, **options)
    trainer = og.Trainer(net, loss, sgd, partial=partial)
    if held:
        ewc = og.EWC(trainer)
        ewc.measure(samples, labels)
        trainer = og.Trainer(net, loss, sgd, consolidate=ewc)
    locked(name + ": steps", steps, trainer, x, labels if loss is CE else targets)
    fit = trainer.fit(samples, labels if loss is CE else target_bytes, epochs=3)
    next(fit)
    locked(name + ": fit", rest, fit, None, None)
    locked(name + ": classify", classify_all, net, x, None)
    print(net.digest()[:12], trainer.optimizer)


# Rehearsal: what is kept, what is drawn, and a fit with it.
def keep(replay, x, labels):
    """Add samples, and draw others."""
    for i in range(N):
        replay.add(x[i], labels[i])
        replay.draw_into(drawn)


drawn = bytearray(N_IN)
net = og.Sequential(og.Dense(9, og.relu), og.Dense(N_OUT))
net.build((N_IN,))
trainer = og.Trainer(net, CE, og.SGD(1 / 8))
replay = og.ReplayBuffer(N_IN, 6, classes=N_OUT)
locked("replay: add and draw", keep, replay, x, labels)
fit = trainer.fit(samples, labels, epochs=2, replay=replay)
next(fit)
locked("replay: fit", rest, fit, None, None)
print(net.digest()[:12], trainer.steps, digest(replay.memory))


# Autoencoders, and a head on one.
def learn(model, x, _):
    """Make a step with each sample, without labels."""
    for i in range(N):
        model.step(x[i])


ENCODER = [og.Dense(9, og.relu)]
for model in (
    og.Autoencoder(ENCODER, [og.Dense(N_IN)]),
    og.VAE(ENCODER, [og.Dense(7, og.relu), og.Dense(N_IN)], latent=3, warmup=8),
):
    model.build((N_IN,))
    model.prepare(og.SGD(1 / 128), skip=1 / 64, partial=og.PartialUpdate())
    locked(repr(model) + ": steps", learn, model, x, None)
    fit = model.fit(samples, epochs=2)
    next(fit)
    locked("fit", rest, fit, None, None)
    net = og.Sequential(model.features(), og.Dense(N_OUT))
    net.build((N_IN,))
    trainer = og.Trainer(net, CE, og.SGD(1 / 8))
    locked("head", steps, trainer, x, labels)
    print(model.digest()[:12], net.digest()[:12])

# The lock itself works, where there is one.
works = heap_lock is heap_unlock
heap_lock()
try:
    bytearray(1000)
except MemoryError:
    works = True
finally:
    heap_unlock()
print("lock:", works)
