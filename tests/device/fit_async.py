"""fit_async(): the same bytes as fit(), lets others run, allocates nothing, refuses the same."""

import sys

from border import heap_lock, heap_unlock, random

import octograd as og

if sys.implementation.name == "cpython":
    import asyncio  # noqa: F401
else:
    # A firmware may lack it, and its sleep() works in its own loop only: what fit_async()
    # needs of it, made as it is there.
    class Once:
        """Yields once. Always the same object, so it takes no memory."""

        def __init__(self):
            self.waits, self.end = False, StopIteration()

        def __iter__(self):
            return self

        def __next__(self):
            self.waits = not self.waits
            if not self.waits:
                raise self.end

    class asyncio:
        """A stand-in for the module."""

        once = Once()

        @staticmethod
        def sleep(_):
            """Let others run."""
            return asyncio.once

    sys.modules["asyncio"] = asyncio

N_IN, N = 4, 70
x, labels = random("b", N * N_IN, 127), bytes([i * 7 % 3 for i in range(N)])


def make():
    """Return a trainer of a new net."""
    net = og.Sequential(og.Dense(5, og.relu), og.Dense(3))
    net.build((N_IN,), seed=4)
    return og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))


def turns(coroutine):
    """Run a coroutine to its end; return how often it let others run, and what it returned."""
    n = 0
    while True:
        try:
            coroutine.send(None)
        except StopIteration as e:
            return n, e.value
        n += 1


for shuffle in (True, False):
    for slice_ms in (0, 10000) if shuffle else (0,):
        one, other = make(), make()
        for _ in one.fit(x, labels, epochs=2, shuffle=shuffle, seed=3):
            pass
        options = {"epochs": 2, "shuffle": shuffle, "seed": 3, "slice_ms": slice_ms}
        n, progress = turns(other.fit_async(x, labels, **options))
        same = one.net.digest() == other.net.digest()
        print(shuffle, slice_ms, n, progress.epoch, progress.sample, same or "WRONG")

# Rehearsal too.
trainer, replay = make(), og.ReplayBuffer(N_IN, 6, classes=3)
for i in range(9):
    replay.add(memoryview(x)[i * N_IN : (i + 1) * N_IN], i % 3)
print(turns(trainer.fit_async(x, labels, replay=replay, slice_ms=0))[0], trainer.net.digest()[:12])


# Nothing is allocated once it runs.
def run(coroutine, n):
    """Give a coroutine n turns with the heap locked."""
    heap_lock()
    try:
        for _ in range(n):
            coroutine.send(None)
        return "no allocation"
    except MemoryError:
        return "WRONG: allocated"
    finally:
        heap_unlock()


trainer = make()
coroutine = trainer.fit_async(x, labels, epochs=3, slice_ms=0)
coroutine.send(None)
print(run(coroutine, N + 5), trainer.steps, trainer.net.digest()[:12])
coroutine.close()

# Refusals.
trainer = make()
for text, options in (
    ("slice_ms", {"slice_ms": -1}),
    ("slice_ms", {"slice_ms": 1.5}),
    ("epochs", {"epochs": 0}),
    ("seed", {"seed": None}),
    ("replay", {"replay": 5}),
):
    try:
        turns(trainer.fit_async(x, labels, **options))
        print("WRONG: accepted")
    except (TypeError, ValueError) as e:
        print(text, e if str(e).startswith(text) else "WRONG")
print(trainer.steps)
