"""octograd_ref/pool.py against float64 and PyTorch."""

import numpy as np
import pytest

from octograd_ref.activation import LEAKY, RELU
from octograd_ref.pool import (
    average_pool2d_backward_x,
    average_pool2d_forward,
    max_pool2d_backward_x,
    max_pool2d_forward,
    max_pool2d_route,
    reciprocal,
)
from octograd_ref.range import Error, Range
from octograd_ref.window import window_source

DISJOINT = [
    ((6, 4, 3), (2, 2), (2, 2), False),
    ((7, 5, 5), (2, 2), (2, 2), False),
    ((7, 5, 1), (2, 2), (2, 2), True),
    ((8, 9, 2), (2, 3), (3, 3), False),
    ((12, 1, 6), (4, 1), (4, 1), False),
    ((5, 3, 7), (5, 3), (5, 3), False),
    ((1, 1, 3), (1, 1), (1, 1), False),
]
OVERLAPPING = [
    ((7, 7, 3), (3, 3), (2, 2), True),
    ((8, 6, 5), (3, 3), (2, 2), False),
    ((5, 6, 1), (3, 2), (1, 1), True),
    ((9, 1, 2), (3, 1), (2, 1), True),
]
# Averages are taken of whole windows only.
WHOLE = [g for g in DISJOINT + OVERLAPPING if not g[3]]


def geometries(*lists):
    items = [g for group in lists for g in group]
    return pytest.mark.parametrize("geometry", items, ids=lambda g: "-".join(map(str, g)))


class Case:
    def __init__(self, make_window, geometry, most=127):
        self.shape, k, s, same = geometry
        self.window = make_window("conv", self.shape, k, s, same)
        self.out = (self.window.y.n_out, self.window.x.n_out, self.shape[2])
        rng = np.random.default_rng(sum(self.shape))
        # Few values, so that there are equal ones.
        self.x = rng.integers(-most, most + 1, np.prod(self.shape), dtype=np.int8)
        self.dy = rng.integers(-127, 128, np.prod(self.out), dtype=np.int8)

    def real(self, real, pool):
        x = real.tensor(self.x, -5, self.shape)
        y = pool(x, self.window)
        y.backward(real.tensor(self.dy, -19, self.out).detach())
        return y.detach().numpy().ravel(), x.grad.numpy().ravel()


@geometries(DISJOINT, OVERLAPPING)
@pytest.mark.parametrize("most", [2, 127])
def test_max_pool2d_forward_is_that_of_pytorch(window, real, geometry, most):
    case = Case(window, geometry, most)
    exact, _ = case.real(real, real.max_pool)

    y, index = max_pool2d_forward(case.x, case.window)

    np.testing.assert_array_equal(exact, y * 2.0**-5)
    # The index is the first tap that reads the largest.
    source, channels = window_source(case.window), case.shape[2]
    image, index = case.x.reshape(-1, channels), index.reshape(-1, channels)
    for p, c in np.ndindex(index.shape):
        values = [image[i, c] if i >= 0 else -999 for i in source[p]]
        assert values.index(max(values)) == index[p, c]


@geometries(DISJOINT)
@pytest.mark.parametrize("most", [2, 127])
def test_max_pool2d_route_is_the_gradient_of_pytorch(window, real, geometry, most):
    case = Case(window, geometry, most)
    _, exact = case.real(real, real.max_pool)
    _, index = max_pool2d_forward(case.x, case.window)

    dx = max_pool2d_route(case.dy, index, case.window)

    np.testing.assert_array_equal(exact, dx * 2.0**-19)


@geometries(OVERLAPPING, DISJOINT)
@pytest.mark.parametrize("most", [2, 127])
def test_max_pool2d_backward_x_is_within_half_a_step_of_pytorch(window, real, geometry, most):
    case = Case(window, geometry, most)
    _, exact = case.real(real, real.max_pool)
    _, index = max_pool2d_forward(case.x, case.window)

    error = Error(case.x, -5, RELU)
    dx, e_dx, _ = max_pool2d_backward_x(case.dy, index, case.window, -19, error, Range())

    exact, step = np.where(case.x > 0, exact, 0), 2.0**e_dx
    cut = np.clip(exact, -127.5 * step, 127.5 * step)
    assert np.abs(exact).max() <= 128 * step
    assert np.abs(dx * step - cut).max() <= step / 2


def test_max_pool2d_inherits_the_slope_of_its_input(window):
    # Undoing the activation before routing, on y, is undoing it after, on x.
    case = Case(window, DISJOINT[1])
    y, index = max_pool2d_forward(case.x, case.window)
    slope = np.where(y > 0, 1, 0).astype(np.int8)

    before = max_pool2d_route(case.dy * slope, index, case.window)
    after = np.where(case.x > 0, max_pool2d_route(case.dy, index, case.window), 0)

    np.testing.assert_array_equal(after, before)


@geometries(WHOLE)
def test_average_pool2d_forward_is_within_half_a_step_of_pytorch(window, real, geometry):
    case = Case(window, geometry)
    exact, _ = case.real(real, real.average_pool)

    for r in (Range(), Range(-4, 0, 0)):
        y, e_y, _ = average_pool2d_forward(case.x, case.window, -5, r)

        step = 2.0**e_y
        cut = np.clip(exact, -127.5 * step, 127.5 * step)
        # The reciprocal is off by half a unit in 2^22, of up to n * 127 units.
        n = case.window.y.kernel * case.window.x.kernel
        assert np.abs(y * step - cut).max() <= step / 2 + n * 127 * 2.0 ** (-5 - 23)


@geometries(WHOLE)
@pytest.mark.parametrize("activation", [0, LEAKY + 3])
def test_average_pool2d_backward_x_is_within_half_a_step_of_pytorch(
    window, real, geometry, activation
):
    case = Case(window, geometry)
    _, exact = case.real(real, real.average_pool)

    error = Error(case.x, -5, activation)
    dx, e_dx, _ = average_pool2d_backward_x(case.dy, case.window, -19, error, Range())

    if activation:
        exact = np.where(case.x > 0, exact, exact / 8)
    step = 2.0**e_dx
    cut = np.clip(exact, -127.5 * step, 127.5 * step)
    n = case.window.y.kernel * case.window.x.kernel
    # As forward; and leaky ReLU rounds to a unit of the sums, 2^(-19 - 22).
    assert np.abs(dx * step - cut).max() <= step / 2 + (n * 127 + 1) * 2.0 ** (-19 - 23)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 49, 1000, 32768])
def test_average_pool2d_of_equal_values_is_the_value(window, n):
    w = window("conv", (n, 1, 1), (n, 1), (n, 1))

    for value in (-127, -1, 1, 100):
        y, e_y, _ = average_pool2d_forward(np.full(n, value, np.int8), w, -7, Range())

        assert abs(y[0] * 2.0**e_y - value / 128) <= 2.0 ** (e_y - 1) + 1e-9 + n * 2.0**-23
    assert reciprocal(w) == int(2**22 / n + 0.5)


def test_average_pool2d_keeps_the_bits_of_many_small_values(window):
    x = np.zeros(1024, np.int8)
    x[:10] = 1

    y, e_y, _ = average_pool2d_forward(x, window("conv", (32, 32, 1), (32, 32)), -7, Range())

    assert 10 / 1024 / 128 == y[0] * 2.0**e_y
