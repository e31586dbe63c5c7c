"""og_activation.h against octograd_ref/activation.py, bit for bit."""

import numpy as np
import pytest

from octograd_ref.activation import LINEAR, RELU, activate, activation_backward
from octograd_ref.fixed import clamp, round_shift

activations = pytest.mark.parametrize("activation", [LINEAR, RELU])


@activations
@pytest.mark.parametrize("shift", [-30, -1, 0, 1, 2, 9, 22, 23, 30, 31, 1100])
def test_activation_forward_equals_reference(kernels, activation, shift):
    rng = np.random.default_rng(shift + 100)
    acc = rng.integers(-(2**30), 2**30 + 1, 1000) >> rng.integers(0, 31, 1000)
    acc[:2] = -(2**30), 2**30

    v = activate(round_shift(acc, shift), activation)

    expected = clamp(v, 127), np.abs(v).max()
    actual = kernels.activation_forward(acc.astype(np.int32), shift, activation)
    np.testing.assert_equal(actual, expected)


@activations
def test_activation_backward_equals_reference(kernels, activation):
    y = np.arange(-128, 128).astype(np.int8)
    dy = np.where(y % 2, 2**29, -(2**29)).astype(np.int32)

    expected = activation_backward(dy, y, activation)

    np.testing.assert_array_equal(expected, kernels.activation_backward(dy, y, activation))
