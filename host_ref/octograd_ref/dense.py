"""The dense layer, bit for bit (docs/numerics.md, section 6)."""

import numpy as np

from .activation import LINEAR, activation_backward
from .fixed import clamp, round_shift
from .range import requantize
from .update import BIAS_EXPONENT, BIAS_MAX, halve, step_shifts, update_bias, update_rows


def _dot(a, b):
    # Through float64, which NumPy multiplies fast: exact, as sums stay below 2^53.
    return (a.astype(np.float64) @ b.astype(np.float64)).astype(np.int64)


def dense_forward_s32(x, w, b, e_x, e_w):
    """
    Compute a dense layer's sums, for the last layer of a network.

    Args:
        x: (n_in,) int8, exponent ``e_x``.
        w: (n_out, n_in) int8, exponent ``e_w``.
        b: (n_out,) int32, exponent -16.
        e_x: Exponent of x.
        e_w: Exponent of w.

    Returns:
        (n_out,) int32 at most ``2**30`` in magnitude, and its exponent.

    Example:
        0.5 * 0.5 + 0.25 * 0.5 + 1, in units of 2**-14.

        >>> x, w = np.array([64, 64], np.int8), np.array([[64, 32]], np.int8)
        >>> dense_forward_s32(x, w, np.array([65536], np.int32), -7, -7)
        (array([22528], dtype=int32), -14)
    """
    e_acc = e_w + e_x
    bias = round_shift(clamp(b.astype(np.int64), BIAS_MAX), e_acc - BIAS_EXPONENT)
    return (_dot(w, x) + bias).astype(np.int32), e_acc


def dense_forward(x, w, b, e_x, e_w, activation, y_range):
    """
    Compute a dense layer's int8 output.

    Args:
        x: (n_in,) int8, exponent ``e_x``.
        w: (n_out, n_in) int8, exponent ``e_w``.
        b: (n_out,) int32, exponent -16.
        e_x: Exponent of x.
        e_w: Exponent of w.
        activation: Code of section 5.
        y_range: `Range` of the output.

    Returns:
        (n_out,) int8, its exponent, and the range after learning from it
        (to be kept in training only).
    """
    acc, e_acc = dense_forward_s32(x, w, b, e_x, e_w)
    return requantize(acc.astype(np.int64), y_range, e_acc, e_acc, activation)


def dense_backward_x(dy, w, x, e_dy, e_w, activation, dx_range):
    """
    Compute the gradient by the sums of the layer below.

    Args:
        dy: (n_out,) int8, exponent ``e_dy``.
        w: (n_out, n_in) int8, exponent ``e_w``, before this step's update.
        x: (n_in,) int8, this layer's input.
        e_dy: Exponent of dy.
        e_w: Exponent of w.
        activation: Code of the activation that made x.
        dx_range: `Range` of dx.

    Returns:
        (n_in,) int8, its exponent, and the range after learning from it.
    """
    acc = activation_backward(_dot(w.T, dy), x, activation)
    dx, exponent, learned = requantize(acc, dx_range, 0, 0, LINEAR)
    return dx, e_w + e_dy + exponent, learned if acc.any() else dx_range


def dense_update(dy, x, e_dy, e_x, rate, w, residual, b, e_w, state):
    """
    Move a dense layer against its gradient.

    Args:
        dy: (n_out,) int8, exponent ``e_dy``.
        x: (n_in,) int8, exponent ``e_x``.
        e_dy: Exponent of dy.
        e_x: Exponent of x.
        rate: `Rate`.
        w: (n_out, n_in) int8.
        residual: (n_out, n_in) int8, or None for one-byte weights.
        b: (n_out,) int32.
        e_w: Exponent of w.
        state: State of the generator, used if ``residual`` is None.

    Returns:
        The new ``w``, ``residual``, ``b``, ``e_w`` and ``state``.
    """
    rows = np.flatnonzero(dy)
    if not rows.size:
        return w, residual, b, e_w, state
    errors = dy[rows, None].astype(np.int64)
    g = errors * x.astype(np.int64)
    shift, bias_shift = step_shifts(rate, e_dy, e_x, e_w, g)
    w, b = w.copy(), b.copy()
    low = None if residual is None else residual[rows]
    w[rows], low, state, clamped = update_rows(w[rows], low, rate.factor * g, shift, state)
    if residual is not None:
        residual = residual.copy()
        residual[rows] = low
    old = b[rows, None].astype(np.int64)
    b[rows] = update_bias(old, rate.factor * errors, bias_shift)[:, 0]
    if clamped:
        w, residual, e_w, state = halve(w, residual, e_w, state)
    return w, residual, b, e_w, state
