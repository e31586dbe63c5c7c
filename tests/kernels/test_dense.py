"""og_dense.c against octograd_ref/linear.py, bit for bit."""

import itertools

import numpy as np
import pytest

from octograd_ref.activation import LINEAR
from octograd_ref.linear import (
    dense_window,
    linear_backward_x,
    linear_batch,
    linear_forward,
    linear_sums,
    linear_update,
)
from octograd_ref.range import WINDOW, Error, Range
from octograd_ref.update import Batch, Rate, Weights

from .draw import (
    ACTIVATIONS,
    INT32_MAX,
    INT32_MIN,
    MAX_LENGTH,
    RANGES,
    RANGES_AND_ACTIVATIONS,
    cases,
    exponent,
    exponents,
    int8,
    int32,
    low,
    momenta,
    ones,
    pick,
    random_error,
    random_range,
    random_rate,
    random_weights,
    residuals,
    seeds,
    telling_exponent,
    weight_exponents,
)

# Ones, the block of 32 and its neighbours, and what is no multiple of four.
SHAPES = [(1, 1), (1, 7), (7, 1), (3, 2), (5, 3), (31, 2), (32, 3), (33, 2), (64, 5), (65, 1)]
shapes = pytest.mark.parametrize(("n_in", "n_out"), SHAPES)
longest = pytest.mark.parametrize(("n_in", "n_out"), [(MAX_LENGTH, 1), (1, MAX_LENGTH)])


def sizes(rng):
    return rng.integers(1, pick(rng, [6, 40, 100]), 2).tolist()


def layer_of(rng, n_in, n_out, e_w):
    window = dense_window(n_in, n_out)
    return int8(rng, n_in), int8(rng, n_out, n_in), int32(rng, n_out), window, exponent(rng), e_w


def least(e_x, e_w):
    return e_x + int(e_w.min())


@seeds
def test_forward_s32_equals_reference(kernels, seed):
    for rng in cases(seed):
        args = layer_of(rng, *sizes(rng), weight_exponents(rng, 1))

        np.testing.assert_equal(kernels.dense_sums(*args), linear_sums(*args)[:2])


@seeds
def test_forward_equals_reference(kernels, seed):
    for rng in cases(seed, 24):
        n_in, n_out = sizes(rng)
        layer = layer_of(rng, n_in, n_out, weight_exponents(rng, n_out))
        args = *layer, pick(rng, ACTIVATIONS), random_range(rng, least(*layer[4:]))

        np.testing.assert_equal(kernels.dense_forward(*args), linear_forward(*args))


def test_forward_without_training_makes_the_same_and_leaves_the_range(kernels):
    for rng in cases(0):
        layer, activation = layer_of(rng, *sizes(rng), exponents(-8)), pick(rng, ACTIVATIONS)
        r = random_range(rng, least(*layer[4:]))

        y, e_y, after = kernels.dense_forward(*layer, activation, r, training=False)

        np.testing.assert_equal((y, e_y), linear_forward(*layer, activation, r)[:2])
        assert r == after


def test_forward_without_biases_equals_reference_with_zeros(kernels):
    for rng in cases(0, 5):
        n_in, n_out = sizes(rng)
        x, w, b, *rest = layer_of(rng, n_in, n_out, weight_exponents(rng, n_out))
        rest += [pick(rng, ACTIVATIONS), random_range(rng, least(*rest[1:3]))]

        made = kernels.dense_forward(x, w, None, *rest)

        np.testing.assert_equal(made, linear_forward(x, w, 0 * b, *rest))


@shapes
def test_forward_equals_reference_at_edges(kernels, n_in, n_out):
    rng = np.random.default_rng(n_in)
    w, window = int8(rng, n_out, n_in), dense_window(n_in, n_out)
    xs, bs = (low(n_in), 0 * low(n_in)), (int32(rng, n_out), np.zeros(n_out, np.int32))
    for (r, activation), x, b in itertools.product(RANGES_AND_ACTIVATIONS, xs, bs):
        args = x, w, b, window, -7, exponents(-8), activation, r

        np.testing.assert_equal(kernels.dense_forward(*args), linear_forward(*args))


@longest
@pytest.mark.parametrize("bias", [INT32_MIN, 0, INT32_MAX])
@pytest.mark.parametrize("sign", [-128, 127])
def test_forward_of_the_longest_layer_does_not_overflow(kernels, n_in, n_out, bias, sign):
    x, w = np.full(n_in, sign, np.int8), low(n_out, n_in)
    b, window = np.full(n_out, bias, np.int32), dense_window(n_in, n_out)
    for e_x, e_w in ((-511, exponents(-128)), (-7, exponents(-8)), (511, exponents(127))):
        layer = x, w, b, window, e_x, e_w
        np.testing.assert_equal(kernels.dense_sums(*layer), linear_sums(*layer)[:2])
        for r in (Range(), Range(-7, 0, WINDOW - 1)):
            args = *layer, LINEAR, r
            np.testing.assert_equal(kernels.dense_forward(*args), linear_forward(*args))


def test_forward_s32_reaches_its_bound(kernels):
    b, window = np.array([INT32_MAX], np.int32), dense_window(MAX_LENGTH, 1)

    y, _ = kernels.dense_sums(
        low(MAX_LENGTH), low(1, MAX_LENGTH), b, window, -511, exponents(-128)
    )

    assert [[2**30]] == y.tolist()


@seeds
def test_backward_x_equals_reference(kernels, seed):
    for rng in cases(seed, 24):
        n_in, n_out = sizes(rng)
        dy, w, e_w = int8(rng, n_out), int8(rng, n_out, n_in), weight_exponents(rng, n_out)
        error, e_dy = random_error(rng, n_in), exponent(rng)
        r = random_range(rng, least(e_dy, e_w))
        args = dy, w, dense_window(n_in, n_out), e_dy, e_w, error, r

        np.testing.assert_equal(kernels.dense_backward_x(*args), linear_backward_x(*args))


@shapes
def test_backward_x_equals_reference_at_edges(kernels, n_in, n_out):
    rng = np.random.default_rng(n_in)
    w, window = int8(rng, n_out, n_in), dense_window(n_in, n_out)
    errors = [Error(int8(rng, n_in), -4, pick(rng, ACTIVATIONS))]
    errors.append(Error(low(n_in), -4, pick(rng, ACTIVATIONS), low(n_in)))
    dys = int8(rng, n_out), low(n_out), np.zeros(n_out, np.int8)
    for r, dy, error in itertools.product(RANGES, dys, errors):
        args = dy, w, window, 511, exponents(-128), error, r

        np.testing.assert_equal(kernels.dense_backward_x(*args), linear_backward_x(*args))


@pytest.mark.parametrize("n_out", [1, 127, 128, 129, 255, 256, 257, 16384, 16385])
def test_backward_x_with_exponents_by_row_equals_reference_at_each_number_of_rows(kernels, n_out):
    """As the number of rows says how far a row may be shifted up."""
    for spread in range(10):
        e_w = np.zeros(n_out, np.int8)
        e_w[n_out // 2] = spread
        args = low(n_out), low(n_out, 3), dense_window(3, n_out), 0, e_w, Error(ones(3))

        for r in (Range(), Range(0, 0, 0)):
            expected = linear_backward_x(*args, r)
            np.testing.assert_equal(kernels.dense_backward_x(*args, r), expected)


@longest
@pytest.mark.parametrize("activation", ACTIVATIONS[:6])
def test_backward_x_of_the_longest_layer_does_not_overflow(kernels, n_in, n_out, activation):
    window, w, dy = dense_window(n_in, n_out), low(n_out, n_in), low(n_out)
    # What another reader left is as large as it may become, too.
    errors = Error(low(n_in), -7, activation), Error(ones(n_in), -7, activation, 127 * ones(n_in))
    for r, error in itertools.product((Range(), Range(-511, 0, WINDOW - 1)), errors):
        args = dy, w, window, -383, exponents(-128), error, r
        np.testing.assert_equal(kernels.dense_backward_x(*args), linear_backward_x(*args))


@seeds
@residuals
def test_update_equals_reference(kernels, seed, with_residual):
    for rng in cases(seed, 24):
        n_in, n_out = sizes(rng)
        rate = random_rate(rng)
        layer = random_weights(rng, n_out, n_in, n_out, with_residual, rate.momentum > 0)
        e_dy = telling_exponent(rng, layer, rate, 8)
        args = layer, int8(rng, n_out), int8(rng, n_in), dense_window(n_in, n_out), e_dy, -7, rate

        np.testing.assert_equal(kernels.dense_update(*args), linear_update(*args))


@residuals
@momenta
@pytest.mark.parametrize("e_w", [-128, -8, 126, 127])
def test_update_that_overflows_equals_reference(kernels, with_residual, momentum, e_w):
    for n_in, n_out in SHAPES:
        check_overflow(kernels, n_in, n_out, with_residual, momentum, e_w)


def check_overflow(kernels, n_in, n_out, with_residual, momentum, e_w):
    rng = np.random.default_rng(n_in)
    layer = random_weights(rng, n_out, n_in, n_out, with_residual, momentum > 0)
    layer.w[-1, -1] = 127
    layer = layer._replace(e_w=e_w)
    dy, x = int8(rng, n_out), int8(rng, n_in)
    dy[-1], x[-1] = 127, -128

    args = layer, dy, x, dense_window(n_in, n_out), 511, 511, Rate(15, 0, 0, momentum)

    updated = kernels.dense_update(*args)
    np.testing.assert_equal(updated, linear_update(*args))
    if not momentum:
        assert min(e_w + 1, 127) == updated.e_w


@residuals
@momenta
@pytest.mark.parametrize("e_w", [-128, 127])
def test_update_equals_reference_at_extreme_exponents(kernels, with_residual, momentum, e_w):
    rng = np.random.default_rng(1)
    layer = random_weights(rng, 3, 33, 3, with_residual, momentum > 0)
    b = np.array([INT32_MIN, INT32_MAX, INT32_MAX], np.int32)
    layer = layer._replace(e_w=e_w, b=b)
    rates = [Rate(15, 0), Rate(15, 30), Rate(1, 0, 1), Rate(15, 30, 1)]
    for rate, e_dy, e_x in itertools.product(rates, (-511, 511), (-511, 511)):
        rate = rate._replace(momentum=momentum)
        args = layer, exponents(-128, 0, 127), int8(rng, 33), dense_window(33, 3), e_dy, e_x, rate

        np.testing.assert_equal(kernels.dense_update(*args), linear_update(*args))


@pytest.mark.parametrize("n_in", [1, 2, 3, 5, 33, 67])
def test_update_of_one_byte_draws_anew_in_each_row_but_in_none_of_zero_error(kernels, n_in):
    rng = np.random.default_rng(n_in)
    layer, window = random_weights(rng, 6, n_in, 6, False, False), dense_window(n_in, 6)
    for e_dy in (-20, -8, 0):
        args = layer, exponents(5, 0, -7, 0, 0, 3), int8(rng, n_in), window, e_dy, -7, Rate(1, 0)
        np.testing.assert_equal(kernels.dense_update(*args), linear_update(*args))


@residuals
def test_update_of_no_error_changes_nothing_and_draws_nothing(kernels, with_residual):
    layer = random_weights(np.random.default_rng(0), 4, 35, 4, with_residual, False)
    x = int8(np.random.default_rng(1), 35)

    updated = kernels.dense_update(
        layer, np.zeros(4, np.int8), x, dense_window(35, 4), 0, 0, Rate(15, 0, 1)
    )

    np.testing.assert_equal(updated, layer)


@residuals
def test_update_of_no_error_goes_on_with_momentum(kernels, with_residual):
    rng = np.random.default_rng(0)
    layer = random_weights(rng, 4, 35, 4, with_residual, True)
    layer.velocity[:] = np.arange(layer.velocity.size) * 200
    args = np.zeros(4, np.int8), int8(rng, 35), dense_window(35, 4), 0, 0, Rate(15, 0, 0, 3)

    updated = kernels.dense_update(layer, *args)

    np.testing.assert_equal(updated, linear_update(layer, *args))
    assert (updated.w != layer.w).any()


@longest
@residuals
@pytest.mark.parametrize("rate", [Rate(15, 0), Rate(15, 0, 1), Rate(1, 30), Rate(15, 0, 1, 1)])
def test_update_of_the_longest_layer_does_not_overflow(kernels, n_in, n_out, with_residual, rate):
    w, b = low(n_out, n_in), np.full(n_out, INT32_MIN, np.int32)
    velocity = np.full(w.size + n_out, -32768, np.int16) if rate.momentum else None
    layer = Weights(w, w if with_residual else None, velocity, b, -8, 1)
    args = layer, low(n_out), low(n_in), dense_window(n_in, n_out), -7, -7, rate

    np.testing.assert_equal(kernels.dense_update(*args), linear_update(*args))


@seeds
def test_batch_equals_reference(kernels, seed):
    for rng in cases(seed):
        n_in, n_out = sizes(rng)
        batch, near, x = Batch(), exponent(rng), int8(rng, n_in)
        for _ in range(4):
            e_dy, e_x = near + int(rng.integers(-9, 10)), int(rng.integers(-9, -4))
            args = int8(rng, n_out), x, dense_window(n_in, n_out), e_dy, e_x
            theirs = kernels.dense_batch(batch, *args)
            batch = linear_batch(batch, *args)
            np.testing.assert_equal(theirs, batch)
