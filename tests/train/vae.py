"""Variational autoencoders learn images without labels, and a head learns from a few."""

from array import array

import _octograd
import octograd as og

SIDE, N = 8, 200


def strokes(n, seed):
    """Return images of a horizontal or a vertical stroke, from 0 to 127, and which it is."""
    rng = array("I", [0])
    _octograd.rng_seed(rng, seed)
    x, labels = bytearray(n * SIDE * SIDE), bytearray(n)
    for i in range(n):
        labels[i] = _octograd.rng_below(rng, 2)
        row, column = _octograd.rng_below(rng, 5), _octograd.rng_below(rng, 5)
        for k in range(2 * 5):
            a, b = k % 5, k // 5
            r, c = (row + b, column + a) if labels[i] else (row + a, column + b)
            if r < SIDE and c < SIDE:
                x[(i * SIDE + r) * SIDE + c] = 100 + _octograd.rng_below(rng, 28)
    return memoryview(x), labels


def dense():
    """Return encoder and decoder of dense layers."""
    encoder = [og.Flatten(), og.Dense(24, og.relu)]
    return encoder, [og.Dense(24, og.relu), og.Dense(SIDE * SIDE)]


def convolutional():
    """Return encoder and decoder of convolutions."""
    encoder = [
        og.Conv2D(4, 3, strides=2, padding="same", activation=og.relu),
        og.Flatten(),
        og.Dense(16, og.relu),
    ]
    decoder = [
        og.Dense(4 * 4 * 4, og.relu),
        og.Reshape((4, 4, 4)),
        og.Conv2DTranspose(1, 4, strides=2, padding="same"),
    ]
    return encoder, decoder


def mean(model, method):
    """Return the mean of score() or elbo() over the test images."""
    total = 0
    for i in range(40):
        total += getattr(model, method)(test_x[i * SIDE * SIDE : (i + 1) * SIDE * SIDE])
    return total // 40


x, labels = strokes(N, 1)
test_x, test_labels = strokes(40, 2)
MSE, CE = og.MSE(), og.BinaryCrossEntropy()
PARTIAL = {"skip": 1 / 16, "partial": og.PartialUpdate(0.25, 1)}
for name, make, options, sgd, less, bar in (
    ("dense", dense, {"beta": 1 / 4, "warmup": 150}, og.SGD(1 / 64), {}, 0.75),
    ("squares", dense, {"beta": 1 / 32, "loss": MSE}, og.SGD(1 / 64), {}, 0.8),
    ("convolutional", convolutional, {"beta": 1 / 4}, og.SGD(1 / 128), {}, 0.8),
    (
        "convolutional 8-bit",
        convolutional,
        {"beta": 0.3, "weight_bits": 8},
        og.SGD(1 / 64, batch=2, momentum=0.5),
        {},
        0.8,
    ),
    ("partial", convolutional, {"beta": 1 / 4}, og.SGD(1 / 64), PARTIAL, 0.8),
):
    vae = og.VAE(*make(), latent=4, **options)
    vae.build((SIDE, SIDE, 1), seed=4)
    vae.prepare(sgd, **less)
    first = mean(vae, "score")
    steps = 0
    for _ in vae.fit(x, seed=5):
        steps += 1
        if steps % 100 == 0:
            print(name, steps, vae.digest())
    last = mean(vae, "score")
    print(name, "score falls:", last < first * bar, first, last, mean(vae, "elbo"))
    print(name, list(vae.sample(7))[:8], list(vae.encode(test_x[: SIDE * SIDE])))

# A head on the last one, from its code and 40 labels.
before = vae.digest()
head = og.Sequential(vae.features(), og.Dense(12, og.relu), og.Dense(2))
head.build((SIDE, SIDE, 1))
trainer = og.Trainer(head, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
for _ in trainer.fit(x[: 40 * SIDE * SIDE], labels[:40], epochs=25):
    pass
_, accuracy = trainer.evaluate(test_x, test_labels)
print("head", head.digest(), int(40 * accuracy + 0.5), "learnt:", accuracy > 0.7)
print("features unchanged:", vae.digest() == before)

# An autoencoder without a latent layer.
encoder, decoder = dense()
model = og.Autoencoder(encoder + [og.Dense(6)], decoder)
model.build((SIDE, SIDE, 1), seed=4)
model.prepare(og.SGD(1 / 64))
first = mean(model, "score")
for _ in model.fit(x):
    pass
last = mean(model, "score")
print("plain", model.digest(), "score falls:", last < first * 0.8, first, last)
