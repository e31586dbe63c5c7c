"""
The linear layer: dense, convolution, transposed, of an upsampled image.

One definition for all of them, over the map of `window` (docs/numerics.md,
"Linear layers").  A dense layer is the window of one pixel and one tap.
"""

import numpy as np

from .fixed import clamp, round_shift
from .range import requantize, requantize_error
from .update import BIAS_EXPONENT, BIAS_MAX, add_to_batch, update_layer
from .window import Axis, Window, gather, scatter, window_inputs, window_source, window_uses


def dense_window(n_in, n_out):
    """Return the window of a dense layer."""
    return Window(Axis(1, 1, 1), Axis(1, 1, 1), n_in, n_out)


def matmul(a, b):
    """Return the exact int64 product of integer matrices."""
    # Through float64, which NumPy multiplies fast: exact, as sums stay below 2^53.
    return (a.astype(np.float64) @ b.astype(np.float64)).astype(np.int64)


def bias_sums(b, e_acc):
    """Return biases (n,) as a part of sums at exponent ``e_acc`` (int or (n,))."""
    return round_shift(clamp(b.astype(np.int64), BIAS_MAX), e_acc - BIAS_EXPONENT)


def row_exponents(e_w):
    """Return (least exponent, exponents as an int or, by row, as an array)."""
    e_w = e_w.astype(np.int64)
    return int(e_w.min()), int(e_w[0]) if e_w.size == 1 else e_w


def linear_sums(x, w, b, window, e_x, e_w):
    """
    Compute a linear layer's sums.

    Args:
        x: (in_h * in_w * in_c,) int8, exponent ``e_x``.
        w: (out_c, k_h * k_w * in_c) int8, exponent ``e_w``.
        b: (out_c,) int32, exponent -16.
        window: `Window`.
        e_x: Exponent of x.
        e_w: (1,) or (out_c,) int8.

    Returns:
        (out_h * out_w, out_c) int64 at most ``2**30`` in magnitude, the least
        exponent of its columns, and the exponents as an int or array.

    Example:
        0.5 * 0.5 + 0.25 * 0.5 + 1, in units of 2**-14.

        >>> x, w = np.array([64, 64], np.int8), np.array([[64, 32]], np.int8)
        >>> b, e_w = np.array([65536], np.int32), np.array([-7], np.int8)
        >>> linear_sums(x, w, b, dense_window(2, 1), -7, e_w)
        (array([[22528]]), -14, -14)
    """
    low, e_rows = row_exponents(e_w)
    read = gather(x.reshape(-1, window.in_c), window_source(window))
    sums = matmul(read.reshape(len(read), -1), w.T)
    return sums + bias_sums(b, e_rows + e_x), low + e_x, e_rows + e_x


def linear_forward(x, w, b, window, e_x, e_w, activation, y_range):
    """
    Compute a linear layer's int8 output.

    Args:
        x, w, b, window, e_x, e_w: See `linear_sums`.
        activation: Code.
        y_range: `Range` of the output.

    Returns:
        (out_h * out_w * out_c,) int8, its exponent, and the range after
        learning from it (to be kept in training only).
    """
    acc, e_acc, e_rows = linear_sums(x, w, b, window, e_x, e_w)
    y, e_y, learned = requantize(acc, y_range, e_rows, activation)
    return y.ravel(), e_y, learned


def linear_backward_x(dy, w, window, e_dy, e_w, error, dx_range):
    """
    Compute the gradient by what made a linear layer's input.

    Args:
        dy: (out_h * out_w * out_c,) int8, exponent ``e_dy``.
        w: (out_c, k_h * k_w * in_c) int8, before this step's update.
        window: `Window`.
        e_dy: Exponent of dy.
        e_w: (1,) or (out_c,) int8.
        error: `Error` of the input, flat.
        dx_range: `Range` of dx.

    Returns:
        (in_h * in_w * in_c,) int8, its exponent, and the range after learning.
    """
    low, e_rows = row_exponents(e_w)
    bits = 0
    while bits < 7 and window_uses(window) * window.out_c << bits + 1 <= 2**15:
        bits += 1
    e_ref = max(low, int(e_w.max()) - bits)
    d = round_shift(dy.astype(np.int64).reshape(-1, window.out_c), e_ref - e_rows)
    source = window_source(window)
    products = matmul(d, w).reshape(len(source), -1, window.in_c)
    sums = scatter(products, source, window_inputs(window))
    return requantize_error(sums.ravel(), e_ref + e_dy, error, dx_range)


def linear_gradient(dy, x, window):
    """Return the gradients by the weights (out_c, row) and the biases (out_c,), int64."""
    d = dy.reshape(-1, window.out_c)
    read = gather(x.reshape(-1, window.in_c), window_source(window))
    return matmul(d.T, read.reshape(len(read), -1)), d.astype(np.int64).sum(0)


def linear_update(layer, dy, x, window, e_dy, e_x, rate):
    """
    Move a linear layer against its gradient.

    Args:
        layer: `Weights`, w (out_c, k_h * k_w * in_c).
        dy: (out_h * out_w * out_c,) int8, exponent ``e_dy``.
        x: (in_h * in_w * in_c,) int8, exponent ``e_x``.
        window: `Window`.
        e_dy: Exponent of dy.
        e_x: Exponent of x.
        rate: `Rate`.

    Returns:
        The new `Weights`.
    """
    g, g_bias = linear_gradient(dy, x, window)
    moved = dy.reshape(-1, window.out_c).any(0)
    return update_layer(layer, g, g_bias, moved, e_dy + e_x, e_dy, rate)


def linear_batch(batch, dy, x, window, e_dy, e_x):
    """Return the `Batch` with one more sample's gradient."""
    g, g_bias = linear_gradient(dy, x, window)
    moved = dy.reshape(-1, window.out_c).any(0)
    return add_to_batch(batch, g, g_bias, moved, e_dy + e_x, e_dy)
