"""Nets learn to compress small images and to restore them, with each decoder and loss."""

from array import array

import _octograd
import octograd as og

SIDE, N = 8, 120


def blobs(n, seed):
    """Return images of a bright rectangle on a dark ground, from 0 to 127."""
    rng = array("I", [0])
    _octograd.rng_seed(rng, seed)
    x = array("b", bytes(n * SIDE * SIDE))
    for i in range(n):
        top, left = _octograd.rng_below(rng, SIDE - 3), _octograd.rng_below(rng, SIDE - 3)
        high, wide = 2 + _octograd.rng_below(rng, 3), 2 + _octograd.rng_below(rng, 3)
        for r in range(top, min(top + high, SIDE)):
            for c in range(left, min(left + wide, SIDE)):
                x[(i * SIDE + r) * SIDE + c] = 110 + _octograd.rng_below(rng, 18)
    return memoryview(x)


def encoder():
    """Return the layers from an image to a few numbers."""
    return (
        og.Conv2D(6, 3, strides=2, padding="same", activation=og.relu),
        og.Flatten(),
        og.Dense(16, og.leaky_relu()),
        og.Dense(4 * 4 * 6, og.relu),
        og.Reshape((4, 4, 6)),
    )


def transposed():
    """Return the layers from a small image to a large one, by a transposed convolution."""
    return (
        og.Conv2DTranspose(6, 3, strides=2, padding="same", activation=og.relu),
        og.Conv2D(1, 3, padding="same"),
    )


def upsampled():
    """Return the layers from a small image to a large one, by repeated pixels."""
    return (
        og.UpSampling2D(2),
        og.Conv2D(6, 3, padding="same", activation=og.relu),
        og.Conv2D(1, 3, padding="same"),
    )


def last_transposed():
    """Return a decoder whose last layer is a transposed convolution."""
    return (og.Conv2DTranspose(1, 4, strides=2, padding="same"),)


x, test_x = blobs(N, 1), blobs(40, 2)
for name, decoder, loss, sgd, weight_bits, bar in (
    ("transposed, cross-entropy", transposed, og.BinaryCrossEntropy(), og.SGD(1 / 64), 16, 0.6),
    ("upsampled, squares", upsampled, og.MSE(), og.SGD(1 / 128), 16, 0.6),
    ("upsampled, huber, 8-bit", upsampled, og.Huber(0.25), og.SGD(1 / 128), 8, 0.75),
    ("last transposed", last_transposed, og.MSE(), og.SGD(1 / 64, momentum=0.5), 16, 0.6),
):
    net = og.Sequential(*encoder() + decoder(), weight_bits=weight_bits)
    net.build((SIDE, SIDE, 1), seed=3)
    trainer = og.Trainer(net, loss, sgd)
    first, _ = trainer.evaluate(test_x, test_x)
    steps = 0
    for p in trainer.fit(x, x, epochs=4, seed=5):
        steps += 1
        if steps % 120 == 0:
            print(name, steps, net.digest(), p.accuracy)
    last, _ = trainer.evaluate(test_x, test_x)
    print(name, "loss falls:", last < first * bar)
    print(name, "sum of losses:", int(first * 1024 * 40 + 0.5), int(last * 1024 * 40 + 0.5))
