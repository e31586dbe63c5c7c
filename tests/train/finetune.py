"""
A trained net is saved, loaded and adapted to a changed sensor: normalised rows, frozen layers.

Writes a file into the current folder and removes it.
"""

import os
from array import array

import _octograd
import octograd as og

PATH = "octograd-finetune.tmp"
N_IN, N_CLASSES, N = 24, 4, 120


def clusters(n, seed, inverted):
    """Return samples around a random centre for each class, and their labels."""
    rng = array("I", [0])
    _octograd.rng_seed(rng, 21)
    centres = bytearray(N_CLASSES * N_IN)
    _octograd.rng_uniform(rng, 16000, centres)
    centres = array("b", centres)
    _octograd.rng_seed(rng, seed)
    x, labels = array("b", bytes(n * N_IN)), bytearray(n)
    for i in range(n):
        labels[i] = _octograd.rng_below(rng, N_CLASSES)
        for k in range(N_IN):
            v = centres[labels[i] * N_IN + k] + _octograd.rng_below(rng, 121) - 60
            x[i * N_IN + k] = -v if inverted else v
    return memoryview(x), labels


def train(name, net, sgd, x, labels, epochs, **options):
    """Train a net and print its digests."""
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), sgd, **options)
    steps = 0
    for _ in trainer.fit(x, labels, epochs=epochs, seed=5):
        steps += 1
        if steps % 60 == 0:
            print(name, steps, net.digest())
    return trainer


def right(trainer, data):
    """Return how many of 100 samples are classified rightly."""
    return int(trainer.evaluate(*data)[1] * 100 + 0.5)


x, labels = clusters(N, 1, False)
changed_x, changed_labels = clusters(N, 2, True)
test, changed_test = clusters(100, 3, False), clusters(100, 4, True)
net = og.Sequential(og.Dense(16, og.relu), og.Dense(N_CLASSES))
net.build((N_IN,), seed=7)
trainer = train("first", net, og.SGD(1 / 8), x, labels, 2)
print("first: learnt", right(trainer, test) >= 90, right(trainer, test))
print("changed: forgotten", right(trainer, changed_test) <= 50, right(trainer, changed_test))
net.save(PATH)
saved = net.digest()

VARIANTS = (
    ("plain", og.SGD(1 / 8), (True, True), 0, 90),
    ("normalized", og.SGD(1 / 128, normalize=True), (True, True), 0, 90),
    ("skip", og.SGD(1 / 8), (True, True), 1 / 8, 90),
    ("lower frozen", og.SGD(1 / 8), (False, True), 0, 90),
    ("upper frozen", og.SGD(1 / 8), (True, False), 0, 60),
)
for name, sgd, learns, skip, bar in VARIANTS:
    net = og.load(PATH)
    print(name, "loaded:", net.digest() == saved)
    for layer, its in zip(net.weighted, learns):
        layer.trainable = its
    before = [bytes(layer.w) for layer in net.weighted]
    trainer = train(name, net, sgd, changed_x, changed_labels, 2, skip=skip)
    moved = [bytes(layer.w) != w for layer, w in zip(net.weighted, before)]
    print(name, "trained layers moved:", moved == list(learns), "skipped:", trainer.skipped)
    print(name, "adapted:", right(trainer, changed_test) >= bar, right(trainer, changed_test))
os.remove(PATH)
