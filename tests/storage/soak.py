"""
Train on and on, with checkpoints and restarts in between; the heap and the weights tell.

    micropython soak.py STEPS [RESTART]

Prints the digest after PREFIX steps, which a training without a restart has too, and the heap in
use after the first thousand steps and at the end. RESTART is the number of steps between
restarts, 0 for none.
"""

import gc
import hashlib
import os
import sys

import octograd as og

PREFIX = 2000
N_IN = 16


def make(seed):
    """Return a Trainer and a ReplayBuffer, as a program makes them when it starts."""
    net = og.Sequential(og.Dense(12, og.relu), og.Dense(4))
    net.build((N_IN,), seed=seed)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64, momentum=0.9, batch=3))
    return trainer, og.ReplayBuffer(N_IN, 20, classes=4)


def sample_into(x, step):
    """Write a sample of a stream that never repeats; return its label."""
    state = (step * 1103515245 + 12345) & 0x3FFFFFFF
    label = state >> 8 & 3
    for k in range(N_IN):
        state = (state * 69069 + 1) & 0x3FFFFFFF
        x[k] = (state >> 20 & 31) + (60 if k & 3 == label else 0)
    return label


def digest(trainer, replay):
    """Return the SHA-256 of model, velocities, sums and replay."""
    h = hashlib.sha256(bytes(replay.memory))
    for buffer in trainer.net.state():
        h.update(buffer)
    for layer in trainer.net.weighted:
        h.update(layer.sums)
    return "".join([f"{byte:02x}" for byte in h.digest()])


def heap():
    """Return the bytes of the heap in use; CPython does not tell."""
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0


steps, restart = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
trainer, replay = make(1)
x, old = bytearray(N_IN), bytearray(N_IN)
checkpoint = og.Checkpoint("octograd-soak")
first = saves = 0
for step in range(steps):
    label = sample_into(x, step)
    trainer.step(x, label)
    replay.add(x, label)
    if step % 4 == 0:
        label = replay.draw_into(old)
        trainer.step(old, label)
    if restart and (step + 1) % restart == 0:
        checkpoint.save(trainer, replay=replay)
        saves += 1
        trainer, replay = make(saves)
        checkpoint = og.Checkpoint("octograd-soak")
        assert checkpoint.load(trainer, replay=replay)
    if step + 1 == PREFIX:
        print("prefix", digest(trainer, replay))
    if step + 1 == 1000:
        first = heap()
last = heap()
print("end", digest(trainer, replay), trainer.steps)
print("heap", first, last, last - first)
print("saves", saves)
for end in (".0", ".1"):
    if restart:
        os.remove("octograd-soak" + end)
