"""
Print what an inference and a training step cost on an emulated board, one line for each.

A line has the net, the operation, the bytes of heap that the net and its trainer take, and how
many times it was done. Somebody outside counts meanwhile: on a Pico its emulator, at each read of
a counter, in QEMU bench/boards/counter.c, at each call of time.ticks_cpu().
"""

import gc
import sys
import time

import octograd as og

N = 8

if sys.platform == "rp2":
    import machine

    COUNTER = 0x40068000

    def mark():
        machine.mem32[COUNTER]

else:
    mark = time.ticks_cpu


def mlp():
    return (8, 8, 1), og.Sequential(og.Flatten(), og.Dense(32, og.relu), og.Dense(10))


def cnn():
    layers = [
        og.Conv2D(filters, 3, strides=2, padding=1, activation=og.relu) for filters in (8, 16)
    ]
    return (28, 28, 1), og.Sequential(*layers, og.Flatten(), og.Dense(10))


def count(f, *arguments):
    """Let somebody count some calls."""
    f(*arguments)
    gc.collect()
    mark()
    for _ in range(N):
        f(*arguments)
    mark()


def measure(name, make):
    gc.collect()
    before = gc.mem_alloc()
    shape, net = make()
    net.build(shape, seed=1)
    x = bytes(i * 37 % 128 for i in range(net.n_in))
    net.classify(x)
    gc.collect()
    heaps = [gc.mem_alloc() - before - len(x)]
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64))
    trainer.step(x, 3)  # from here on ranges are known; without, a layer is computed twice
    gc.collect()
    heaps.append(gc.mem_alloc() - before - len(x))
    count(net.classify, x)
    print(name, "inference", heaps[0], N)
    count(trainer.step, x, 3)
    print(name, "step", heaps[1], N)


# What all nets share is loaded before.
for warm in mlp, cnn:
    shape, net = warm()
    net.build(shape)
    og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64)).step(bytes(net.n_in), 3)
net = None
measure("MLP 64-32-10", mlp)
measure("CNN 28x28", cnn)
