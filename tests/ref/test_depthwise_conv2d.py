"""octograd_ref/depthwise_conv2d.py against float64, finite differences and PyTorch."""

import numpy as np
import pytest

from octograd_ref.activation import LEAKY, LINEAR, RELU, RELU6, rectifies
from octograd_ref.depthwise_conv2d import (
    depthwise_conv2d_backward_x,
    depthwise_conv2d_batch,
    depthwise_conv2d_forward,
    depthwise_conv2d_gradient,
    depthwise_conv2d_update,
)
from octograd_ref.range import FRESH, Error, Range
from octograd_ref.rng import rng_next
from octograd_ref.update import Batch, Rate, Weights, batch_apply

GEOMETRIES = [
    ((7, 5, 3), (3, 3), (1, 1), True),
    ((7, 5, 5), (3, 3), (2, 2), True),
    ((6, 9, 1), (3, 3), (2, 2), True),
    ((7, 8, 4), (3, 3), (1, 1), False),
    ((9, 8, 6), (2, 2), (3, 3), False),
    ((8, 7, 2), (2, 1), (3, 2), True),
    ((1, 1, 7), (3, 3), (1, 1), True),
    ((1, 1, 3), (1, 1), (1, 1), False),
    ((13, 1, 5), (5, 1), (1, 1), True),
    ((5, 6, 3), (4, 4), (1, 1), True),
]
geometries = pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda g: "-".join(map(str, g)))


class Case:
    def __init__(self, make_window, geometry, most=127):
        shape, k, s, same = geometry
        self.window = make_window("conv", shape, k, s, same)
        self.shape, self.w_shape = shape, (*k, shape[2])
        self.out = (self.window.y.n_out, self.window.x.n_out, shape[2])
        rng = self.rng = np.random.default_rng(sum(shape) + sum(k))
        self.x, self.w, self.dy = (
            rng.integers(-most, most + 1, n, dtype=np.int8)
            for n in (np.prod(shape), (k[0] * k[1], shape[2]), np.prod(self.out))
        )
        self.b = rng.integers(-(2**18), 2**18, shape[2], dtype=np.int32)
        self.e_x, self.e_w, self.e_dy = -4, -8, -19

    def forward(self, activation, r, e_w=None):
        e_w = np.array([self.e_w], np.int8) if e_w is None else e_w
        return depthwise_conv2d_forward(
            self.x, self.w, self.b, self.window, self.e_x, e_w, activation, r
        )

    def backward_x(self, error, r, e_w=None):
        e_w = np.array([self.e_w], np.int8) if e_w is None else e_w
        return depthwise_conv2d_backward_x(self.dy, self.w, self.window, self.e_dy, e_w, error, r)

    def real(self, real, e_rows=None):
        e_w = self.e_w if e_rows is None else e_rows
        x = real.tensor(self.x, self.e_x, self.shape)
        w = real.tensor(self.w * 2.0**e_w, 0, self.w_shape)
        b = real.tensor(self.b, -16)
        return x, w, b, real.depthwise(x, w, self.window) + b

    def real_dy(self, real):
        return real.tensor(self.dy, self.e_dy, self.out).detach()


@geometries
def test_forward_is_within_half_a_step_of_pytorch(window, real, geometry):
    case = Case(window, geometry)
    *_, exact = case.real(real)

    for activation in (LINEAR, RELU, RELU6, LEAKY + 2):
        y, e_y, _ = case.forward(activation, Range())

        step = 2.0**e_y
        expected = real.activation(exact, activation).detach().numpy().ravel()
        # Half a step, half a unit of the sums for the bias, half a step more if leaky, and
        # half a step more for what is just above 0.
        bound = step / 2 + 2.0 ** (case.e_x + case.e_w - 1) + step / 2 * (activation >= LEAKY)
        cut = np.clip(expected, -127.5 * step, 127.5 * step)
        assert np.abs(expected).max() <= 128 * step + bound
        bound += step / 2 * (rectifies(activation) & (y == 1))
        assert np.all(np.abs(y * step - cut) <= bound)


@geometries
@pytest.mark.parametrize("activation", [LINEAR, RELU])
def test_backward_x_is_within_half_a_step_of_pytorch(window, real, geometry, activation):
    case = Case(window, geometry)
    x, _, _, y = case.real(real)
    y.backward(case.real_dy(real))

    dx, e_dx, learnt = case.backward_x(Error(case.x, case.e_x, activation), Range())

    exact, step = x.grad.numpy().ravel(), 2.0**e_dx
    exact = np.where(case.x > 0, exact, 0) if activation == RELU else exact
    assert np.abs(exact).max() <= 128 * step
    cut = np.clip(exact, -127.5 * step, 127.5 * step)
    assert np.abs(dx * step - cut).max() <= step / 2
    assert (learnt.count == FRESH) == (not exact.any())


@geometries
def test_gradient_is_that_of_pytorch(window, real, geometry):
    case = Case(window, geometry)
    _, w, b, y = case.real(real)
    y.backward(case.real_dy(real))

    g, g_bias = depthwise_conv2d_gradient(case.dy, case.x, case.window)

    expected = w.grad.numpy().reshape(g.shape)
    np.testing.assert_array_equal(expected, g * 2.0 ** (case.e_dy + case.e_x))
    np.testing.assert_array_equal(b.grad.numpy(), g_bias * 2.0**case.e_dy)


@geometries
def test_gradient_and_backward_x_are_finite_differences_of_the_output(window, geometry):
    case = Case(window, geometry, most=1)
    case.b[:] = 0
    zero = np.zeros(1, np.int8)

    def loss(x, w):
        args = x, w, case.b, case.window, 0, zero, LINEAR, Range(0, 0, 0)
        return (depthwise_conv2d_forward(*args)[0].astype(int) * case.dy).sum()

    g, _ = depthwise_conv2d_gradient(case.dy, case.x, case.window)
    dx, e_dx, _ = case.backward_x(Error(case.x), Range(case.e_w + case.e_dy, 0, 0))

    # Small enough that nothing is rounded, and linear in each weight and each input.
    assert case.e_w + case.e_dy == e_dx
    here = loss(case.x, case.w)
    for k in range(g.size):
        nudged = case.w.copy()
        nudged.ravel()[k] += 1
        assert loss(case.x, nudged) - here == g[0, k]
    for k in range(dx.size):
        nudged = case.x.copy()
        nudged[k] += 1
        assert loss(nudged, case.w) - here == dx[k]


@geometries
@pytest.mark.parametrize("spread", [3, 12])
def test_exponents_by_channel_are_within_half_a_step_of_pytorch(window, real, geometry, spread):
    case = Case(window, geometry)
    e_rows = case.rng.integers(-10, -9 + spread, case.shape[2]).astype(np.int8)
    x, _, _, exact = case.real(real, e_rows.astype(int))

    y, e_y, _ = case.forward(LINEAR, Range(), e_rows)
    dx, e_dx, _ = case.backward_x(Error(case.x), Range(), e_rows)

    step = 2.0**e_y
    exact_y = exact.detach().numpy().reshape(-1, case.shape[2])
    cut = np.clip(exact_y, -127.5 * step, 127.5 * step)
    bound = step / 2 + 2.0 ** (e_rows.astype(float) + case.e_x - 1)
    assert np.all(np.abs(y.reshape(exact_y.shape) * step - cut) <= bound)
    exact.backward(case.real_dy(real))
    exact_dx, step = x.grad.numpy().ravel(), 2.0**e_dx
    cut = np.clip(exact_dx, -127.5 * step, 127.5 * step)
    assert np.abs(dx * step - cut).max() <= step / 2


def weights(case, residual=True):
    w = (case.w // 2).reshape(1, -1)
    low = case.rng.integers(-128, 128, w.shape, dtype=np.int8) if residual else None
    return Weights(w, low, None, case.b, case.e_w, 9)


@geometries
def test_update_is_float_sgd_within_half_a_unit(window, geometry):
    case = Case(window, geometry)
    layer, rate = weights(case), Rate(3, 7)
    case.dy.reshape(-1, case.shape[2])[:, 0] = 0  # a channel that moves by nothing

    args = case.dy, case.x, case.window, case.e_dy, case.e_x
    new = depthwise_conv2d_update(layer, *args, rate)

    g, g_bias = depthwise_conv2d_gradient(case.dy, case.x, case.window)
    step = 3 * 2.0**-7 * g * 2.0 ** (case.e_dy + case.e_x - case.e_w + 8)
    moved = 256.0 * new.w + new.residual - (256.0 * layer.w + layer.residual)
    assert np.abs(moved + step).max() <= 0.5
    assert np.abs(new.b - layer.b + 3 * 2.0**-7 * g_bias * 2.0 ** (case.e_dy + 16)).max() <= 0.5


@geometries
def test_batch_of_one_is_an_update(window, geometry):
    case = Case(window, geometry)
    for rate in (Rate(3, 7), Rate(3, 7, 1)):
        for layer in (weights(case), weights(case, residual=False)):
            args = case.dy, case.x, case.window, case.e_dy, case.e_x
            expected = depthwise_conv2d_update(layer, *args, rate)
            applied = batch_apply(layer, depthwise_conv2d_batch(Batch(), *args), rate)
            np.testing.assert_equal(applied, expected)


def test_update_draws_for_every_four_weights_of_the_whole_layer(window):
    case = Case(window, GEOMETRIES[1])
    layer = weights(case, residual=False)

    args = case.dy, case.x, case.window, case.e_dy, case.e_x
    new = depthwise_conv2d_update(layer, *args, Rate(1, 30))

    expected = layer.state
    for _ in range(-(-layer.w.size // 4)):
        expected = rng_next(expected)
    assert expected == new.state
