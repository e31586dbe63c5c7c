"""og_summary.c against octograd_ref/summary.py, bit for bit."""

import numpy as np
import pytest

from octograd_ref.summary import summary

from .draw import cases, pick, seeds


def int16(rng, *shape):
    """Any samples, loud or quiet, with and without an offset."""
    x = rng.integers(-32768, 32768, shape) >> int(rng.integers(0, 16))
    return np.clip(x + pick(rng, [0, 0, 1, -7, 16384, -32768]), -32768, 32767).astype(np.int16)


def test_record_is_five_int16(kernels):
    assert 2 * 5 == kernels.call("shim_summary_bytes")


@seeds
def test_summary_equals_reference(kernels, seed):
    for rng in cases(seed, 60):
        x = int16(rng, pick(rng, [1, 2, 3, 50, 128, 999]), pick(rng, [1, 1, 2, 3, 6]))

        np.testing.assert_array_equal(summary(x), kernels.summary(x))


@pytest.mark.parametrize("n", [1, 2, 3, 255, 32767, 32768])
@pytest.mark.parametrize("low, high", [(-32768, -32768), (32767, 32767), (-32768, 32767), (0, -1)])
def test_summary_equals_reference_at_extremes(kernels, n, low, high):
    for x in (np.resize([low, high], n), np.repeat([low, high], [n // 2, n - n // 2])):
        x = x.astype(np.int16).reshape(-1, 1)

        np.testing.assert_array_equal(summary(x), kernels.summary(x))


def test_summary_equals_reference_with_one_frame_of_many_channels(kernels):
    x = np.random.default_rng(3).integers(-32768, 32768, (1, 4096), np.int16)

    np.testing.assert_array_equal(summary(x), kernels.summary(x))
