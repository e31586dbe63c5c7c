"""The twin of the C module of this name: the largest or the mean of each window."""

import numpy as np

from _octograd_arguments import (
    _get_error,
    _get_exponent,
    _get_int,
    _get_items,
    _get_range,
    _range_of,
)
from _octograd_windows import _get_window, _items_in, _items_out
from octograd_ref import pool as _pool


def _get_pooled(window, dy):
    window = _get_window(window, pool=True)
    return window, _get_items(dy, "dy", "b", False, _items_out(window))


def _get_indexed(window, dy, index):
    window = _get_window(window, pool=True, indexed=True)
    dy = _get_items(dy, "dy", "b", False, _items_out(window))
    index = _get_items(index, "index", "b", False, _items_out(window)).view(np.uint8)
    return window, dy, index


def max_pool2d_forward(window, x, y, index):
    window = _get_window(window, pool=True, indexed=True)
    x = _get_items(x, "x", "b", False, _items_in(window))
    y = _get_items(y, "y", "b", True, _items_out(window))
    index = _get_items(index, "index", "b", True, _items_out(window))
    y[:], index.view(np.uint8)[:] = _pool.max_pool2d_forward(x, window)


def max_pool2d_route(window, dy, index, dx):
    axes = _get_window(window, pool=True, indexed=True)
    for axis in (axes.y, axes.x):
        _get_int(axis.stride, "window: stride", axis.kernel, 32767)
    window, dy, index = _get_indexed(window, dy, index)
    dx = _get_items(dx, "dx", "b", True, _items_in(window))
    dx[:] = _pool.max_pool2d_route(dy, index, window)


def max_pool2d_backward_x(
    window, dy, index, e_dy, x, e_x, activation, pending, e_pending, range, dx
):
    window, dy, index = _get_indexed(window, dy, index)
    e_dy = _get_exponent(e_dy, "e_dy")
    error = _get_error(_items_in(window), x, e_x, activation, pending, e_pending)
    range = _get_range(range, True)
    dx = _get_items(dx, "dx", "b", True, _items_in(window))
    dx[:], e_dx, range[:] = _pool.max_pool2d_backward_x(
        dy, index, window, e_dy, error, _range_of(range)
    )
    return e_dx


def average_pool2d_forward(window, x, e_x, training, range, y):
    window = _get_window(window, pool=True)
    x = _get_items(x, "x", "b", False, _items_in(window))
    e_x = _get_exponent(e_x, "e_x")
    range = _get_range(range, bool(training))
    y = _get_items(y, "y", "b", True, _items_out(window))
    y[:], e_y, learned = _pool.average_pool2d_forward(x, window, e_x, _range_of(range))
    if training:
        range[:] = learned
    return e_y


def average_pool2d_backward_x(window, dy, e_dy, x, e_x, activation, pending, e_pending, range, dx):
    window, dy = _get_pooled(window, dy)
    e_dy = _get_exponent(e_dy, "e_dy")
    error = _get_error(_items_in(window), x, e_x, activation, pending, e_pending)
    range = _get_range(range, True)
    dx = _get_items(dx, "dx", "b", True, _items_in(window))
    dx[:], e_dx, range[:] = _pool.average_pool2d_backward_x(
        dy, window, e_dy, error, _range_of(range)
    )
    return e_dx
