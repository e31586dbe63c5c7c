"""Depthwise convolution, bit for bit (docs/numerics.md, "Depthwise convolution")."""

import numpy as np

from .fixed import round_shift
from .linear import bias_sums, row_exponents
from .range import requantize, requantize_error
from .update import add_to_batch, update_layer
from .window import gather, scatter, window_inputs, window_source


def depthwise_conv2d_forward(x, w, b, window, e_x, e_w, activation, y_range):
    """
    Compute a depthwise layer's int8 output.

    Args:
        x: (in_h * in_w * c,) int8, exponent ``e_x``.
        w: (k_h * k_w, c) int8, exponent ``e_w``.
        b: (c,) int32, exponent -16.
        window: `Window`.
        e_x: Exponent of x.
        e_w: (1,) or (c,) int8.
        activation: Code.
        y_range: `Range` of the output.

    Returns:
        (out_h * out_w * c,) int8, its exponent, and the range after learning.
    """
    low, e_rows = row_exponents(e_w)
    read = gather(x.reshape(-1, window.in_c), window_source(window))
    acc = (read * w.astype(np.int64)).sum(1) + bias_sums(b, e_rows + e_x)
    y, e_y, learned = requantize(acc, y_range, e_rows + e_x, activation)
    return y.ravel(), e_y, learned


def depthwise_conv2d_backward_x(dy, w, window, e_dy, e_w, error, dx_range):
    """
    Compute the gradient by what made a depthwise layer's input.

    Args:
        dy: (out_h * out_w * c,) int8, exponent ``e_dy``.
        w: (k_h * k_w, c) int8.
        window: `Window`.
        e_dy: Exponent of dy.
        e_w: (1,) or (c,) int8.
        error: `Error` of the input, flat.
        dx_range: `Range` of dx.

    Returns:
        (in_h * in_w * c,) int8, its exponent, and the range after learning.
    """
    low, e_rows = row_exponents(e_w)
    d = dy.astype(np.int64).reshape(-1, 1, window.in_c)
    sums = scatter(d * w.astype(np.int64), window_source(window), window_inputs(window))
    sums = round_shift(sums, low - e_rows)
    return requantize_error(sums.ravel(), low + e_dy, error, dx_range)


def depthwise_conv2d_gradient(dy, x, window):
    """Return the gradients by the weights (1, k_h * k_w * c) and the biases (c,), int64."""
    d = dy.astype(np.int64).reshape(-1, window.in_c)
    read = gather(x.reshape(-1, window.in_c), window_source(window))
    return (read * d[:, None, :]).sum(0).reshape(1, -1), d.sum(0)


def depthwise_conv2d_update(layer, dy, x, window, e_dy, e_x, rate):
    """Return `Weights`, w (1, k_h * k_w * c), moved against the gradient of one sample."""
    g, g_bias = depthwise_conv2d_gradient(dy, x, window)
    return update_layer(layer, g, g_bias, np.array([dy.any()]), e_dy + e_x, e_dy, rate)


def depthwise_conv2d_batch(batch, dy, x, window, e_dy, e_x):
    """Return the `Batch` with one more sample's gradient."""
    g, g_bias = depthwise_conv2d_gradient(dy, x, window)
    return add_to_batch(batch, g, g_bias, np.array([dy.any()]), e_dy + e_x, e_dy)
