"""
The reference CNN learns Fashion-MNIST.

Arguments: a folder with train-x, train-y, test-x and test-y (bytes; pixels from 0 to 127), bits
of a weight, and, to stop there, a number of steps. Without arguments there is nothing to do.
"""

import sys

import octograd as og

SHAPE, N_IN = (28, 28, 1), 28 * 28
RAM_LIMITS = {16: 26000, 8: 16000}


def read(name):
    """Return the bytes of a file in the folder."""
    with open(sys.argv[1] + "/" + name, "rb") as file:
        return file.read()


def accuracy(net, x, y):
    """Return the share of samples that are classified rightly, in 1/1000."""
    x = memoryview(x)
    right = 0
    for i in range(len(y)):
        right += net.classify(x[i * N_IN : (i + 1) * N_IN]) == y[i]
    return 1000 * right // len(y)


def main(weight_bits, limit):
    """Train for an epoch, or for `limit` steps, and print what came of it."""
    net = og.Sequential(
        og.Conv2D(8, 3, strides=2, padding="same", activation=og.relu),
        og.Conv2D(16, 3, strides=2, padding="same", activation=og.relu),
        og.Flatten(),
        og.Dense(10),
        weight_bits=weight_bits,
    )
    plan = net.plan(SHAPE, training=True)
    print(net.plan(SHAPE))
    print(plan)
    print("training fits:", plan.ram <= RAM_LIMITS[weight_bits])
    print("multiply-accumulates:", net.plan(SHAPE).macs, plan.macs)
    net.build(SHAPE, seed=1)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64))
    steps = 0
    for p in trainer.fit(read("train-x"), read("train-y"), seed=1):
        steps += 1
        if steps in (10, 50, 100, 1000, 2000, 4000, 6000):
            print("step", steps, net.digest(), int(p.loss * 1024 * steps + 0.5))
        if steps == limit:
            return
    share = accuracy(net, read("test-x"), read("test-y"))
    print("right of 1000:", share, "learnt:", share > 700)


if len(sys.argv) > 2:
    main(int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
