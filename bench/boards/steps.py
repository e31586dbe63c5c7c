"""
Print what an inference and a training step cost on an emulated Pico, one line for each.

A line has the net, the operation, the cycles of one, those of them that are spent in kernels,
and the bytes of heap that the net and its trainer take.
"""

import gc

import machine

import octograd as og

COUNTER = 0x40068000
N = 8


def mlp():
    return (8, 8, 1), og.Sequential(og.Flatten(), og.Dense(32, og.relu), og.Dense(10))


def cnn():
    layers = [
        og.Conv2D(filters, 3, strides=2, padding=1, activation=og.relu) for filters in (8, 16)
    ]
    return (28, 28, 1), og.Sequential(*layers, og.Flatten(), og.Dense(10))


def cycles(f, *arguments):
    """Return the mean of the cycles of some calls, in all and in kernels."""
    f(*arguments)
    gc.collect()
    start, start_kernels = machine.mem32[COUNTER], machine.mem32[COUNTER + 8]
    for _ in range(N):
        f(*arguments)
    stop, stop_kernels = machine.mem32[COUNTER], machine.mem32[COUNTER + 8]
    return ((stop - start) & 0xFFFFFFFF) // N, ((stop_kernels - start_kernels) & 0xFFFFFFFF) // N


def measure(name, make):
    gc.collect()
    before = gc.mem_alloc()
    shape, net = make()
    net.build(shape, seed=1)
    x = bytes(i * 37 % 128 for i in range(net.n_in))
    net.classify(x)
    gc.collect()
    print(name, "inference", *cycles(net.classify, x), gc.mem_alloc() - before - len(x))
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64))
    trainer.step(x, 3)
    gc.collect()
    print(name, "step", *cycles(trainer.step, x, 3), gc.mem_alloc() - before - len(x))


# What all nets share is loaded before.
for warm in mlp, cnn:
    shape, net = warm()
    net.build(shape)
    og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64)).step(bytes(net.n_in), 3)
net = None
measure("MLP 64-32-10", mlp)
measure("CNN 28x28", cnn)
