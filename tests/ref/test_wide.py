"""The logarithm of wide sums against the exact one."""

import math

import numpy as np

from octograd_ref.wide import log2


def test_log2_is_within_its_error():
    rng = np.random.default_rng(0)
    values = (
        rng.integers(0, 2**64, 20000, np.uint64) >> rng.integers(0, 64, 20000, np.uint64)
    ).tolist()
    worst = max(abs(log2(v) - 256 * math.log2(v)) for v in values + list(range(1, 5000)) if v)

    assert worst < 0.6


def test_log2_never_falls():
    steps = [log2(v) for v in range(70000)]

    assert steps == sorted(steps)
