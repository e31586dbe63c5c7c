"""A net with convolutions learns to tell strokes apart: momentum, cosine decay, dropout."""

from array import array

import _octograd
import octograd as og

SIDE, N_CLASSES, N = 12, 4, 160
# Steps in rows and columns of a stroke of each class.
STROKES = ((0, 1), (1, 0), (1, 1), (1, -1))


def strokes(n, seed):
    """Return noisy images of a stroke somewhere, and its direction."""
    rng = array("I", [0])
    _octograd.rng_seed(rng, seed)
    x, labels = array("b", bytes(n * SIDE * SIDE)), bytearray(n)
    for i in range(n):
        first = i * SIDE * SIDE
        for k in range(SIDE * SIDE):
            x[first + k] = _octograd.rng_below(rng, 41) - 20
        labels[i] = _octograd.rng_below(rng, N_CLASSES)
        dy, dx = STROKES[labels[i]]
        row = _octograd.rng_below(rng, SIDE - 6 * dy)
        column = _octograd.rng_below(rng, SIDE - 6 * abs(dx)) + (6 if dx < 0 else 0)
        for k in range(7):
            r, c = row + k * dy, column + k * dx
            if r < SIDE and 0 <= c < SIDE:
                x[first + r * SIDE + c] = 80 + _octograd.rng_below(rng, 40)
    return memoryview(x), labels


def train(name, weight_bits, sgd, dropout, bar):
    """Train a net for a few epochs and print what came of it."""
    net = og.Sequential(
        og.Conv2D(8, 3, strides=2, padding="same", activation=og.relu),
        og.Conv2D(12, 3, padding="same", activation=og.relu),
        og.MaxPool2D(2),
        og.Flatten(),
        og.Dropout(dropout),
        og.Dense(N_CLASSES),
        weight_bits=weight_bits,
    )
    net.build((SIDE, SIDE, 1), seed=7)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), sgd)
    first, _ = trainer.evaluate(x, labels)
    steps = 0
    for _ in trainer.fit(x, labels, epochs=EPOCHS, seed=5):
        steps += 1
        if steps % 160 == 0:
            print(name, steps, net.digest(), list(sgd.rate))
    last, _ = trainer.evaluate(x, labels)
    _, accuracy = trainer.evaluate(test_x, test_labels)
    print(name, "loss falls:", last < first / 2, "learnt:", accuracy >= bar)
    print(name, "right of 100:", int(100 * accuracy + 0.5), int(1024 * N * last + 0.5))


EPOCHS = 5
x, labels = strokes(N, 1)
test_x, test_labels = strokes(100, 2)
COSINE = og.CosineDecay()
train("16-bit", 16, og.SGD(1 / 64, momentum=0.875, schedule=COSINE), 0.25, 0.8)
train("8-bit", 8, og.SGD(1 / 16, schedule=og.StepDecay(2), weight_decay=0.01), 0.1, 0.7)
