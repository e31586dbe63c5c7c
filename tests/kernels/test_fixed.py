"""og_fixed.h and og_dot.h against octograd_ref/fixed.py and Python's integers, bit for bit."""

import numpy as np
import pytest

from octograd_ref.fixed import clamp, round_shift

# Around every power of two up to the largest value, and both extremes.
EDGES = np.unique([s * (2**k + d) for k in range(30) for d in (-1, 0, 1) for s in (-1, 1)])
EDGES = np.concatenate([EDGES, [-(2**30), -(2**30) + 1, 2**30 - 1, 2**30]])
SHIFTS = [*range(-35, 36), -(2**31), -(2**31) + 1, -1100, -64, -63, 63, 64, 1100, 2**31 - 1]


def round_shift_of_c(kernels, v, s):
    s = np.broadcast_to(np.asarray(s, np.int32), v.shape)
    return kernels.map("shim_round_shift", v.astype(np.int32), s)


@pytest.mark.parametrize("s", SHIFTS)
def test_round_shift_equals_reference_at_edges(kernels, s):
    np.testing.assert_array_equal(round_shift(EDGES, s), round_shift_of_c(kernels, EDGES, s))


def test_round_shift_equals_reference(kernels):
    rng = np.random.default_rng(0)
    v = rng.integers(-(2**30), 2**30 + 1, 100000) >> rng.integers(0, 31, 100000)
    s = rng.integers(-40, 41, v.size)

    np.testing.assert_array_equal(round_shift(v, s), round_shift_of_c(kernels, v, s))


def test_clamp_equals_reference(kernels):
    rng = np.random.default_rng(1)
    v = rng.integers(-(2**31), 2**31, 10000, dtype=np.int32)
    v[:3] = -(2**31), 2**31 - 1, 0

    for limit in (0, 1, 127, 2**15, 2**29, 2**30):
        np.testing.assert_array_equal(
            clamp(v, limit), kernels.map("shim_clamp", v, np.full(v.shape, limit, np.int32))
        )


def test_abs_is_the_magnitude(kernels):
    v = np.array([0, 1, -1, 127, -128, 2**31 - 1, -(2**31) + 1], np.int32)

    np.testing.assert_array_equal(np.abs(v), kernels.map("shim_abs", v))


def test_bit_length_equals_that_of_python(kernels):
    powers = [2**k + d for k in range(32) for d in (-1, 0, 1)]
    v = np.array([p for p in powers if 0 <= p < 2**32] + [2**32 - 1], np.uint32)

    assert [int(n).bit_length() for n in v] == kernels.map("shim_bit_length", v).tolist()
