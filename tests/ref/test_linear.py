"""octograd_ref/linear.py against float64, finite differences and PyTorch."""

import numpy as np
import pytest

from octograd_ref.activation import LEAKY, LINEAR, RELU, RELU6, rectifies
from octograd_ref.linear import (
    dense_window,
    linear_backward_x,
    linear_batch,
    linear_forward,
    linear_gradient,
    linear_sums,
    linear_update,
)
from octograd_ref.range import FRESH, Error, Range
from octograd_ref.rng import rng_seed
from octograd_ref.update import Batch, Rate, Weights, batch_apply
from octograd_ref.window import window_inputs, window_source

seeds = pytest.mark.parametrize("seed", range(30))
activations = pytest.mark.parametrize("activation", [LINEAR, RELU, RELU6, LEAKY + 1, LEAKY + 3])

# Kind, (h, w, in_c), out_c, kernel, strides (or the factors of upsampling), same: odd sizes,
# strides that do not divide the padding or exceed the kernel, one pixel, one channel, even
# kernels, one dimension.
GEOMETRIES = [
    ("conv", (1, 1, 13), 7, (1, 1), (1, 1), False),
    ("conv", (7, 5, 3), 5, (3, 3), (1, 1), True),
    ("conv", (7, 5, 3), 5, (3, 3), (1, 1), False),
    ("conv", (6, 9, 2), 4, (3, 3), (2, 2), True),
    ("conv", (8, 7, 1), 1, (2, 3), (3, 2), True),
    ("conv", (8, 7, 3), 2, (2, 1), (3, 2), False),
    ("conv", (5, 5, 6), 3, (4, 4), (2, 2), True),
    ("conv", (1, 1, 5), 3, (3, 3), (2, 2), True),
    ("conv", (4, 6, 9), 10, (1, 1), (1, 1), False),
    ("conv", (5, 6, 5), 3, (1, 1), (2, 3), True),
    ("conv", (17, 1, 3), 4, (5, 1), (2, 1), True),
    ("conv", (17, 1, 3), 4, (4, 1), (3, 1), False),
    ("transposed", (4, 3, 3), 2, (4, 4), (2, 2), True),
    ("transposed", (4, 3, 3), 2, (3, 3), (2, 2), True),
    ("transposed", (4, 3, 3), 2, (3, 2), (2, 3), False),
    ("transposed", (3, 4, 1), 5, (2, 1), (3, 2), True),
    ("transposed", (5, 4, 2), 3, (3, 5), (1, 1), True),
    ("upsampled", (4, 3, 3), 5, (3, 3), (2, 2), True),
    ("upsampled", (4, 3, 2), 3, (3, 2), (2, 3), False),
    ("upsampled", (3, 1, 2), 1, (4, 1), (2, 1), True),
]
geometries = pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda g: "-".join(map(str, g)))


def int8(rng, *shape, most=127):
    return rng.integers(-most, most + 1, shape, dtype=np.int8)


class Case:
    """A layer of a geometry with random tensors and exponents."""

    def __init__(self, make_window, geometry, most=127):
        kind, shape, out_c, k, s, same = geometry
        self.window = make_window(kind, shape, k, s, same, out_c)
        rng = np.random.default_rng(abs(hash((shape, k, s))) % 2**32)
        self.geometry, self.shape = (kind, k, s, same), shape
        self.out = (self.window.y.n_out, self.window.x.n_out, out_c)
        self.w_shape = (out_c, *k, shape[2])
        self.x = int8(rng, int(np.prod(shape)), most=most)
        self.w = int8(rng, out_c, k[0] * k[1] * shape[2], most=most)
        self.dy = int8(rng, int(np.prod(self.out)), most=most)
        self.b = rng.integers(-(2**18), 2**18, out_c, dtype=np.int32)
        # Six is within the range of x.
        self.e_x, self.e_w, self.e_dy = -4, int(rng.integers(-13, -4)), -19
        self.rng = rng

    def sums(self, x, w):
        return linear_sums(x, w, 0 * self.b, self.window, 0, np.zeros(1, np.int8))[0]

    def forward(self, activation, r, e_w=None):
        e_w = np.array([self.e_w], np.int8) if e_w is None else e_w
        return linear_forward(self.x, self.w, self.b, self.window, self.e_x, e_w, activation, r)

    def backward_x(self, error, r, e_w=None):
        e_w = np.array([self.e_w], np.int8) if e_w is None else e_w
        return linear_backward_x(self.dy, self.w, self.window, self.e_dy, e_w, error, r)

    def real(self, real, e_rows=None):
        """x, w, b with gradients and the outputs of PyTorch, as exact reals."""
        e_w = self.e_w if e_rows is None else e_rows[:, None]
        x = real.tensor(self.x, self.e_x, self.shape)
        w = real.tensor(self.w * 2.0**e_w, 0, self.w_shape)
        b = real.tensor(self.b, -16)
        return x, w, b, real.conv(x, w, *self.geometry) + b

    def real_dy(self, real):
        return real.tensor(self.dy, self.e_dy, self.out)


@geometries
def test_forward_is_within_half_a_step_of_pytorch(window, real, geometry):
    case = Case(window, geometry)
    *_, exact = case.real(real)
    e_acc = case.e_w + case.e_x

    for activation in (LINEAR, RELU, RELU6, LEAKY + 3):
        for r in (Range(), Range(e_acc + 6, 0, 0)):
            y, e_y, _ = case.forward(activation, r)

            step = 2.0**e_y
            expected = real.activation(exact, activation).detach().numpy().ravel()
            # Half a step; half a unit of the sums for the bias; half a step more, scaled, where
            # leaky ReLU rounds again; and half a step more for what is just above 0.
            bound = step / 2 + (2.0 ** (e_acc - 1) if e_acc > -16 else 0)
            bound += step / 2 * (activation >= LEAKY)
            cut = np.clip(expected, -127.5 * step, 127.5 * step)
            assert r.count != FRESH or np.abs(expected).max() <= 128 * step + bound
            bound += step / 2 * (rectifies(activation) & (y == 1))
            assert np.all(np.abs(y * step - cut) <= bound)


@geometries
def test_sums_are_exact_but_for_the_bias(window, real, geometry):
    case = Case(window, geometry)
    *_, exact = case.real(real)

    args = case.window, case.e_x, np.array([case.e_w], np.int8)
    acc, e_acc, _ = linear_sums(case.x, case.w, case.b, *args)

    difference = acc * 2.0**e_acc - exact.detach().numpy().reshape(acc.shape)
    assert np.abs(difference).max() <= (2.0 ** (e_acc - 1) if e_acc > -16 else 0)
    # The bias is the same for every pixel.
    assert np.ptp(difference, 0).max() == 0


@geometries
@activations
def test_backward_x_is_within_half_a_step_of_pytorch(window, real, geometry, activation):
    case = Case(window, geometry)
    x, _, _, y = case.real(real)
    y.backward(case.real_dy(real).detach())
    e_sum = case.e_w + case.e_dy
    # What made x, at a point that yields x.
    before = real.tensor(np.where(x.detach() < 0, 2.0 ** max(activation - LEAKY, 0), 1), 0)
    before = (before * x).detach().requires_grad_()
    real.activation(before, activation).backward(x.grad)

    dx, e_dx, learnt = case.backward_x(Error(case.x, case.e_x, activation), Range())

    exact = before.grad.numpy().ravel()
    step = 2.0**e_dx
    cut = np.clip(exact, -127.5 * step, 127.5 * step)
    # Leaky ReLU rounds the sums once more.
    bound = step / 2 + (2.0 ** (e_sum - 1) if activation >= LEAKY else 0)
    assert np.abs(exact).max() <= 128 * step
    assert np.abs(dx * step - cut).max() <= bound
    assert (learnt.count == FRESH) == (not exact.any())


@geometries
def test_gradient_is_that_of_pytorch(window, real, geometry):
    case = Case(window, geometry)
    _, w, b, y = case.real(real)
    y.backward(case.real_dy(real).detach())

    g, g_bias = linear_gradient(case.dy, case.x, case.window)

    expected = w.grad.numpy().reshape(g.shape)
    np.testing.assert_array_equal(expected, g * 2.0 ** (case.e_dy + case.e_x))
    np.testing.assert_array_equal(b.grad.numpy(), g_bias * 2.0**case.e_dy)


@geometries
def test_gradient_is_the_finite_difference_of_the_sums(window, geometry):
    case = Case(window, geometry)
    dy = case.dy.reshape(-1, case.window.out_c).astype(int)

    g, g_bias = linear_gradient(case.dy, case.x, case.window)

    # Sums are linear in each weight, so any difference is the derivative.
    here = (case.sums(case.x, case.w) * dy).sum()
    for i in np.ndindex(g.shape):
        nudged = case.w.astype(int)
        nudged[i] += 1
        assert (case.sums(case.x, nudged) * dy).sum() - here == g[i]
    np.testing.assert_array_equal(dy.sum(0), g_bias)


@geometries
def test_backward_x_is_the_finite_difference_of_the_sums(window, geometry):
    case = Case(window, geometry, most=1)
    dy = case.dy.reshape(-1, case.window.out_c).astype(int)

    dx, e_dx, _ = case.backward_x(Error(case.x), Range(case.e_w + case.e_dy, 0, 0))

    # Small enough that nothing is rounded.
    assert case.e_w + case.e_dy == e_dx
    here = (case.sums(case.x, case.w) * dy).sum()
    for i in range(dx.size):
        nudged = case.x.astype(int)
        nudged[i] += 1
        assert (case.sums(nudged, case.w) * dy).sum() - here == dx[i]


@geometries
def test_backward_x_adds_what_another_reader_has_left(window, geometry):
    case = Case(window, geometry, most=3)
    pending = int8(case.rng, case.x.size, most=3)
    e_sum = case.e_w + case.e_dy
    alone, _, _ = case.backward_x(Error(case.x), Range(e_sum + 1, 0, 0))
    twice, _, _ = case.backward_x(Error(case.x), Range(e_sum, 0, 0))

    for finer in (0, 1, -2):
        error = Error(case.x, case.e_x, RELU, pending, e_sum - finer)
        dx, e_dx, _ = case.backward_x(error, Range(e_sum, 0, 0))

        assert e_sum == e_dx
        exact = np.clip(twice + np.floor(pending * 2.0**-finer + 0.5), -127, 127)
        if np.abs(twice).max() < 127:
            np.testing.assert_array_equal(np.where(case.x > 0, exact, 0), dx)
    assert np.abs(2 * alone.astype(int) - twice).max() <= 2 or np.abs(twice).max() == 127


def test_backward_x_is_the_same_at_any_exponent():
    rng = np.random.default_rng(1)
    dy, w, x = int8(rng, 9), int8(rng, 9, 8), int8(rng, 8)
    e_w, window = np.array([-8], np.int8), dense_window(8, 9)

    near, e_near, near_range = linear_backward_x(dy, w, window, -17, e_w, Error(x), Range())
    far, e_far, far_range = linear_backward_x(dy, w, window, 300, e_w, Error(x), Range())

    np.testing.assert_array_equal(near, far)
    assert 317 == e_far - e_near
    assert near_range._replace(exponent=near_range.exponent + 317) == far_range


@geometries
@pytest.mark.parametrize("spread", [0, 3, 20])
def test_exponents_by_row_are_within_half_a_step_of_pytorch(window, real, geometry, spread):
    case = Case(window, geometry)
    e_rows = case.rng.integers(-10, -9 + spread, case.w.shape[0]).astype(np.int8)
    x, _, _, exact = case.real(real, e_rows.astype(int))

    y, e_y, _ = case.forward(LINEAR, Range(), e_rows)
    dx, e_dx, _ = case.backward_x(Error(case.x), Range(), e_rows)

    step = 2.0**e_y
    exact_y = exact.detach().numpy().reshape(-1, case.window.out_c)
    cut = np.clip(exact_y, -127.5 * step, 127.5 * step)
    # The bias is rounded to the unit of its row's sums.
    bound = step / 2 + 2.0 ** (e_rows.astype(float) + case.e_x - 1)
    assert np.all(np.abs(y.reshape(exact_y.shape) * step - cut) <= bound)

    exact.backward(case.real_dy(real).detach())
    exact_dx = x.grad.numpy().ravel()
    # An error is held to 2^-D of the largest row's unit, times a weight of the row.
    unit = 2.0 ** (int(e_rows.max()) - 7 + case.e_dy)
    read = case.window.y.kernel * case.window.x.kernel * case.window.out_c * 127
    lost = read * unit / 2 if spread > 7 else 0
    step = 2.0**e_dx
    cut = np.clip(exact_dx, -127.5 * step, 127.5 * step)
    assert np.abs(dx * step - cut).max() <= step / 2 + lost


def test_exponents_by_row_that_are_equal_are_one_exponent(window):
    for geometry in GEOMETRIES:
        case = Case(window, geometry)
        rows = np.full(case.w.shape[0], case.e_w, np.int8)

        for activation in (LINEAR, RELU6):
            expected = case.forward(activation, Range())
            np.testing.assert_equal(case.forward(activation, Range(), rows), expected)
        error = Error(case.x, case.e_x, RELU)
        expected = case.backward_x(error, Range())
        np.testing.assert_equal(case.backward_x(error, Range(), rows), expected)


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_deepest_layer_stays_within_its_bounds(sign):
    # round_shift asserts the bound of section 16 on every sum.
    n = 2**15
    x, wide = np.full(n, -128, np.int8), np.full((1, n), max(-128, sign * 128 - 1), np.int8)
    b, e_w = np.array([sign * 2**31 - (sign > 0)], np.int32), np.array([127], np.int8)

    y, _, _ = linear_forward(x, wide, b, dense_window(n, 1), -7, e_w, LINEAR, Range())
    error = Error(x[:1], 0, RELU, x[:1], 500)
    dx, _, _ = linear_backward_x(x, wide.T, dense_window(1, n), 0, e_w, error, Range())

    assert 64 <= abs(int(y[0])) <= 127
    assert 0 == dx[0]


def trained(rng, spread=60):
    """Error, input, window and a 16-bit dense layer that is far from overflow."""
    n_in, n_out = (int(n) for n in rng.integers(1, 50, 2))
    w = rng.integers(-spread, spread + 1, (n_out, n_in), dtype=np.int8)
    residual = rng.integers(-128, 128, w.shape, dtype=np.int8)
    b = rng.integers(-(2**18), 2**18, n_out, dtype=np.int32)
    layer = Weights(w, residual, None, b, -8, 1)
    return int8(rng, n_out), int8(rng, n_in), dense_window(n_in, n_out), layer


def real_weights(layer):
    return (256.0 * layer.w + layer.residual) * 2.0 ** (layer.e_w - 8)


@seeds
def test_update_is_float_sgd_within_half_a_unit(seed):
    rng = np.random.default_rng(seed)
    dy, x, window, layer = trained(rng)
    rate = Rate(int(rng.integers(1, 16)), int(rng.integers(4, 12)))
    e_dy, e_x = -19, -7

    new = linear_update(layer, dy, x, window, e_dy, e_x, rate)

    lr = rate.factor * 2.0**-rate.shift
    gradient = np.outer(dy.astype(float), x) * 2.0 ** (e_dy + e_x)
    assert (layer.e_w, 1) == (new.e_w, new.state)
    moved = real_weights(layer) - lr * gradient
    assert np.abs(real_weights(new) - moved).max() <= 2.0 ** (layer.e_w - 9)
    moved = layer.b * 2.0**-16 - lr * dy * 2.0**e_dy
    assert np.abs(new.b * 2.0**-16 - moved).max() <= 2.0**-17


@seeds
def test_update_that_overflows_halves_and_keeps_what_weights_are_worth(seed):
    rng = np.random.default_rng(seed)
    dy, x, window, layer = trained(rng, spread=127)
    layer.residual[np.abs(layer.w) == 127] = 0
    dy[0], x[0], layer.w[0, 0], layer.residual[0, 0] = 127, 127, -127, -127
    rate, e_dy, e_x = Rate(1, 3), -17, -7

    new = linear_update(layer, dy, x, window, e_dy, e_x, rate)

    limit = 32639 * 2.0 ** (layer.e_w - 8)
    step = np.outer(dy.astype(float), x) * 2.0 ** (e_dy + e_x - rate.shift)
    expected = np.clip(real_weights(layer) - step, -limit, limit)
    assert layer.e_w + 1 == new.e_w
    # Half a unit of the step and half a unit of the halving, which is twice as large.
    bound = 2.0 ** (layer.e_w - 9) + 2.0 ** (layer.e_w - 8)
    assert np.abs(real_weights(new) - expected).max() <= bound


def test_update_of_one_byte_equals_sgd_on_average():
    rng = np.random.default_rng(11)
    dy, x = int8(rng, 4), int8(rng, 5)
    w, b = int8(rng, 4, 5) // 2, np.zeros(4, np.int32)
    rate, e_dy, e_x, e_w, n = Rate(3, 8), -18, -7, -8, 3000

    mean = np.zeros(w.shape)
    for seed in range(n):
        layer = Weights(w, None, None, b, e_w, rng_seed(seed))
        mean += linear_update(layer, dy, x, dense_window(5, 4), e_dy, e_x, rate).w

    gradient = np.outer(dy.astype(float), x) * 2.0 ** (e_dy + e_x - e_w)
    expected = w - rate.factor * 2.0**-rate.shift * gradient
    # The step is rounded to 1/256 before it meets the noise, whose variance is at most 1/4.
    assert np.abs(mean / n - expected).max() < 5 * 0.5 / np.sqrt(n) + 0.5 / 256


@seeds
def test_update_normalized_does_not_depend_on_the_scale_of_the_error(seed):
    dy, x, window, layer = trained(np.random.default_rng(seed))

    near = linear_update(layer, dy, x, window, -17, -7, Rate(3, 9, 1))
    far = linear_update(layer, dy, x, window, -30, -7, Rate(3, 9, 1))

    np.testing.assert_equal(near, far)


@seeds
def test_update_normalized_moves_each_row_by_about_the_rate(seed):
    dy, x, window, layer = trained(np.random.default_rng(seed))
    dy[dy == 0] = 1

    new = linear_update(layer, dy, x, window, -17, -7, Rate(1, 6, 1))

    moved = np.abs(real_weights(new) - real_weights(layer)).mean(1)
    # A mean below 1 is not made larger, so those rows may move less.
    large = np.abs(np.outer(dy.astype(int), x)).mean(1) >= 1
    assert np.all(moved * 64 < 1.5)
    assert np.all(moved[large] * 64 > 0.66)


def test_update_of_no_error_changes_nothing_and_draws_nothing():
    _, x, window, layer = trained(np.random.default_rng(0))
    dy = np.zeros(len(layer.w), np.int8)

    for residual in (layer.residual, None):
        still = layer._replace(residual=residual, state=77)
        new = linear_update(still, dy, x, window, -17, -7, Rate(15, 0))
        np.testing.assert_equal(new, still)


@geometries
def test_batch_of_one_is_an_update(window, geometry):
    case = Case(window, geometry)
    n = window_inputs(case.window) * case.window.in_c
    assert case.x.size == n
    low = int8(case.rng, *case.w.shape)
    layer = Weights(case.w // 2, low, None, case.b, case.e_w, 1)
    case.dy.reshape(-1, case.window.out_c)[:, 0] = 0  # a row that is left alone

    for rate in (Rate(3, 5), Rate(3, 5, 1)):
        batch = linear_batch(Batch(), case.dy, case.x, case.window, case.e_dy, case.e_x)
        expected = linear_update(layer, case.dy, case.x, case.window, case.e_dy, case.e_x, rate)
        np.testing.assert_equal(batch_apply(layer, batch, rate), expected)


def test_upsampling_is_the_convolution_of_the_repeated_image(window):
    rng = np.random.default_rng(4)
    fused = window("upsampled", (4, 5, 3), (3, 3), (2, 3), True, 2)
    plain = window("conv", (8, 15, 3), (3, 3), (1, 1), True, 2)
    image, w, e_w = int8(rng, 4, 5, 3), int8(rng, 2, 27), np.array([-7], np.int8)
    repeated, b = image.repeat(2, 0).repeat(3, 1), np.zeros(2, np.int32)

    acc, _, _ = linear_sums(image.ravel(), w, b, fused, -7, e_w)
    expected, _, _ = linear_sums(repeated.ravel(), w, b, plain, -7, e_w)

    np.testing.assert_array_equal(expected, acc)
    assert window_source(fused).max() == 19
