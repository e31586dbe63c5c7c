"""octograd_ref/activation.py against the real functions, their derivatives and PyTorch."""

import math

import numpy as np
import pytest

from octograd_ref.activation import (
    LEAKY,
    LINEAR,
    RELU,
    RELU6,
    SIGMOID_CODE,
    TANH_CODE,
    activate,
    activation_backward,
    activation_backward_bytes,
    drop,
)
from octograd_ref.fixed import round_shift
from octograd_ref.range import Error, Range, requantize, requantize_error

ALL = np.arange(-128, 128)
LEAKIES = [LEAKY + k for k in range(1, 8)]
TABLES = {SIGMOID_CODE: lambda x: (1 + np.tanh(x / 2)) / 2, TANH_CODE: np.tanh}


@pytest.mark.parametrize("activation", [LINEAR, RELU, RELU6, *LEAKIES])
@pytest.mark.parametrize("e", [-7, -4, -1, 0, 2, 5])
def test_activate_is_within_half_a_step_of_the_function(activation, e):
    x, step = ALL * 2.0**e, 2.0**e

    y = activate(ALL, activation, e) * step

    if activation >= LEAKY:
        exact = np.where(x < 0, x * 2.0 ** (LEAKY - activation), x)
        assert np.abs(y - exact).max() <= step / 2
    elif activation == RELU6:
        assert np.abs(y - np.clip(x, 0, 6)).max() <= step / 2
    else:
        np.testing.assert_array_equal(np.maximum(x, 0) if activation else x, y)


@pytest.mark.parametrize("activation", [LINEAR, RELU, RELU6, *LEAKIES])
def test_activation_backward_is_the_slope_of_activate(activation):
    six = 96  # of e = -4
    v = ALL[(ALL != 0) & (ALL != six)]  # the slopes at the corners are conventions, below
    h = 1024  # so that a slope of 2^-7 is whole

    slope = activate(h * v, activation, -14) - activate(h * v - h, activation, -14)
    y = activate(v, activation, -4)
    d = activation_backward(np.full(v.shape, h), y, activation, -4)

    # The difference below a corner is that of the point.
    inside = (v != 1) | (activation == LINEAR)
    np.testing.assert_array_equal(slope[v < six], d[v < six])
    assert np.all(d[v > six] == (0 if activation == RELU6 else h))
    assert inside.any()


@pytest.mark.parametrize("activation", [RELU, RELU6, *LEAKIES])
def test_activation_backward_at_zero_is_that_of_pytorch(activation, real):
    x = real.tensor([0.0, 6.0], 0)
    real.activation(x, activation).sum().backward()

    d = activation_backward(np.array([1024, 1024]), np.array([0, 96]), activation, -4)

    np.testing.assert_array_equal(x.grad.numpy(), d / 1024)


@pytest.mark.parametrize("activation", TABLES)
@pytest.mark.parametrize("e_acc", [-16, -9, -4, -2, 0])
def test_tables_are_within_their_error_of_the_function(activation, e_acc):
    acc = np.arange(-3000, 3001) * (16 if e_acc < -9 else 1)
    function = TABLES[activation]
    r = Range(3, 4, 5)

    y, e_y, learnt = requantize(acc, r, e_acc, activation)

    # The argument is rounded to 1/16, the value to 1/128, and 1 is cut to 127/128.
    exact = function(acc * 2.0**e_acc)
    slope = 1 / 4 if activation == SIGMOID_CODE else 1
    assert (-7, r) == (e_y, learnt)
    assert np.abs(y / 128 - exact).max() <= slope / 32 + 1 / 256
    assert np.all(np.diff(y.astype(int)) >= 0)
    assert (0 if activation == SIGMOID_CODE else -127) <= y.min()


@pytest.mark.parametrize("activation", TABLES)
def test_slopes_of_tables_are_the_derivative_at_the_stored_value(activation):
    y = ALL[ALL >= (0 if activation == SIGMOID_CODE else -127)]
    exact = y / 128 * (1 - y / 128) if activation == SIGMOID_CODE else 1 - (y / 128) ** 2

    d = activation_backward(np.full(y.shape, 1000), y.astype(np.int8), activation, -7)

    assert 8 == drop(activation)
    assert np.abs(d / 256 - 1000 * exact).max() <= 1000 / 512


@pytest.mark.parametrize("activation", TABLES)
@pytest.mark.parametrize("d", [-(2**30), 2**30])
def test_slopes_of_tables_times_any_error_and_any_byte_stay_within_2_to_the_30(activation, d):
    product = activation_backward(np.full(256, d), ALL.astype(np.int8), activation, -7)

    assert np.abs(product).max() <= 2**30


@pytest.mark.parametrize("activation", [LINEAR, RELU, RELU6, *LEAKIES, *TABLES])
def test_bytes_pass_an_activation_as_their_sums_do(activation):
    rng = np.random.default_rng(activation)
    y = rng.integers(0 if activation in (RELU, RELU6, SIGMOID_CODE) else -127, 128, 400)
    y, dy = y.astype(np.int8), rng.integers(-127, 128, 400, dtype=np.int8)

    dx = activation_backward_bytes(dy, y, activation, -4)

    sums = activation_backward(dy.astype(np.int64), y, activation, -4)
    np.testing.assert_array_equal(np.clip(round_shift(sums, drop(activation)), -127, 127), dx)
    # Bytes whose exponent is that of the sums, as in section 9.1 with the same exponent.
    same, e, _ = requantize_error(
        dy.astype(np.int64), -20, Error(y, -4, activation), Range(-20, 0, 0)
    )
    np.testing.assert_array_equal(same, dx)
    assert -20 == e


@pytest.mark.parametrize("activation", TABLES)
def test_error_through_a_table_is_within_half_a_step_of_pytorch(activation, real):
    rng = np.random.default_rng(2)
    sums = rng.integers(-(2**15), 2**15, 300)
    y = activate(rng.integers(-60, 60, 300), activation, 0).astype(np.int8)
    out = real.tensor(y, -7)
    # From the value back to the argument, where PyTorch takes the derivative.
    x = (real.torch.logit(out) if activation == SIGMOID_CODE else real.torch.atanh(out)).detach()
    x.requires_grad_()
    function = real.torch.sigmoid if activation == SIGMOID_CODE else real.torch.tanh
    function(x).backward(real.tensor(sums, -25).detach())

    dx, e_dx, _ = requantize_error(sums, -25, Error(y, -7, activation), Range())

    # Half a step, and half a unit of the slope, 2^-9, times the error.
    bound = 2.0 ** (e_dx - 1) + np.abs(sums) * 2.0 ** (-25 - 9)
    cut = np.clip(x.grad.numpy(), -127.5 * 2.0**e_dx, 127.5 * 2.0**e_dx)
    assert np.all(np.abs(dx * 2.0**e_dx - cut) <= bound + 1e-15)
    assert math.isclose(np.abs(dx).max(), 100, rel_tol=0.4)
