"""The twin of the C module of this name: convolutions."""

from _octograd_arguments import _get_exponent, _get_items, _get_linear, _outside
from _octograd_windows import (
    _backward_x,
    _forward,
    _get_window,
    _items_in,
    _items_out,
    _weights_shape,
)
from octograd_ref import linear as _linear


def conv2d_forward(window, x, w, b, e_x, e_w, activation, training, range, y):
    return _forward(False, window, x, w, b, e_x, e_w, activation, training, range, y)


def conv2d_forward_s32(window, x, w, b, e_x, e_w, y):
    window = _get_window(window)
    x = _get_items(x, "x", "b", False, _items_in(window))
    rows, row = _weights_shape(window, False)
    w, b, e_w = _get_linear(w, b, e_w, rows * row, window.out_c)
    e_x = _get_exponent(e_x, "e_x")
    if e_w.size != 1:
        raise _outside("e_w", 1, 1, " items", e_w.size)
    y = _get_items(y, "y", "i", True, _items_out(window))
    sums, e_y, _ = _linear.linear_sums(x, w.reshape(rows, row), b, window, e_x, e_w)
    y[:] = sums.ravel()
    return e_y


def conv2d_backward_x(window, dy, w, e_dy, e_w, x, e_x, activation, pending, e_pending, range, dx):
    error = (x, e_x, activation, pending, e_pending)
    return _backward_x(False, window, dy, w, e_dy, e_w, *error, range, dx)
