"""A net with one hidden layer learns clusters, with 16-bit and with 8-bit weights."""

from array import array

import _octograd
import octograd as og

N_IN, N_CLASSES, N = 24, 6, 150


def clusters(n, seed):
    """Return samples around two random centres for each class, and their labels."""
    rng = array("I", [0])
    _octograd.rng_seed(rng, 11)
    centres = bytearray(2 * N_CLASSES * N_IN)
    _octograd.rng_uniform(rng, 16000, centres)
    centres = array("b", centres)
    _octograd.rng_seed(rng, seed)
    x, labels = array("b", bytes(n * N_IN)), bytearray(n)
    for i in range(n):
        centre = _octograd.rng_below(rng, 2 * N_CLASSES)
        labels[i] = centre % N_CLASSES
        for k in range(N_IN):
            x[i * N_IN + k] = centres[centre * N_IN + k] + _octograd.rng_below(rng, 121) - 60
    return memoryview(x), labels


def train(name, weight_bits, sgd, **options):
    """Train a net for three epochs and print what came of it."""
    net = og.Sequential(og.Dense(16, og.relu), og.Dense(N_CLASSES), weight_bits=weight_bits)
    net.build((N_IN,), seed=7)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), sgd, **options)
    first, _ = trainer.evaluate(x, labels)
    steps = 0
    for _ in trainer.fit(x, labels, epochs=3, seed=5):
        steps += 1
        if steps % 150 == 0:
            print(name, steps, net.digest())
    last, _ = trainer.evaluate(x, labels)
    _, accuracy = trainer.evaluate(test_x, test_labels)
    print(name, "loss falls:", last < first / 2, "learnt:", accuracy >= 0.85, trainer.skipped)
    print(name, "right of 100:", int(100 * accuracy + 0.5))


x, labels = clusters(N, 1)
test_x, test_labels = clusters(100, 2)
train("16-bit", 16, og.SGD(1 / 8))
train("8-bit", 8, og.SGD(1 / 8))
train("skip", 16, og.SGD(1 / 8), skip=1 / 8)
