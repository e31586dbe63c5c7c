"""Pooling, bit for bit (docs/numerics.md, "Pooling")."""

import numpy as np

from .fixed import clamp
from .range import requantize, requantize_error
from .window import gather, scatter, window_inputs, window_source

RECIPROCAL_BITS = 22


def max_pool2d_forward(x, window):
    """
    Return the largest value of each window and the tap where it first stands.

    Args:
        x: (in_h * in_w * c,) int8.
        window: `Window`.  An output pixel that reads nothing is -128.

    Returns:
        (out_h * out_w * c,) int8 and, of the same shape, uint8.
    """
    source = window_source(window)
    read = gather(x.reshape(-1, window.in_c), source)
    # Below any byte, so that a tap that reads nothing never wins against one that does.
    read = np.where((source >= 0)[:, :, None], read, -129)
    y = np.maximum(read.max(1), -128)
    return y.ravel().astype(np.int8), read.argmax(1).ravel().astype(np.uint8)


def _won(dy, index, window):
    """Return (in_h * in_w * c,) int64: the sum of what each input has won."""
    source = window_source(window)
    taps = np.arange(source.shape[1])[None, :, None]
    won = index.reshape(-1, 1, window.in_c) == taps
    d = dy.astype(np.int64).reshape(-1, 1, window.in_c)
    return scatter(np.where(won, d, 0), source, window_inputs(window)).ravel()


def max_pool2d_route(dy, index, window):
    """Return (in_h * in_w * c,) int8: dy at the winners; windows do not overlap."""
    return _won(dy, index, window).astype(np.int8)


def max_pool2d_backward_x(dy, index, window, e_dy, error, dx_range):
    """Return dx (int8), its exponent and range, where windows overlap."""
    return requantize_error(_won(dy, index, window), e_dy, error, dx_range)


def reciprocal(window):
    """Return ``2**22 / n``, to the nearest, for windows of n pixels."""
    n = window.y.kernel * window.x.kernel
    return ((2 << RECIPROCAL_BITS) // n + 1) >> 1


def average_pool2d_forward(x, window, e_x, y_range):
    """Return the means (int8), their exponent, and the range after learning."""
    read = gather(x.reshape(-1, window.in_c), window_source(window))
    e_acc = e_x - RECIPROCAL_BITS
    y, e_y, learned = requantize(read.sum(1) * reciprocal(window), y_range, e_acc)
    return y.ravel(), e_y, learned


def average_pool2d_backward_x(dy, window, e_dy, error, dx_range):
    """Return dx (int8), its exponent, and the range after learning."""
    source = window_source(window)
    d = dy.astype(np.int64).reshape(-1, 1, window.in_c)
    sums = scatter(np.repeat(d, source.shape[1], 1), source, window_inputs(window))
    sums = clamp(sums * reciprocal(window), 2**29).ravel()
    return requantize_error(sums, e_dy - RECIPROCAL_BITS, error, dx_range)
