"""A net of one-dimensional convolutions learns to recognise waves in sensor readings."""

from array import array

import _octograd
import octograd as og

LENGTH, CHANNELS, N_CLASSES, N = 48, 3, 4, 160
PERIODS = (24, 16, 12, 8)


def waves(n, seed):
    """Return noisy triangle waves of any phase, each class with a period of its own."""
    rng = array("I", [0])
    _octograd.rng_seed(rng, seed)
    x, labels = array("b", bytes(n * LENGTH * CHANNELS)), bytearray(n)
    k = 0
    for i in range(n):
        labels[i] = _octograd.rng_below(rng, N_CLASSES)
        period = PERIODS[labels[i]]
        phases = [_octograd.rng_below(rng, period) for _ in range(CHANNELS)]
        size = 40 + _octograd.rng_below(rng, 40)
        for t in range(LENGTH):
            for phase in phases:
                v = abs((t + phase) % period * 4 - 2 * period) - period
                x[k] = v * size // period + _octograd.rng_below(rng, 31) - 15
                k += 1
    return memoryview(x), labels


def train(name, weight_bits, sgd, pool, bar):
    """Train a net for a few epochs and print what came of it."""
    net = og.Sequential(
        og.Conv1D(8, 7, strides=2, padding="same", activation=og.relu),
        pool,
        og.Conv1D(12, 5, padding=2, activation=og.relu),
        og.GlobalAveragePool(),
        og.Dense(N_CLASSES),
        weight_bits=weight_bits,
    )
    net.build((LENGTH, CHANNELS), seed=3)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), sgd)
    first, _ = trainer.evaluate(x, labels)
    steps = 0
    for _ in trainer.fit(x, labels, epochs=5, seed=5):
        steps += 1
        if steps % 160 == 0:
            print(name, steps, net.digest())
    last, _ = trainer.evaluate(x, labels)
    _, accuracy = trainer.evaluate(test_x, test_labels)
    print(name, "loss falls:", last < first / 2, "learnt:", accuracy >= bar)
    print(name, "right of 100:", int(100 * accuracy + 0.5), int(1024 * N * last + 0.5))


x, labels = waves(N, 1)
test_x, test_labels = waves(100, 2)
train("8-bit", 8, og.SGD(1 / 16), og.MaxPool1D(2), 0.75)
train("8-bit momentum", 8, og.SGD(1 / 64, momentum=0.75), og.AveragePool1D(2), 0.75)
train(
    "16-bit", 16, og.SGD(1 / 32, momentum=0.75), og.MaxPool1D(3, strides=2, padding="same"), 0.75
)
