"""The drift detector: when it notices, that it does not too often, and what it is told."""

from border import locked, refused, rng

import _octograd
import octograd as og


def below(n):
    """Draw from 0 to n - 1."""
    return _octograd.rng_below(rng, n)


def scores(n, mean, width):
    """Return random scores."""
    return [mean + below(2 * width + 1) - width for _ in range(n)]


# A score that rises: found soon, and not before; a quiet one: never.
for rise in (0, 100, 200, 400, 2000):
    drift = og.DriftDetector(delta=60, threshold=5000)
    found = []
    for i, score in enumerate(scores(2000, 800, 300) + scores(500, 800 + rise, 300)):
        if drift.step(score):
            found.append(i - 2000)
    print("rise", rise, found[:3], drift, drift.samples)
    if found and found[0] < 0 or (rise > 60) != bool(found):
        print("WRONG", found)

# As the definition says: the sum of (score - mean - delta), above its lowest.
drift = og.DriftDetector(delta=2, threshold=20, wait=1)
print([drift.step(score) for score in (8, 8, 8, 16, 24, 32, 8, 8)])
drift = og.DriftDetector(delta=0, threshold=1, wait=5)
print([drift.step(score) for score in (0, 100, 100, 100, 100, 100)], drift.cause)
for score in (2**20, 2**29, 0, 0):
    drift.step(score)
large = og.DriftDetector(threshold=2**24, wait=65535)
for i in range(3000):
    large.step(0 if i < 600 else 2**20)
print(large, large.samples)

# Errors in a window.
drift = og.DriftDetector(threshold=2**24, window=10, errors=3)
found = [drift.step(0, i % 5 == 0) for i in range(40)]
print("few", any(found), drift)
found = [drift.step(0, i % 3 == 0) for i in range(40)]
print("many", found.index(True), sum(found), drift)
half = og.DriftDetector(threshold=2**24, window=4)
print("half", [half.step(0, error) for error in (1, 0, 1, 0, 1, 1, 0, 0)])

# The callback, and the heap locked.
called = []
drift = og.DriftDetector(
    threshold=900, wait=2, callback=lambda d: called.append((d.cause, d.drifts))
)
print([drift.step(score) for score in (5, 5, 5, 5, 2000, 5, 5, 3000, 5)], called)


def run(drift, values, _):
    """Take all scores."""
    for i in range(len(values)):
        drift.step(values[i], i % 4 == 0)


drift = og.DriftDetector(threshold=1500, window=20, errors=9, callback=lambda d: None)
locked("steps", run, drift, scores(300, 800, 500), None)
print(drift)
drift.reset()
print(drift.samples, drift.drifts)

# Refusals.
for name, values in (
    ("delta", (-1, 2**20 + 1, 1.0)),
    ("threshold", (0, 2**24 + 1, None)),
    ("wait", (0, 65536, None)),
    ("window", (-1, 65536, 1.5)),
    ("errors", (-1, 1, 1.0)),
    ("callback", (1, "f")),
):
    for value in values:
        refused(name, og.DriftDetector, **{name: value})
for value in (-1, 1.0, None, "1"):
    refused("score", drift.step, value)
print(drift.samples)
