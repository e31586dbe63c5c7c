"""og_importance.c against octograd_ref/importance.py, bit for bit."""

import numpy as np
import pytest

from octograd_ref.importance import importance_add, importance_scale

from .draw import INT32_MAX, INT32_MIN, cases, int32, seeds


@seeds
def test_add_equals_reference(kernels, seed):
    for rng in cases(seed, 30):
        n, exponent = int(rng.integers(1, 60)), -2047
        ours = theirs = np.zeros(n, np.uint32)
        e_ours = e_theirs = exponent
        for _ in range(12):
            e_g = (
                int(rng.integers(-30, 0)) if rng.random() < 0.9 else int(rng.integers(-1022, 1023))
            )
            g = int32(rng, n)
            ours, e_ours = kernels.importance_add(g, e_g, e_ours, ours)
            theirs, e_theirs = importance_add(g, e_g, e_theirs, theirs)

            np.testing.assert_equal((ours, e_ours), (theirs, e_theirs))


@pytest.mark.parametrize("g", [0, 1, -1, 2047, 2048, -4096, 2**26, INT32_MIN, INT32_MAX])
@pytest.mark.parametrize("held", [0, 2**31 - 2**24 - 1, 2**31 - 1, 2**31, 2**32 - 1])
def test_add_equals_reference_at_edges(kernels, g, held):
    for e_g in (-1022, 0, 1022):
        for exponent in (-2047, e_g - 1, e_g, e_g + 14, e_g + 15, e_g + 16, 2047):
            args = (
                np.array([g, 0, 1], np.int32),
                e_g,
                exponent,
                np.array([0, held, held], np.uint32),
            )

            np.testing.assert_equal(kernels.importance_add(*args), importance_add(*args))


def test_add_of_no_weights_changes_nothing(kernels):
    none = np.zeros(0, np.int32), 3, -7, np.zeros(0, np.uint32)

    np.testing.assert_equal(kernels.importance_add(*none), importance_add(*none))


@pytest.mark.parametrize("shift", [0, 1, 8, 24, 31])
def test_scale_equals_reference(kernels, shift):
    rng = np.random.default_rng(shift)
    ends = np.array([0, 1, 127, 128, 2**31 - 1, 2**31, 2**32 - 1], np.uint32)
    for total in (ends, rng.integers(0, 2**32, 50, np.uint32) >> np.uint32(rng.integers(0, 25))):
        expected = importance_scale(total, shift)

        np.testing.assert_array_equal(expected, kernels.importance_scale(total, shift))
