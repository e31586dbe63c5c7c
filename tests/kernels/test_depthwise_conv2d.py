"""og_depthwise_conv2d.c against octograd_ref/depthwise_conv2d.py, bit for bit."""

import itertools

import numpy as np
import pytest

from octograd_ref.activation import LINEAR, TANH_CODE
from octograd_ref.depthwise_conv2d import (
    depthwise_conv2d_backward_x,
    depthwise_conv2d_batch,
    depthwise_conv2d_forward,
    depthwise_conv2d_update,
)
from octograd_ref.range import WINDOW, Error, Range
from octograd_ref.update import Batch, Rate, Weights
from octograd_ref.window import Window

from .draw import (
    ACTIVATIONS,
    INT32_MAX,
    INT32_MIN,
    KINDS,
    RANGES_AND_ACTIVATIONS,
    axis,
    cases,
    channels,
    exponent,
    exponents,
    int8,
    int32,
    kinds,
    low,
    momenta,
    ones,
    pick,
    random_error,
    random_range,
    random_rate,
    random_weights,
    random_window,
    residuals,
    seeds,
    telling_exponent,
    weight_exponents,
)


def window_of(rng, kind):
    c = channels(rng)
    return random_window(rng, kind, c, c)


def sizes(window):
    """Items of the input, of the output, and taps."""
    pixels = window.y.n_in * window.x.n_in, window.y.n_out * window.x.n_out
    c = window.in_c
    return pixels[0] * c, pixels[1] * c, window.y.kernel * window.x.kernel


def layer_of(rng, window, e_w):
    n_in, _, taps = sizes(window)
    w, b = int8(rng, taps, window.in_c), int32(rng, window.in_c)
    return int8(rng, n_in), w, b, window, exponent(rng), e_w


@seeds
@kinds
def test_forward_equals_reference(kernels, seed, kind):
    for rng in cases(seed):
        window = window_of(rng, kind)
        layer = layer_of(rng, window, weight_exponents(rng, window.in_c))
        args = *layer, pick(rng, ACTIVATIONS), random_range(rng, layer[4] + int(layer[5].min()))

        made = kernels.depthwise_conv2d_forward(*args)

        np.testing.assert_equal(made, depthwise_conv2d_forward(*args))


def test_forward_without_training_makes_the_same_and_leaves_the_range(kernels):
    for rng in cases(0):
        layer = layer_of(rng, window_of(rng, pick(rng, KINDS)), exponents(-8))
        args = *layer, pick(rng, ACTIVATIONS), random_range(rng, layer[4] - 8)

        y, e_y, after = kernels.depthwise_conv2d_forward(*args, training=False)

        np.testing.assert_equal((y, e_y), depthwise_conv2d_forward(*args)[:2])
        assert args[-1] == after


def test_forward_without_biases_equals_reference_with_zeros(kernels):
    for rng in cases(0, 5):
        window = window_of(rng, pick(rng, KINDS))
        x, w, b, *rest = layer_of(rng, window, weight_exponents(rng, window.out_c))
        rest += [pick(rng, ACTIVATIONS), random_range(rng, rest[1] + int(rest[2].min()))]

        made = kernels.depthwise_conv2d_forward(x, w, None, *rest)

        np.testing.assert_equal(made, depthwise_conv2d_forward(x, w, 0 * b, *rest))


@seeds
@kinds
def test_backward_x_equals_reference(kernels, seed, kind):
    for rng in cases(seed):
        window = window_of(rng, kind)
        n_in, n_out, taps = sizes(window)
        dy, w = int8(rng, n_out), int8(rng, taps, window.in_c)
        e_w, error = weight_exponents(rng, window.in_c), random_error(rng, n_in)
        e_dy = exponent(rng)
        r = random_range(rng, e_dy + int(e_w.min()))
        args = dy, w, window, e_dy, e_w, error, r

        made = kernels.depthwise_conv2d_backward_x(*args)

        np.testing.assert_equal(made, depthwise_conv2d_backward_x(*args))


@seeds
@kinds
def test_update_equals_reference(kernels, seed, kind):
    for rng in cases(seed):
        window, rate = window_of(rng, kind), random_rate(rng)
        n_in, n_out, taps = sizes(window)
        shape = 1, taps * window.in_c, window.in_c
        layer = random_weights(rng, *shape, rng.random() < 0.5, rate.momentum > 0)
        e_dy = telling_exponent(rng, layer, rate, 10)
        args = layer, int8(rng, n_out), int8(rng, n_in), window, e_dy, -7, rate

        updated = kernels.depthwise_conv2d_update(*args)

        np.testing.assert_equal(updated, depthwise_conv2d_update(*args))


@seeds
@kinds
def test_batch_equals_reference(kernels, seed, kind):
    for rng in cases(seed, 6):
        window, batch, near = window_of(rng, kind), Batch(), exponent(rng)
        n_in, n_out, _ = sizes(window)
        for _ in range(4):
            e_dy, e_x = near + int(rng.integers(-9, 10)), int(rng.integers(-9, -4))
            args = int8(rng, n_out), int8(rng, n_in), window, e_dy, e_x
            theirs = kernels.depthwise_conv2d_batch(batch, *args)
            batch = depthwise_conv2d_batch(batch, *args)
            np.testing.assert_equal(theirs, batch)


def test_batch_of_no_error_begins_it_and_adds_nothing(kernels):
    window = Window(axis("same", 4, 3, 1), axis("same", 4, 3, 2), 3, 3)
    n_in, n_out, _ = sizes(window)
    args = np.zeros(n_out, np.int8), low(n_in), window, -9, -7

    batch = kernels.depthwise_conv2d_batch(Batch(), *args)

    np.testing.assert_equal(batch, depthwise_conv2d_batch(Batch(), *args))
    assert not batch.g.any()
    assert 1 == batch.begun


@pytest.mark.parametrize("rubbish", [INT32_MIN, INT32_MAX, 2**26 + 1])
def test_batch_limits_any_sums_first(kernels, rubbish):
    window = Window(axis("same", 30, 5, 1), axis("same", 30, 5, 1), 3, 3)
    n_in, n_out, taps = sizes(window)
    args = low(n_out), low(n_in), window, -9, -7
    sums = Batch(np.full((1, 3 * taps), rubbish), np.full(3, rubbish), -30, -30, 1)
    limit = int(np.clip(rubbish, -(2**26), 2**26))
    limited = sums._replace(g=np.full_like(sums.g, limit), g_bias=np.full(3, limit))

    batch = kernels.depthwise_conv2d_batch(sums, *args)

    np.testing.assert_equal(batch, depthwise_conv2d_batch(limited, *args))


@kinds
def test_forward_and_backward_equal_reference_at_edges(kernels, kind):
    made = axis(kind, 5, 3, 2)
    window = Window(made, made, 33, 33)
    n_in, n_out, taps = sizes(window)
    w, b, e_w = low(taps, 33), np.full(33, INT32_MIN, np.int32), exponents(-8)
    for (r, activation), sign in itertools.product(RANGES_AND_ACTIVATIONS, (0, 1)):
        args = sign * low(n_in), w, b, window, -7, e_w, activation, r
        expected = depthwise_conv2d_forward(*args)
        np.testing.assert_equal(kernels.depthwise_conv2d_forward(*args), expected)
        args = sign * low(n_out), w, window, -9, e_w, Error(low(n_in), -5, activation), r
        expected = depthwise_conv2d_backward_x(*args)
        np.testing.assert_equal(kernels.depthwise_conv2d_backward_x(*args), expected)


@residuals
@momenta
@pytest.mark.parametrize("e_w", [-128, -8, 126, 127])
def test_update_that_overflows_equals_reference(kernels, with_residual, momentum, e_w):
    rng, made = np.random.default_rng(1), axis("same", 5, 3, 2)
    window = Window(made, made, 5, 5)
    n_in, n_out, taps = sizes(window)
    layer = random_weights(rng, 1, taps * 5, 5, with_residual, momentum > 0)._replace(e_w=e_w)
    layer.w[:] = 127
    for e_dy in (-3, 511):
        args = layer, low(n_out), low(n_in), window, e_dy, e_dy, Rate(15, 0, 0, momentum)

        updated = kernels.depthwise_conv2d_update(*args)

        np.testing.assert_equal(updated, depthwise_conv2d_update(*args))
        if not momentum and e_dy == 511:
            assert min(e_w + 1, 127) == updated.e_w


@residuals
@momenta
def test_update_of_no_error_changes_nothing_unless_there_is_momentum(
    kernels, with_residual, momentum
):
    window = Window(axis("same", 4, 3, 1), axis("same", 4, 3, 2), 3, 3)
    rng, (n_in, n_out, taps) = np.random.default_rng(2), sizes(window)
    layer = random_weights(rng, 1, taps * 3, 3, with_residual, momentum > 0)
    # All zero, and one channel only.
    dys = np.zeros((2, n_out), np.int8)
    dys[1, 4] = 100
    for dy in dys:
        args = layer, dy, low(n_in), window, -9, -7, Rate(3, 2, 0, momentum)

        updated = kernels.depthwise_conv2d_update(*args)

        np.testing.assert_equal(updated, depthwise_conv2d_update(*args))
        if not momentum and not dy.any():
            np.testing.assert_equal(updated, layer)


# The most that the border lets in: taps, images, uses and channels, uses by upsampling.
LARGEST = [
    Window(axis("valid", 128, 128, 1), axis("valid", 256, 256, 1), 1, 1),
    Window(axis("same", 128, 1, 1), axis("same", 256, 2, 1), 1, 1),
    Window(axis("same", 8, 8, 1), axis("same", 8, 8, 1), 512, 512),
    Window(axis("up-same", 1, 1, 128), axis("up-same", 1, 1, 256), 1, 1),
]


@pytest.mark.parametrize("window", LARGEST)
def test_the_largest_layers_do_not_overflow(kernels, window):
    n_in, n_out, taps = sizes(window)
    c, x, dy = window.in_c, low(n_in), low(n_out)
    w, by_row = low(taps, c), np.zeros(c, np.int8)
    by_row[-1] = 127
    for bias, e_x in ((INT32_MIN, -7), (INT32_MAX, -511)):
        b = np.full(c, bias, np.int32)
        args = x, w, b, window, e_x, exponents(-128), LINEAR, Range()
        expected = depthwise_conv2d_forward(*args)
        np.testing.assert_equal(kernels.depthwise_conv2d_forward(*args), expected)
    for e_w, pending in ((exponents(-8), None), (by_row, 127 * ones(n_in))):
        error = Error(x, -7, TANH_CODE, pending, 511)
        args = dy, w, window, -9, e_w, error, Range(-511, 0, WINDOW - 1)
        expected = depthwise_conv2d_backward_x(*args)
        np.testing.assert_equal(kernels.depthwise_conv2d_backward_x(*args), expected)
    weights = Weights(w.reshape(1, -1), None, None, np.full(c, INT32_MIN, np.int32), -8, 1)
    for rate in (Rate(15, 0, 1), Rate(15, 30)):
        args = weights, dy, x, window, -9, -7, rate
        expected = depthwise_conv2d_update(*args)
        np.testing.assert_equal(kernels.depthwise_conv2d_update(*args), expected)
    args = Batch(), dy, x, window, -9, -7
    expected = depthwise_conv2d_batch(*args)
    np.testing.assert_equal(kernels.depthwise_conv2d_batch(*args), expected)
