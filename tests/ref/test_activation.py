"""octograd_ref/activation.py against its own derivative."""

import numpy as np
import pytest

from octograd_ref.activation import LINEAR, RELU, activate, activation_backward

ALL = np.arange(-128, 128)


@pytest.mark.parametrize("activation", [LINEAR, RELU])
def test_activation_backward_is_the_slope_of_activate(activation):
    v = ALL[ALL != 0]  # the slope of ReLU at 0 is a convention, below

    slope = activate(v + 0.5, activation) - activate(v - 0.5, activation)
    d = activation_backward(np.ones_like(v), activate(v, activation), activation)

    np.testing.assert_array_equal(slope, d)


def test_activation_backward_of_relu_is_zero_where_the_output_is_zero():
    assert 0 == activation_backward(np.array([7]), np.array([0]), RELU)


def test_activate_of_relu_is_never_negative():
    assert activate(ALL, RELU).min() == 0
