"""Importances against exact sums of squares."""

import numpy as np
import pytest

from octograd_ref.importance import importance_add, importance_scale


def exact(gradients):
    """The sums of squares of pairs (g, e_g), as floats."""
    return sum((g.astype(float) * 2.0**e_g) ** 2 for g, e_g in gradients)


def measured(gradients):
    total, exponent = np.zeros(gradients[0][0].size, np.uint32), -2047
    for g, e_g in gradients:
        total, exponent = importance_add(g, e_g, exponent, total)
        assert total.max() < 2**31
    return total * 4.0**exponent


@pytest.mark.parametrize("order", ["rising", "falling", "any"])
def test_sums_of_squares_are_right_at_any_exponents(order):
    rng = np.random.default_rng(2)
    e_gs = rng.integers(-24, -8, 300)
    if order != "any":
        e_gs = np.sort(e_gs)[:: 1 if order == "rising" else -1]
    gradients = [(rng.integers(-16000, 16001, 40), int(e_g)) for e_g in e_gs]

    np.testing.assert_allclose(measured(gradients), exact(gradients), rtol=2e-3)


def test_as_many_samples_as_there_can_be_do_not_overflow():
    g = np.array([2**20, 2**16, 2**10, 0])
    total, exponent = np.zeros(4, np.uint32), -2047
    for _ in range(65535):
        total, exponent = importance_add(g, -20, exponent, total)

    assert total.max() < 2**31
    np.testing.assert_allclose(
        total[:2] * 4.0**exponent, 65535 * np.array([1, 2.0**-8]), rtol=0.02
    )
    assert total[3] == 0


def test_scale_truncates_and_saturates():
    total = np.array([0, 15, 16, 127 * 16 + 15, 128 * 16, 2**31 - 1], np.uint32)

    assert [0, 0, 1, 127, 127, 127] == importance_scale(total, 4).tolist()
