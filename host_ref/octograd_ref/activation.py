"""Activations, forward and backward (docs/numerics.md, "Activations")."""

import numpy as np

from .fixed import clamp, round_shift
from .tables import SIGMOID, TANH

LINEAR, RELU, RELU6, SIGMOID_CODE, TANH_CODE, LEAKY = 0, 1, 2, 3, 4, 8
TABLE_EXPONENT = -7


def is_table(activation):
    """Return whether an activation is a table, whose output needs no range."""
    return activation in (SIGMOID_CODE, TANH_CODE)


def rectifies(activation):
    """Return whether the sign of an output decides what passes on the way back."""
    return activation in (RELU, RELU6) or activation > LEAKY


def drop(activation):
    """Return how far the derivative lowers the exponent of a gradient."""
    return 8 if is_table(activation) else 0


def activate(v, activation, e):
    """
    Apply an activation to requantised sums, before saturation.

    Args:
        v: int64 array.
        activation: Code.
        e: Exponent that the tensor is made with.

    Returns:
        int64 array.
    """
    if activation == LINEAR:
        return v
    if activation == RELU:
        return np.maximum(v, 0)
    if activation == RELU6:
        return np.clip(v, 0, round_shift(6, e))
    if is_table(activation):
        table = SIGMOID if activation == SIGMOID_CODE else TANH
        return table[np.minimum(clamp(v, 128), 127) + 128].astype(np.int64)
    return np.where(v < 0, round_shift(v, activation - LEAKY), v)


def activation_backward(d, y, activation, e_y):
    """
    Return a gradient as it passes an activation backward.

    Args:
        d: int64 array, the gradient by the stored output.
        y: int8 array, the stored output.
        activation: Code of the activation that made y.
        e_y: Exponent of y.

    Returns:
        int64 array, ``drop(activation)`` finer than ``d``.
    """
    y = y.astype(np.int64)
    if activation == LINEAR:
        return d
    if activation == RELU:
        return np.where(y > 0, d, 0)
    if activation == RELU6:
        return np.where((y > 0) & (y < round_shift(6, e_y)), d, 0)
    if activation == SIGMOID_CODE:
        return clamp(d, 2**21) * ((y * (128 - y) + 32) >> 6)
    if activation == TANH_CODE:
        return clamp(d, 2**21) * ((16384 - y * y + 32) >> 6)
    return np.where(y > 0, d, round_shift(d, activation - LEAKY))


def activation_backward_bytes(dy, y, activation, e_y):
    """Return the same for an error that arrived as int8 bytes, at its own exponent."""
    d = activation_backward(dy.astype(np.int64), y, activation, e_y)
    return clamp(round_shift(d, drop(activation)), 127).astype(np.int8)
