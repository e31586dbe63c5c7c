"""og_pool.c against octograd_ref/pool.py, bit for bit."""

import itertools

import numpy as np
import pytest

from octograd_ref.pool import (
    average_pool2d_backward_x,
    average_pool2d_forward,
    max_pool2d_backward_x,
    max_pool2d_forward,
    max_pool2d_route,
)
from octograd_ref.range import WINDOW, Error, Range
from octograd_ref.window import Axis, Window, window_source

from .draw import (
    RANGES_AND_ACTIVATIONS,
    axis,
    cases,
    channels,
    exponent,
    int8,
    low,
    ones,
    random_error,
    random_range,
    random_window,
    seeds,
)

paddings = pytest.mark.parametrize("kind", ["valid", "same"])


def window_of(rng, kind):
    c = channels(rng)
    return random_window(rng, kind, c, c)


def split_of(rng, kind):
    """A window whose strides are at least its kernels, so that nothing overlaps."""
    window = window_of(rng, kind)
    y, x = (axis(kind, a.n_in, a.kernel, max(a.stride, a.kernel)) for a in window[:2])
    return window._replace(y=y, x=x)


def sizes(window):
    pixels = window.y.n_in * window.x.n_in, window.y.n_out * window.x.n_out
    return pixels[0] * window.in_c, pixels[1] * window.in_c


@seeds
@paddings
def test_max_forward_equals_reference(kernels, seed, kind):
    for rng in cases(seed):
        window = window_of(rng, kind)
        x = int8(rng, sizes(window)[0])

        made = kernels.max_pool2d_forward(x, window)

        np.testing.assert_equal(made, max_pool2d_forward(x, window))


@pytest.mark.parametrize("value", [-128, -127, 0, 127])
def test_max_forward_of_equals_takes_the_first_that_is_read(kernels, value):
    window = Window(axis("same", 4, 3, 1), axis("same", 4, 3, 1), 2, 2)
    x, source = np.full(32, value, np.int8), window_source(window)

    y, index = kernels.max_pool2d_forward(x, window)

    np.testing.assert_equal((y, index), max_pool2d_forward(x, window))
    assert np.all(y == value)
    np.testing.assert_array_equal(np.argmax(source >= 0, 1), index[::2])


def test_max_forward_counts_256_taps(kernels):
    window = Window(axis("valid", 16, 16, 1), axis("valid", 16, 16, 1), 1, 1)
    x = low(256)
    x[255] = -127

    y, index = kernels.max_pool2d_forward(x, window)

    assert ([-127], [255]) == (y.tolist(), index.tolist())
    assert -127 == kernels.max_pool2d_route(ones(1) * -127, index, window)[255]


def test_max_forward_of_windows_that_read_nothing_equals_reference(kernels):
    nothing = Axis(3, 4, 2, 2)
    window, x = Window(nothing, nothing, 3, 3), low(27)

    np.testing.assert_equal(kernels.max_pool2d_forward(x, window), max_pool2d_forward(x, window))


@seeds
@paddings
def test_max_route_equals_reference(kernels, seed, kind):
    for rng in cases(seed):
        window = split_of(rng, kind)
        n_in, n_out = sizes(window)
        dy, (_, index) = int8(rng, n_out), max_pool2d_forward(int8(rng, n_in), window)

        made = kernels.max_pool2d_route(dy, index, window)

        np.testing.assert_array_equal(made, max_pool2d_route(dy, index, window))
        assert np.count_nonzero(dy) == np.count_nonzero(made)


@paddings
def test_max_backward_of_any_index_equals_reference(kernels, kind):
    for rng in cases(1):
        window = split_of(rng, kind)
        n_in, n_out = sizes(window)
        dy, index = int8(rng, n_out), rng.integers(0, 256, n_out, dtype=np.uint8)
        index >>= int(rng.integers(0, 8))

        made = kernels.max_pool2d_route(dy, index, window)
        np.testing.assert_array_equal(made, max_pool2d_route(dy, index, window))
        args = dy, index, window, -9, Error(low(n_in)), Range()
        np.testing.assert_equal(kernels.max_pool2d_backward_x(*args), max_pool2d_backward_x(*args))


@seeds
@paddings
def test_max_backward_x_equals_reference(kernels, seed, kind):
    for rng in cases(seed):
        window = window_of(rng, kind)
        n_in, n_out = sizes(window)
        _, index = max_pool2d_forward(int8(rng, n_in), window)
        e_dy = exponent(rng)
        tail = window, e_dy, random_error(rng, n_in), random_range(rng, e_dy)
        args = int8(rng, n_out), index, *tail

        made = kernels.max_pool2d_backward_x(*args)

        np.testing.assert_equal(made, max_pool2d_backward_x(*args))


@pytest.mark.parametrize("value", [-128, 0, 127])
def test_max_backward_x_equals_reference_at_edges(kernels, value):
    window = Window(axis("same", 5, 3, 1), axis("same", 5, 3, 1), 2, 2)
    n_in, n_out = sizes(window)
    x, dy = low(n_in), np.full(n_out, value, np.int8)
    # One pixel of the first channel wins all windows that hold it.
    x[24] = 1
    _, index = max_pool2d_forward(x, window)
    for r, activation in RANGES_AND_ACTIVATIONS:
        args = dy, index, window, -9, Error(x, -3, activation), r
        np.testing.assert_equal(kernels.max_pool2d_backward_x(*args), max_pool2d_backward_x(*args))


@seeds
def test_average_forward_equals_reference(kernels, seed):
    for rng in cases(seed):
        window, e_x = window_of(rng, "valid"), exponent(rng)
        x, r = int8(rng, sizes(window)[0]), random_range(rng, e_x - 4)
        expected = average_pool2d_forward(x, window, e_x, r)

        made = kernels.average_pool2d_forward(x, window, e_x, r)
        *tensor, after = kernels.average_pool2d_forward(x, window, e_x, r, training=False)

        np.testing.assert_equal(made, expected)
        np.testing.assert_equal((*tensor, after), (*expected[:2], r))


@seeds
def test_average_backward_x_equals_reference(kernels, seed):
    for rng in cases(seed):
        window = window_of(rng, "valid")
        n_in, n_out = sizes(window)
        error, e_dy = random_error(rng, n_in), exponent(rng)
        args = int8(rng, n_out), window, e_dy, error, random_range(rng, e_dy - 7)

        made = kernels.average_pool2d_backward_x(*args)

        np.testing.assert_equal(made, average_pool2d_backward_x(*args))


# Windows of every number of pixels up to 16 and the largest; with overlap as much as there can be.
@pytest.mark.parametrize("n", [1, 2, 3, 5, 6, 7, 9, 11, 13, 16, 49, 256])
@pytest.mark.parametrize("stride", [1, 5])
def test_average_equals_reference_at_edges(kernels, n, stride):
    window = Window(axis("valid", 2 * n + 5, n, stride), Axis(1, 1, 1), 2, 2)
    n_in, n_out = sizes(window)
    for (r, activation), value in itertools.product(RANGES_AND_ACTIVATIONS[::4], (-128, 0, 127)):
        x, dy = np.full(n_in, value, np.int8), np.full(n_out, value, np.int8)
        args = x, window, -7, r
        expected = average_pool2d_forward(*args)
        np.testing.assert_equal(kernels.average_pool2d_forward(*args), expected)
        args = dy, window, -9, Error(x, -5, activation, low(n_in), 20), r
        expected = average_pool2d_backward_x(*args)
        np.testing.assert_equal(kernels.average_pool2d_backward_x(*args), expected)


@pytest.mark.parametrize(
    "window",
    [
        Window(axis("same", 32, 16, 1), axis("same", 64, 16, 1), 1, 1),
        Window(axis("valid", 16, 16, 1), axis("valid", 16, 16, 1), 128, 128),
        Window(axis("valid", 128, 128, 1), axis("valid", 256, 256, 1), 1, 1),
        Window(axis("valid", 2048, 2048, 1), Axis(1, 1, 1), 1, 1),
        Window(axis("valid", 254, 253, 1), axis("valid", 129, 128, 1), 1, 1),
    ],
)
def test_the_largest_pools_do_not_overflow(kernels, window):
    n_in, n_out = sizes(window)
    dy, x, r = low(n_out), low(n_in), Range(-511, 0, WINDOW - 1)
    if window.y.kernel * window.x.kernel <= 256:
        y, index = kernels.max_pool2d_forward(x, window)
        np.testing.assert_equal((y, index), max_pool2d_forward(x, window))
        args = dy, index, window, -9, Error(x), r
        expected = max_pool2d_backward_x(*args)
        np.testing.assert_equal(kernels.max_pool2d_backward_x(*args), expected)
    if window.y.offset == window.x.offset == 0:
        args = x, window, -9, r
        expected = average_pool2d_forward(*args)
        np.testing.assert_equal(kernels.average_pool2d_forward(*args), expected)
    args = dy, window, -9, Error(x), r
    expected = average_pool2d_backward_x(*args)
    np.testing.assert_equal(kernels.average_pool2d_backward_x(*args), expected)
