"""
A step and a save that are interrupted at any point, as by Ctrl-C or a callback that raises.

Of each layer there are the old weights or the new ones after it; of a file the old or the new.
Writes files into the current folder and removes them.
"""

import os
import sys

from files import remove

import _octograd
import _octograd_conv
import _octograd_train
import _octograd_train_conv
import octograd as og
import octograd.files

try:
    from micropython import schedule
except ImportError:

    def schedule(function, argument):
        """Call it at once: CPython schedules nothing."""
        function(argument)


PATH = "octograd-interrupt"
X = bytes([(7 * k) % 120 for k in range(48)])


class Interrupt(Exception):
    """What comes between."""


class Points:
    """Counts the points at which something can come between; at one of them it does."""

    def __init__(self):
        self.start(-1, None)

    def start(self, at, callback):
        """Count anew; at a number raise Interrupt, or schedule a callback."""
        self.n, self._at, self._callback = 0, at, callback

    def passed(self):
        """Take note of a point."""
        self.n += 1
        if self.n - 1 == self._at:
            if self._callback is None:
                raise Interrupt
            schedule(self._callback, self.n)


points = Points()


class Pointed:
    """A module or a file whose functions have a point before and after each call."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        function = getattr(self._inner, name)

        def call(*arguments):
            points.passed()
            result = function(*arguments)
            points.passed()
            return result

        return call

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._inner.close()


def open_counted(path, mode):
    """Open a file that has points."""
    points.passed()
    return Pointed(open(path, mode))


# Kernels are functions of these modules, and only they write weights. What uses them is not
# loaded yet.
for module in (_octograd, _octograd_conv, _octograd_train, _octograd_train_conv):
    sys.modules[module.__name__] = Pointed(module)
octograd.files.os, octograd.files.open = Pointed(os), open_counted


def make(batch):
    """Return a Trainer after three steps."""
    points.start(-1, None)
    net = og.Sequential(
        og.Conv2D(3, 3, padding=1, activation=og.relu), og.Flatten(), og.Dense(5), og.Dense(3)
    )
    net.build((4, 4, 3), seed=2)
    sgd = og.SGD(1 / 16, momentum=0.9, batch=batch)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), sgd)
    for i in range(3):
        trainer.step(X, i)
    return trainer


def weights(trainer):
    """Return all that a step writes of each layer, but for ranges."""
    found = []
    for layer in trainer.net.weighted:
        buffers = (layer.w, layer.residual, layer.b, layer.e_w, layer.velocity)
        found.append(b"".join([bytes(buffer) for buffer in buffers]))
    return found


for batch in (1, 4):
    trainer = make(batch)
    old = weights(trainer)
    points.start(-1, None)
    trainer.step(X, 1)
    n, new, digest = points.n, weights(trainer), trainer.net.digest()
    changed = [a != b for a, b in zip(old, new)]
    counts, torn, same = [0, 0], 0, 0
    for at in range(n):
        # An exception.
        trainer = make(batch)
        points.start(at, None)
        try:
            trainer.step(X, 1)
            print("WRONG: not interrupted")
        except Interrupt:
            pass
        for one, a, b in zip(weights(trainer), old, new):
            counts[one == b] += 1
            torn += one != a and one != b
        points.start(-1, None)
        trainer.step(X, 2)  # it goes on
        # A callback that looks at the weights, and takes a frame.
        trainer, ring, seen = make(batch), og.RingBuffer(4, 3), []

        def callback(_, trainer=trainer, ring=ring, seen=seen):
            seen.append(weights(trainer))
            ring.append(b"abc")

        points.start(at, callback)
        trainer.step(X, 1)
        for one, a, b in zip(seen[0], old, new):
            torn += one != a and one != b
        same += trainer.net.digest() == digest and len(ring) == 1
    print("batch", batch, changed, n, min(counts) > 0, "torn:", torn, same == n)

# A save of a model and of a checkpoint.
for keep, signed in ((0, None), (1, None), (2, b"0123456789abcdef")):
    trainer, other = make(1), make(1)
    checkpoint = og.Checkpoint(PATH, max(keep, 1), key=signed)

    def save(trainer=trainer, keep=keep, checkpoint=checkpoint):
        """Save it."""
        if keep:
            checkpoint.save(trainer)
        else:
            trainer.net.save(PATH + ".0")

    def load(other=other, keep=keep, signed=signed):
        """Return what tells the states apart."""
        if keep:
            og.Checkpoint(PATH, keep, key=signed).load(other)
            return weights(other)[2][:20]
        layer = og.load(PATH + ".0").weighted[2]
        return (bytes(layer.w) + bytes(layer.residual))[:20]

    for end in (".0", ".1"):
        remove(PATH + end)
    save()
    old, at, found = load(), 0, [0, 0, 0]
    while True:
        points.start(-1, None)
        trainer.step(X, at % 3)
        points.start(at, None)
        try:
            save()
            break
        except Interrupt:
            pass
        points.start(-1, None)
        now = load()
        own = bytes(trainer.net.weighted[2].w) + bytes(trainer.net.weighted[2].residual)
        found[0 if now == old else 1 if now == own[:20] else 2] += 1
        save()
        old, at = load(), at + 1
    print("save", keep, at > 20, found[0] > 0, found[1] > 0, "neither:", found[2])
for end in (".0", ".1", ".0.new", ".1.new"):
    remove(PATH + end)
