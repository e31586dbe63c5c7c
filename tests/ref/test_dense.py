"""octograd_ref/dense.py against float64, and a whole net against finite differences."""

import numpy as np
import pytest

from octograd_ref.activation import LINEAR, RELU
from octograd_ref.dense import dense_backward_x, dense_forward, dense_forward_s32, dense_update
from octograd_ref.range import FRESH, Range
from octograd_ref.rng import rng_seed
from octograd_ref.update import Rate

seeds = pytest.mark.parametrize("seed", range(50))
activations = pytest.mark.parametrize("activation", [LINEAR, RELU])


def int8(rng, *shape):
    return rng.integers(-127, 128, shape, dtype=np.int8)


def layer(rng):
    """Input, weights, bias and exponents of a layer of random size."""
    n_in, n_out = rng.integers(1, 50, 2)
    e_x, e_w = int(rng.integers(-9, 0)), int(rng.integers(-9, 0))
    b = rng.integers(-(2**18), 2**18, n_out, dtype=np.int32)
    return int8(rng, n_in), int8(rng, n_out, n_in), b, e_x, e_w


def real_sums(x, w, b, e_x, e_w):
    return w.astype(float) @ x * 2.0 ** (e_w + e_x) + b * 2.0**-16


@seeds
def test_forward_s32_is_exact_but_for_the_bias(seed):
    args = layer(np.random.default_rng(seed))

    y, e_y = dense_forward_s32(*args)

    # A bias is finer than the sums or the same; it is rounded to their unit.
    bound = 0.5 * 2.0**e_y if e_y > -16 else 0
    assert np.int32 == y.dtype
    assert np.abs(y * 2.0**e_y - real_sums(*args)).max() <= bound


@seeds
@activations
@pytest.mark.parametrize("known", [False, True])
def test_forward_is_within_half_a_step_of_float(seed, activation, known):
    args = layer(np.random.default_rng(seed))
    e_acc = args[3] + args[4]
    r = Range(e_acc + 6, 0, 0) if known else Range()

    y, e_y, _ = dense_forward(*args, activation, r)

    exact = real_sums(*args)
    exact = np.maximum(exact, 0) if activation == RELU else exact
    step = 2.0**e_y
    # Half a step, and half a unit of the sums for the bias; 127.5 to 128 steps saturate too.
    bound = step / 2 + (2.0 ** (e_acc - 1) if e_acc > -16 else 0)
    within = np.abs(exact) <= 127.5 * step
    assert np.abs(y * step - exact)[within].max(initial=0) <= bound
    assert np.all(np.abs(y.astype(int))[~within] == 127)
    assert known or np.abs(exact).max() <= 128 * step + bound


@seeds
@activations
def test_backward_x_is_within_half_a_step_of_float(seed, activation):
    rng = np.random.default_rng(seed)
    n_in, n_out = rng.integers(1, 50, 2)
    dy, w, x = int8(rng, n_out), int8(rng, n_out, n_in), int8(rng, n_in)

    dx, e_dx, learnt = dense_backward_x(dy, w, x, -17, -8, activation, Range())

    exact = (dy.astype(float) @ w) * 2.0 ** (-17 - 8)
    exact = np.where(x > 0, exact, 0) if activation == RELU else exact
    step = 2.0**e_dx
    cut = np.clip(exact, -127.5 * step, 127.5 * step)
    assert np.abs(exact).max() <= 128 * step
    assert np.abs(dx * step - cut).max() <= step / 2
    assert (learnt.count == FRESH) == (not dx.any())


def test_backward_x_sums_are_held_relative_to_their_own_exponent():
    rng = np.random.default_rng(1)
    args = int8(rng, 9), int8(rng, 9, 8), int8(rng, 8)

    near, e_near, near_range = dense_backward_x(*args, -17, -8, LINEAR, Range())
    far, e_far, far_range = dense_backward_x(*args, 300, -8, LINEAR, Range())

    np.testing.assert_array_equal(near, far)
    assert 317 == e_far - e_near
    assert near_range == far_range


def trained(rng, spread=60):
    """Error, input and a 16-bit layer that is far from overflow."""
    n_in, n_out = rng.integers(1, 50, 2)
    w = rng.integers(-spread, spread + 1, (n_out, n_in), dtype=np.int8)
    residual = rng.integers(-128, 128, w.shape, dtype=np.int8)
    b = rng.integers(-(2**18), 2**18, n_out, dtype=np.int32)
    return int8(rng, n_out), int8(rng, n_in), w, residual, b


def real_weights(w, residual, e_w):
    return (256.0 * w + residual) * 2.0 ** (e_w - 8)


@seeds
def test_update_is_float_sgd_within_half_a_unit(seed):
    rng = np.random.default_rng(seed)
    dy, x, w, low, b = trained(rng)
    rate = Rate(int(rng.integers(1, 16)), int(rng.integers(4, 12)))
    e_dy, e_x, e_w = -19, -7, -8

    new_w, new_low, new_b, new_e_w, state = dense_update(dy, x, e_dy, e_x, rate, w, low, b, e_w, 1)

    lr = rate.factor * 2.0**-rate.shift
    gradient = np.outer(dy.astype(float), x) * 2.0 ** (e_dy + e_x)
    expected = real_weights(w, low, e_w) - lr * gradient
    assert (e_w, 1) == (new_e_w, state)
    assert np.abs(real_weights(new_w, new_low, e_w) - expected).max() <= 2.0 ** (e_w - 9)
    expected = b * 2.0**-16 - lr * dy * 2.0**e_dy
    assert np.abs(new_b * 2.0**-16 - expected).max() <= 2.0**-17


@seeds
def test_update_that_overflows_halves_and_keeps_what_weights_are_worth(seed):
    rng = np.random.default_rng(seed)
    dy, x, w, low, b = trained(rng, spread=127)
    low = np.where(np.abs(w) == 127, 0, low).astype(np.int8)
    dy[0], x[0], w[0, 0], low[0, 0] = 127, 127, -127, -127
    rate, e_dy, e_x, e_w = Rate(1, 3), -17, -7, -8

    new_w, new_low, _, new_e_w, _ = dense_update(dy, x, e_dy, e_x, rate, w, low, b, e_w, 1)

    limit = 32639 * 2.0 ** (e_w - 8)
    step = np.outer(dy.astype(float), x) * 2.0 ** (e_dy + e_x - rate.shift)
    expected = np.clip(real_weights(w, low, e_w) - step, -limit, limit)
    assert e_w + 1 == new_e_w
    # Half a unit of the step and half a unit of the halving, which is twice as large.
    bound = 2.0 ** (e_w - 9) + 2.0 ** (e_w - 8)
    assert np.abs(real_weights(new_w, new_low, new_e_w) - expected).max() <= bound


def test_update_of_one_byte_equals_sgd_on_average():
    rng = np.random.default_rng(11)
    dy, x = int8(rng, 4), int8(rng, 5)
    w, b = int8(rng, 4, 5) // 2, np.zeros(4, np.int32)
    rate, e_dy, e_x, e_w, n = Rate(3, 8), -18, -7, -8, 3000

    mean = np.zeros(w.shape)
    for seed in range(n):
        mean += dense_update(dy, x, e_dy, e_x, rate, w, None, b, e_w, rng_seed(seed))[0]

    gradient = np.outer(dy.astype(float), x) * 2.0 ** (e_dy + e_x - e_w)
    expected = w - rate.factor * 2.0**-rate.shift * gradient
    # The step is rounded to 1/256 before it meets the noise, whose variance is at most 1/4.
    assert np.abs(mean / n - expected).max() < 5 * 0.5 / np.sqrt(n) + 0.5 / 256


@seeds
def test_update_normalized_does_not_depend_on_the_scale_of_the_error(seed):
    dy, x, w, low, b = trained(np.random.default_rng(seed))

    near = dense_update(dy, x, -17, -7, Rate(3, 9, 1), w, low, b, -8, 1)
    far = dense_update(dy, x, -30, -7, Rate(3, 9, 1), w, low, b, -8, 1)

    np.testing.assert_equal(near, far)


@seeds
def test_update_normalized_moves_each_row_by_about_the_rate(seed):
    dy, x, w, low, b = trained(np.random.default_rng(seed))
    dy[dy == 0] = 1
    rate, e_w = Rate(1, 6, 1), -8

    new_w, new_low, *_ = dense_update(dy, x, -17, -7, rate, w, low, b, e_w, 1)

    moved = np.abs(real_weights(new_w, new_low, e_w) - real_weights(w, low, e_w)).mean(1)
    # A mean below 1 is not made larger, so those rows may move less.
    large = np.abs(np.outer(dy.astype(int), x)).mean(1) >= 1
    assert np.all(moved * 64 < 1.5)
    assert np.all(moved[large] * 64 > 0.66)


def test_update_of_no_error_changes_nothing_and_draws_nothing():
    _, x, w, low, b = trained(np.random.default_rng(0))
    dy = np.zeros(w.shape[0], np.int8)

    for residual in (low, None):
        new = dense_update(dy, x, -17, -7, Rate(15, 0), w, residual, b, -8, 77)
        np.testing.assert_equal(new, (w, residual, b, -8, 77))


def float_loss(layers, x, label):
    """Cross-entropy in float64 of a ReLU net given as (weights, bias) pairs."""
    for w, b in layers[:-1]:
        x = np.maximum(w @ x + b, 0)
    w, b = layers[-1]
    y = w @ x + b
    return np.log(np.exp(y - y.max()).sum()) + y.max() - y[label]


@pytest.mark.parametrize("seed", range(20))
def test_a_step_of_a_whole_net_follows_its_gradient_by_finite_differences(seed, net):
    rng = np.random.default_rng(seed)
    shapes = [(12, 10), (5, 12)]
    layers = []
    for k, shape in enumerate(shapes):
        w, low = int8(rng, *shape) // 2, int8(rng, *shape)
        b = rng.integers(-(2**14), 2**14, shape[0], dtype=np.int32)
        layers.append((w, low, b, -7, RELU if k == 0 else LINEAR))
    x, label = rng.integers(0, 128, 10, dtype=np.int8), int(rng.integers(5))
    model = net(layers)

    model.train_step(x, label, Rate(1, 4))

    # The forward and backward pass see the upper byte of each weight.
    real = [[w * 2.0**-7, b * 2.0**-16] for w, _, b, _, _ in layers]
    for k, (w, low, b, e_w, _) in enumerate(layers):
        n = model.layers[k]
        assert e_w == n.e_w
        moved = [
            real_weights(n.w, n.residual, e_w) - real_weights(w, low, e_w),
            (n.b - b) * 2.0**-16,
        ]
        for part in range(2):
            t, h = real[k][part], 1e-5
            gradient = np.empty_like(t)
            for i in np.ndindex(t.shape):
                old = t[i]
                t[i] = old + h
                above = float_loss(real, x / 128, label)
                t[i] = old - h
                below = float_loss(real, x / 128, label)
                t[i] = old
                gradient[i] = (above - below) / (2 * h)
            # int8 activations and errors and probabilities in sixteenths of a nat.
            error = np.linalg.norm(moved[part] * -16 - gradient)
            assert error <= 0.05 * np.linalg.norm(gradient)
