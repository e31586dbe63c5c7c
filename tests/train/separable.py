"""A residual net of depthwise-separable convolutions, as MobileNetV2, learns textures."""

from array import array

import _octograd
import octograd as og

SIDE, N_CLASSES, N = 8, 4, 160


def textures(n, seed):
    """Return pieces of random textures with two channels, each class with its own."""
    rng = array("I", [0])
    _octograd.rng_seed(rng, 19)
    tiles = bytearray(N_CLASSES * 4 * 4 * 2)
    _octograd.rng_uniform(rng, 20000, tiles)
    tiles = array("b", tiles)
    _octograd.rng_seed(rng, seed)
    x, labels = array("b", bytes(n * SIDE * SIDE * 2)), bytearray(n)
    k = 0
    for i in range(n):
        labels[i] = _octograd.rng_below(rng, N_CLASSES)
        row, column = _octograd.rng_below(rng, 4), _octograd.rng_below(rng, 4)
        for r in range(SIDE):
            for c in range(SIDE):
                tile = (labels[i] * 16 + (r + row) % 4 * 4 + (c + column) % 4) * 2
                for channel in range(2):
                    x[k] = tiles[tile + channel] + _octograd.rng_below(rng, 81) - 40
                    k += 1
    return memoryview(x), labels


def block(wide, out, stride=1):
    """Return an inverted bottleneck: wider by a pointwise layer, depthwise, and narrow again."""
    layers = [
        og.Conv2D(wide, 1, activation=og.relu6),
        og.DepthwiseConv2D(3, strides=stride, padding="same", activation=og.relu6),
        og.Conv2D(out, 1),
    ]
    if stride == 1:
        return og.Residual(layers)
    shortcut = [og.Conv2D(out, 1, strides=stride)]
    return og.Residual(layers, shortcut=shortcut, activation=og.relu)


def make(weight_bits):
    """Return a net that is not built."""
    return og.Sequential(
        og.Conv2D(6, 3, padding="same", activation=og.relu),
        block(12, 6),
        block(12, 8, 2),
        block(16, 8),
        og.GlobalAveragePool(),
        og.Dense(N_CLASSES),
        weight_bits=weight_bits,
    )


def train(name, net, sgd, epochs, bar, **less):
    """Train a net and print what came of it."""
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), sgd, **less)
    first, _ = trainer.evaluate(test_x, test_labels)
    steps = 0
    for _ in trainer.fit(x, labels, epochs=epochs, seed=5):
        steps += 1
        if steps % 160 == 0:
            print(name, steps, net.digest())
    last, accuracy = trainer.evaluate(test_x, test_labels)
    print(name, "loss falls:", last < first, "learnt:", accuracy >= bar)
    print(name, "right of 60:", int(60 * accuracy + 0.5), int(1024 * 60 * last + 0.5))
    print(name, "left out:", int(1000 * trainer.report().saved))


x, labels = textures(N, 1)
test_x, test_labels = textures(60, 2)
net = make(16)
net.build((SIDE, SIDE, 2), seed=7)
train("batch of 4", net, og.SGD(1 / 8, batch=4, momentum=0.5), 4, 0.8)
net.freeze(until=3)
train("then normalized", net, og.SGD(1 / 4096, normalize=True), 1, 0.8)
net = make(8)
net.build((SIDE, SIDE, 2), seed=7)
train("8-bit", net, og.SGD(1 / 16), 3, 0.7)
net = make(16)
net.build((SIDE, SIDE, 2), seed=7)
train("partial", net, og.SGD(1 / 16), 3, 0.7, partial=og.PartialUpdate())
train("by loss", net, og.SGD(1 / 16), 1, 0.7, skip=1 / 16, partial=og.PartialUpdate(by="loss"))
