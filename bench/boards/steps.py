"""
Print what an inference and a training step cost on an emulated board, one line for each.

A line has the net, the operation, the bytes of heap that the net and its trainer take, how many
times it was done, and what the counters said before and after: all cycles and those in kernels,
twice. In QEMU bench/boards/counter.c counts instead, and the line ends before these.
"""

import gc
import sys
import time

import octograd as og

N = 8

if sys.platform == "rp2":
    import machine

    COUNTER = 0x40068000

    def counters():
        return machine.mem32[COUNTER], machine.mem32[COUNTER + 8]

else:

    def counters():
        time.ticks_cpu()  # where the counter looks
        return ()


def mlp():
    return (8, 8, 1), og.Sequential(og.Flatten(), og.Dense(32, og.relu), og.Dense(10))


def cnn():
    layers = [
        og.Conv2D(filters, 3, strides=2, padding=1, activation=og.relu) for filters in (8, 16)
    ]
    return (28, 28, 1), og.Sequential(*layers, og.Flatten(), og.Dense(10))


def count(f, *arguments):
    """Return what the counters say before and after some calls."""
    f(*arguments)
    gc.collect()
    start = counters()
    for _ in range(N):
        f(*arguments)
    return start + counters()


def measure(name, make):
    gc.collect()
    before = gc.mem_alloc()
    shape, net = make()
    net.build(shape, seed=1)
    x = bytes(i * 37 % 128 for i in range(net.n_in))
    net.classify(x)
    gc.collect()
    heap = gc.mem_alloc() - before - len(x)
    print(name, "inference", heap, N, *count(net.classify, x))
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64))
    trainer.step(x, 3)
    gc.collect()
    heap = gc.mem_alloc() - before - len(x)
    print(name, "step", heap, N, *count(trainer.step, x, 3))


# What all nets share is loaded before.
for warm in mlp, cnn:
    shape, net = warm()
    net.build(shape)
    og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64)).step(bytes(net.n_in), 3)
net = None
measure("MLP 64-32-10", mlp)
measure("CNN 28x28", cnn)
