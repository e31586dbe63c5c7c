"""
Guard: bad samples do not get through, good ones do, and a diverged net comes back.

Writes files into the current folder and removes them.
"""

from border import rng
from files import PATH, remove

import _octograd
import octograd as og

N_IN = 12


def samples(n, seed, shift=0):
    """Return samples of three classes, and their labels moved by `shift`."""
    _octograd.rng_seed(rng, seed)
    x, y = bytearray(), bytearray()
    for i in range(n):
        label = i % 3
        for k in range(N_IN):
            x.append(_octograd.rng_below(rng, 30) + (80 if k % 3 == label else 0))
        y.append((label + shift) % 3)
    return bytes(x), bytes(y)


def make(loss=None, **options):
    """Return a Trainer that has learnt a little."""
    net = og.Sequential(og.Dense(8, og.relu), og.Dense(3))
    net.build((N_IN,), seed=4)
    trainer = og.Trainer(net, loss or og.SoftmaxCrossEntropy(), og.SGD(1 / 64, **options))
    return trainer


def teach(step, data, n_out=None):
    """Make a step with each sample."""
    x, y = data
    for i in range(len(x) // N_IN):
        target = y[i] if n_out is None else y[n_out * i : n_out * (i + 1)]
        step(x[N_IN * i : N_IN * (i + 1)], target)


calls = []
canaries = samples(30, 9)
for options in ({}, {"momentum": 0.9}, {"batch": 4}):
    trainer = make(**options)
    teach(trainer.step, samples(150, 1))
    guard = og.Guard(trainer, *canaries, every=10, margin=0.1, callback=calls.append)
    print(options, guard)
    good = trainer.net.digest()
    # Labels of somebody else: three classes, each called by another's name.
    teach(guard.step, samples(120, 2, shift=1))
    print("poisoned:", guard.rollbacks > 0, guard.cause, len(calls), guard)
    print(trainer.evaluate(*canaries)[1] >= guard.best / 30 - 0.1)
    rollbacks = guard.rollbacks
    teach(guard.step, samples(120, 3))
    print("good samples:", guard.rollbacks - rollbacks, guard, trainer.net.digest()[:12])
    # Without a guard the same samples do harm.
    teach(trainer.step, samples(120, 2, shift=1))
    before = guard.rollbacks
    print("not guarded:", guard.check(), guard.rollbacks - before, guard.check())

# Poison in small doses: each evaluation is within the margin of the last, not of the best.
trainer = make()
teach(trainer.step, samples(150, 1))
guard = og.Guard(trainer, *canaries, every=1, margin=0.1)
teach(guard.step, samples(300, 2, shift=1))
print("slowly:", guard.rollbacks > 0, guard.best - guard.last <= 3 or guard.cause, guard.best)

# A net that diverges.
trainer = make()
teach(trainer.step, samples(30, 1))
guard = og.Guard(trainer, *canaries, every=1000)
good = trainer.net.digest()
trainer.optimizer.lr = 15
teach(guard.step, samples(300, 2))
print("diverged:", guard.rollbacks > 0, guard.cause, good[:12])

# Each good state in a file, and no other.
trainer = make()
teach(trainer.step, samples(150, 1))
checkpoint = og.Checkpoint(PATH)
guard = og.Guard(trainer, *canaries, every=10, margin=0.1, checkpoint=checkpoint)
teach(guard.step, samples(120, 2, shift=1))
restarted = make()
print("restarted:", og.Checkpoint(PATH).load(restarted), guard.rollbacks > 0)
print(restarted.evaluate(*canaries)[1] >= guard.best / 30 - 0.1)
for end in (".0", ".1"):
    remove(PATH + end)

# A regression.
x, y = samples(30, 5)
targets = b"".join([bytes([20 * label, 60 - 20 * label, 30]) for label in y])
trainer = make(og.MSE())
guard = og.Guard(trainer, x, targets, every=30, margin=0.5)
for _ in range(4):
    teach(guard.step, (x, targets), 3)
print("regression:", guard)
teach(guard.step, (x, bytes([127, 0, 127] * 30)), 3)
print("poisoned:", guard.rollbacks, guard.cause, guard.last > guard.best)

# What does not fit.
trainer = make()
for arguments, options in (
    ((5,) + canaries, {}),
    ((trainer, b"", b""), {}),
    ((trainer, canaries[0], canaries[1][1:]), {}),
    ((trainer,) + canaries, {"every": 0}),
    ((trainer,) + canaries, {"margin": -1}),
    ((trainer,) + canaries, {"margin": "x"}),
    ((trainer,) + canaries, {"checkpoint": 5}),
    ((trainer,) + canaries, {"callback": 5}),
):
    try:
        og.Guard(*arguments, **options)
        print("WRONG: accepted")
    except (TypeError, ValueError) as e:
        print(str(e).split(", got")[0])
before = trainer.net.digest()
guard = og.Guard(trainer, *canaries)
for arguments in ((5, 0), (bytes(N_IN), 3), (bytes(N_IN - 1), 0)):
    try:
        guard.step(*arguments)
        print("WRONG: accepted")
    except (TypeError, ValueError) as e:
        print(str(e).split(", got")[0], trainer.net.digest() == before)
