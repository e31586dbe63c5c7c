"""Partial updates in C against the reference."""

import numpy as np
import pytest

from octograd_ref.partial import partial_keep

from .draw import cases, int8, low, seeds

LONGEST = 2**15


@seeds
def test_keep_equals_reference(kernels, seed):
    for rng in cases(seed, 24):
        channels, pixels = (int(v) for v in rng.integers(1, 70, 2))
        args = int8(rng, pixels * channels), channels, int(rng.integers(1, 32769))

        np.testing.assert_equal(kernels.partial_keep(*args), partial_keep(*args))


@pytest.mark.parametrize(
    ("pixels", "channels"),
    [(1, 1), (1, 2), (1, LONGEST), (LONGEST, 1), (2, LONGEST // 2), (8, 33)],
)
@pytest.mark.parametrize("fraction", [1, 2, 16383, 16384, 32767, 32768])
def test_keep_equals_reference_at_edges(kernels, pixels, channels, fraction):
    rng = np.random.default_rng(pixels)
    # The largest scores, none, and as many equals as there can be.
    for dy in (
        low(pixels * channels),
        np.zeros(pixels * channels, np.int8),
        int8(rng, pixels * channels),
    ):
        args = dy, channels, fraction

        np.testing.assert_equal(kernels.partial_keep(*args), partial_keep(*args))
