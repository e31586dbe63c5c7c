"""og_conv2d.c against octograd_ref/linear.py, bit for bit."""

import itertools

import numpy as np
import pytest

from octograd_ref.activation import LINEAR, TANH_CODE
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
from octograd_ref.window import Axis, Window

from .draw import (
    ACTIVATIONS,
    INT32_MAX,
    INT32_MIN,
    KINDS,
    RANGES_AND_ACTIVATIONS,
    any_axis,
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
    """Any channels over a small image, or few over a larger one."""
    return random_window(rng, kind, channels(rng), channels(rng))


def sizes(window):
    """Items of the input, of the output, and of a row of weights."""
    row = window.y.kernel * window.x.kernel * window.in_c
    pixels = window.y.n_in * window.x.n_in, window.y.n_out * window.x.n_out
    return pixels[0] * window.in_c, pixels[1] * window.out_c, row


def layer_of(rng, window, e_w):
    n_in, _, row = sizes(window)
    w, b = int8(rng, window.out_c, row), int32(rng, window.out_c)
    return int8(rng, n_in), w, b, window, exponent(rng), e_w


@kinds
def test_forward_s32_equals_reference(kernels, kind):
    for rng in cases(1):
        args = layer_of(rng, window_of(rng, kind), weight_exponents(rng, 1))

        np.testing.assert_equal(kernels.conv2d_sums(*args), linear_sums(*args)[:2])


@seeds
@kinds
def test_forward_equals_reference(kernels, seed, kind):
    for rng in cases(seed):
        window = window_of(rng, kind)
        layer = layer_of(rng, window, weight_exponents(rng, window.out_c))
        args = *layer, pick(rng, ACTIVATIONS), random_range(rng, layer[4] + int(layer[5].min()))

        np.testing.assert_equal(kernels.conv2d_forward(*args), linear_forward(*args))


def test_forward_without_training_makes_the_same_and_leaves_the_range(kernels):
    for rng in cases(0):
        layer = layer_of(rng, window_of(rng, pick(rng, KINDS)), exponents(-8))
        args = *layer, pick(rng, ACTIVATIONS), random_range(rng, layer[4] - 8)

        y, e_y, after = kernels.conv2d_forward(*args, training=False)

        np.testing.assert_equal((y, e_y), linear_forward(*args)[:2])
        assert args[-1] == after


def test_forward_without_biases_equals_reference_with_zeros(kernels):
    for rng in cases(0, 5):
        window = window_of(rng, pick(rng, KINDS))
        x, w, b, *rest = layer_of(rng, window, weight_exponents(rng, window.out_c))
        rest += [pick(rng, ACTIVATIONS), random_range(rng, rest[1] + int(rest[2].min()))]

        made = kernels.conv2d_forward(x, w, None, *rest)

        np.testing.assert_equal(made, linear_forward(x, w, 0 * b, *rest))


@seeds
@kinds
def test_backward_x_equals_reference(kernels, seed, kind):
    for rng in cases(seed):
        window = window_of(rng, kind)
        n_in, n_out, row = sizes(window)
        dy, w = int8(rng, n_out), int8(rng, window.out_c, row)
        e_w, error = weight_exponents(rng, window.out_c), random_error(rng, n_in)
        e_dy = exponent(rng)
        r = random_range(rng, e_dy + int(e_w.min()))
        args = dy, w, window, e_dy, e_w, error, r

        np.testing.assert_equal(kernels.conv2d_backward_x(*args), linear_backward_x(*args))


# Taps and channels whose products are at or beside what is worked on together.
LINES = [(1, 31), (1, 32), (1, 33), (2, 4), (2, 16), (2, 17), (3, 2), (3, 3), (3, 10), (3, 11)]
LINES += [(4, 2), (4, 8), (4, 9), (5, 1), (5, 6), (5, 7), (7, 1), (7, 5), (8, 1), (9, 1), (33, 1)]


@pytest.mark.parametrize(("kernel", "in_c"), LINES)
@pytest.mark.parametrize("kind", ["valid", "same"])
def test_lines_of_a_kernel_equal_reference_at_any_length(kernels, kind, kernel, in_c):
    rng = np.random.default_rng(kernel)
    for n_in, step, out_c in ((kernel, 1, 9), (kernel + 3, 2, 3), (2 * kernel + 5, kernel + 2, 4)):
        window = Window(axis(kind, 5, 3, 1), axis(kind, n_in, kernel, step), in_c, out_c)
        n_x, n_out, row = sizes(window)
        dy, x, w = int8(rng, n_out), int8(rng, n_x), int8(rng, out_c, row)
        for e_w in exponents(-8), int8(rng, out_c) // 8:
            back = dy, w, window, -9, e_w, random_error(rng, n_x), Range(-5, 0, 1)
            np.testing.assert_equal(kernels.conv2d_backward_x(*back), linear_backward_x(*back))
        args = random_weights(rng, out_c, row, out_c, True, False), dy, x, window, -9, -7
        args += (Rate(3, 2, 0, 0),)
        np.testing.assert_equal(kernels.conv2d_update(*args), linear_update(*args))


@kinds
def test_rows_without_errors_are_left_out_as_in_the_reference(kernels, kind):
    rng = np.random.default_rng(3)
    for kept in (), (0,), (6,), (2, 3), (1, 5), (0, 6):
        window = random_window(rng, kind, channels(rng), 7)
        n_in, n_out, row = sizes(window)
        dy, x, w = int8(rng, n_out).reshape(-1, 7), int8(rng, n_in), int8(rng, 7, row)
        dy[:, [o for o in range(7) if o not in kept]] = 0
        for e_w in int8(rng, 1) // 8, int8(rng, 7) // 8:
            back = dy.ravel(), w, window, -9, e_w, random_error(rng, n_in), Range(-5, 0, 1)
            np.testing.assert_equal(kernels.conv2d_backward_x(*back), linear_backward_x(*back))
        for residual, momentum in (True, 0), (True, 3), (False, 0):
            layer = random_weights(rng, 7, row, 7, residual, momentum > 0)
            args = layer, dy.ravel(), x, window, -9, -7, Rate(3, 2, 0, momentum)
            np.testing.assert_equal(kernels.conv2d_update(*args), linear_update(*args))


@seeds
@kinds
def test_update_equals_reference(kernels, seed, kind):
    for rng in cases(seed):
        window, rate = window_of(rng, kind), random_rate(rng)
        n_in, n_out, row = sizes(window)
        shape = window.out_c, row, window.out_c
        layer = random_weights(rng, *shape, rng.random() < 0.5, rate.momentum > 0)
        e_dy = telling_exponent(rng, layer, rate, 10)
        args = layer, int8(rng, n_out), int8(rng, n_in), window, e_dy, -7, rate

        np.testing.assert_equal(kernels.conv2d_update(*args), linear_update(*args))


@seeds
@kinds
def test_batch_equals_reference(kernels, seed, kind):
    for rng in cases(seed, 6):
        window, batch, near = window_of(rng, kind), Batch(), exponent(rng)
        n_in, n_out, _ = sizes(window)
        for _ in range(4):
            e_dy, e_x = near + int(rng.integers(-9, 10)), int(rng.integers(-9, -4))
            args = int8(rng, n_out), int8(rng, n_in), window, e_dy, e_x
            theirs = kernels.conv2d_batch(batch, *args)
            batch = linear_batch(batch, *args)
            np.testing.assert_equal(theirs, batch)


def test_batch_saturates_as_reference(kernels):
    window = Window(axis("same", 30, 5, 1), axis("same", 30, 5, 1), 1, 2)
    n_in, n_out, _ = sizes(window)
    dy, batch = low(n_out), Batch()
    # Exponents that rise, so that the sums are at the finest.
    for e_dy in (-10, -5, 3, 300, -300):
        theirs = kernels.conv2d_batch(batch, dy, low(n_in), window, e_dy, -7)
        batch = linear_batch(batch, dy, low(n_in), window, e_dy, -7)
        np.testing.assert_equal(theirs, batch)
    assert 2**26 == batch.g.max()


@pytest.mark.parametrize(("n_in", "n_out"), [(1, 1), (3, 2), (31, 33), (70, 32)])
def test_a_window_of_one_pixel_and_one_tap_is_a_dense_layer(kernels, n_in, n_out):
    rng, window = np.random.default_rng(n_in), dense_window(n_in, n_out)
    layer, dy = layer_of(rng, window, exponents(-8)), int8(rng, n_out)
    forward = *layer, TANH_CODE, Range()
    backward = dy, layer[1], window, -9, exponents(-8), random_error(rng, n_in), Range()
    weights = random_weights(rng, n_out, n_in, n_out, False, True)
    update = weights, dy, layer[0], window, -9, -7, Rate(3, 5, 1, 2)

    for stem, args in (("forward", forward), ("backward_x", backward), ("update", update)):
        dense, conv2d = (getattr(kernels, f"{name}_{stem}") for name in ("dense", "conv2d"))
        np.testing.assert_equal(conv2d(*args), dense(*args))


POINTWISE = Axis(3, 3, 1)
ALMOST_POINTWISE = [
    *(POINTWISE, Axis(3, 2, 1), Axis(2, 3, 1), Axis(3, 3, 2), Axis(3, 3, 1, 2)),
    *(POINTWISE._replace(**change) for change in ({"offset": 1}, {"offset": -1}, {"sign": -1})),
    *(POINTWISE._replace(**change) for change in ({"divisor": 2}, {"exact": 1})),
]


def almost_pointwise(rng):
    return pick(rng, ALMOST_POINTWISE)


@pytest.mark.parametrize("draw_axis", [almost_pointwise, any_axis])
def test_all_equal_reference_over_unusual_windows(kernels, draw_axis):
    for rng in cases(0, 40):
        y, x = draw_axis(rng), draw_axis(rng)
        window, e_w = Window(y, x, 1 + pick(rng, [0, 2]), 2), weight_exponents(rng, 2)
        n_in, n_out, row = sizes(window)
        layer, dy = layer_of(rng, window, e_w), int8(rng, n_out)
        args = *layer, TANH_CODE, Range()
        np.testing.assert_equal(kernels.conv2d_forward(*args), linear_forward(*args))
        args = dy, layer[1], window, -9, e_w, random_error(rng, n_in), Range()
        np.testing.assert_equal(kernels.conv2d_backward_x(*args), linear_backward_x(*args))
        weights = random_weights(rng, 2, row, 2, True, False)
        args = weights, dy, layer[0], window, weights.e_w, -7, Rate(3, 6)
        np.testing.assert_equal(kernels.conv2d_update(*args), linear_update(*args))
        args = Batch(), dy, layer[0], window, -9, -7
        np.testing.assert_equal(kernels.conv2d_batch(*args), linear_batch(*args))


@kinds
def test_forward_and_backward_equal_reference_at_edges(kernels, kind):
    made = axis(kind, 5, 3, 2)
    window = Window(made, made, 3, 33)
    n_in, n_out, row = sizes(window)
    w, b, e_w = low(33, row), np.full(33, INT32_MIN, np.int32), exponents(-8)
    for (r, activation), sign in itertools.product(RANGES_AND_ACTIVATIONS, (0, 1)):
        args = sign * low(n_in), w, b, window, -7, e_w, activation, r
        np.testing.assert_equal(kernels.conv2d_forward(*args), linear_forward(*args))
        args = sign * low(n_out), w, window, -9, e_w, Error(low(n_in), -5, activation), r
        np.testing.assert_equal(kernels.conv2d_backward_x(*args), linear_backward_x(*args))


@residuals
@momenta
@pytest.mark.parametrize("e_w", [-128, -8, 126, 127])
def test_update_that_overflows_equals_reference(kernels, with_residual, momentum, e_w):
    rng, made = np.random.default_rng(1), axis("same", 5, 3, 2)
    window = Window(made, made, 3, 5)
    n_in, n_out, row = sizes(window)
    layer = random_weights(rng, 5, row, 5, with_residual, momentum > 0)._replace(e_w=e_w)
    layer.w[-1] = 127
    for e_dy in (-3, 511):
        args = layer, low(n_out), low(n_in), window, e_dy, e_dy, Rate(15, 0, 0, momentum)

        updated = kernels.conv2d_update(*args)

        np.testing.assert_equal(updated, linear_update(*args))
        if not momentum and e_dy == 511:
            assert min(e_w + 1, 127) == updated.e_w


@residuals
def test_update_of_no_error_changes_nothing_unless_there_is_momentum(kernels, with_residual):
    rng, made = np.random.default_rng(2), axis("valid", 4, 3, 1)
    window = Window(made, made, 3, 5)
    n_in, n_out, row = sizes(window)
    dy, x = int8(rng, n_out).reshape(-1, 5), int8(rng, n_in)
    for rows in (slice(5), slice(1, 3)):
        dy[:, rows] = 0
        for momentum in (0, 3):
            layer = random_weights(rng, 5, row, 5, with_residual, momentum > 0)
            args = layer, dy.ravel(), x, window, -9, -7, Rate(3, 2, 1, momentum)

            updated = kernels.conv2d_update(*args)

            np.testing.assert_equal(updated, linear_update(*args))
            if not momentum:
                np.testing.assert_equal(updated.w[rows], layer.w[rows])


# The most that the border lets in: a row of 2^15 weights; 2^15 inputs and outputs; a pixel
# whose uses and channels are 2^15; and 2^15 uses by upsampling.
LARGEST = [
    Window(axis("same", 8, 8, 1), axis("same", 8, 8, 1), 512, 2),
    Window(axis("valid", 128, 128, 1), axis("valid", 256, 256, 1), 1, 1),
    Window(axis("same", 128, 2, 1), axis("same", 256, 2, 1), 1, 1),
    Window(axis("same", 8, 8, 1), axis("same", 8, 8, 1), 2, 512),
    Window(axis("up-same", 1, 1, 128), axis("up-same", 1, 1, 256), 1, 1),
    Window(axis("transposed-same", 4, 8, 2), axis("transposed-same", 4, 8, 2), 8, 512),
    Window(Axis(1, 1, 1), axis("same", 32767, 1, 1), 1, 1),
]


@pytest.mark.parametrize("window", LARGEST)
def test_the_largest_layers_do_not_overflow(kernels, window):
    n_in, n_out, row = sizes(window)
    w, x, dy, out_c = low(window.out_c, row), low(n_in), low(n_out), window.out_c
    for bias, e_x in ((INT32_MIN, -7), (INT32_MAX, -511)):
        layer = x, w, np.full(out_c, bias, np.int32), window, e_x, exponents(-128)
        np.testing.assert_equal(kernels.conv2d_sums(*layer), linear_sums(*layer)[:2])
        args = *layer, LINEAR, Range()
        np.testing.assert_equal(kernels.conv2d_forward(*args), linear_forward(*args))
    by_row = np.zeros(out_c, np.int8)
    by_row[-1] = 7
    for e_w, pending in ((exponents(-8), None), (by_row, 127 * ones(n_in))):
        error = Error(x, -7, TANH_CODE, pending, 511)
        args = dy, w, window, -9, e_w, error, Range(-511, 0, WINDOW - 1)
        np.testing.assert_equal(kernels.conv2d_backward_x(*args), linear_backward_x(*args))
    weights = Weights(w, None, None, np.full(out_c, INT32_MIN, np.int32), -8, 1)
    for rate in (Rate(15, 0, 1), Rate(15, 30)):
        args = weights, dy, x, window, -9, -7, rate
        np.testing.assert_equal(kernels.conv2d_update(*args), linear_update(*args))
    args = Batch(), dy, x, window, -9, -7
    np.testing.assert_equal(kernels.conv2d_batch(*args), linear_batch(*args))
