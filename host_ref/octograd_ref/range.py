"""Tensors and their delayed scales (docs/numerics.md, "Ranges")."""

from typing import NamedTuple

import numpy as np

from .activation import (
    LINEAR,
    activate,
    activation_backward,
    drop,
    is_table,
    rectifies,
)
from .fixed import clamp, round_shift

FRESH = -1
WINDOW = 256


class Range(NamedTuple):
    """What is known of a tensor's size; fields as ``og_range_t``."""

    exponent: int = 0
    maximum: int = 0
    count: int = FRESH


def begin(r, floor):
    """Return the range to make a tensor with, and whether it was fresh."""
    if r.count == FRESH:
        return Range(floor, 0, 0), True
    return r._replace(exponent=max(r.exponent, floor)), False


def widen(r, t):
    """Return a fresh range with its exponent raised until ``t`` fits in int8."""
    exponent = r.exponent
    while t > 127:
        t = round_shift(t, 1)
        exponent += 1
    return r._replace(exponent=exponent)


def learn(r, used, t):
    """Return the range after a tensor made with ``used``, largest magnitude ``t``."""
    if t == 0 and r.count == FRESH:
        return r
    exponent, maximum, count = used.exponent, max(used.maximum, t), used.count + 1
    while maximum > 127:
        maximum = round_shift(maximum, 1)
        exponent += 1
    if count >= WINDOW:
        for _ in range(6):
            if maximum < 64:
                maximum *= 2
                exponent -= 1
        maximum = count = 0
    return Range(exponent, maximum, count)


def requantize(acc, r, base, activation=LINEAR):
    """
    Make an int8 tensor from int32 sums.

    Args:
        acc: Sums, int64, at most ``2**30`` in magnitude.
        r: The tensor's `Range`.
        base: Exponent of the sums; an array where it differs along the last axis.
        activation: Code.

    Returns:
        The tensor (int8), the exponent it was made with, and the range after
        learning from it.
    """
    if is_table(activation):
        return activate(round_shift(acc, -4 - base), activation, 0).astype(np.int8), -7, r
    v, used = _make(acc, r, base, activation)
    learned = learn(r, used, int(np.abs(v).max()))
    return clamp(v, 127).astype(np.int8), used.exponent, learned


def _make(acc, r, base, activation):
    used, fresh = begin(r, int(np.min(base)))
    v = _activated(acc, used.exponent, base, activation)
    if fresh:
        used = widen(used, int(np.abs(v).max()))
        v = _activated(acc, used.exponent, base, activation)
    return v, used


def _activated(acc, exponent, base, activation):
    v = activate(round_shift(acc, exponent - base), activation, exponent)
    # What is above 0 stays so, as the way back knows by it that the unit is alive.
    return np.where(rectifies(activation) & (v == 0) & (acc > 0), 1, v)


class Error(NamedTuple):
    """
    The tensor that an error is made for.

    Attributes:
        y: The tensor, int8.
        e_y: Its exponent.
        activation: The code of what made it; LINEAR while a reader is to report.
        pending: int8 bytes that another reader has left, or None.
        e_pending: Their exponent.
    """

    y: np.ndarray
    e_y: int = 0
    activation: int = LINEAR
    pending: np.ndarray | None = None
    e_pending: int = 0


def requantize_error(sums, e_sums, error, r):
    """
    Make an error from one reader's sums (docs/numerics.md, "Sums").

    Args:
        sums: int64, at most ``2**29`` in magnitude, of y's shape.
        e_sums: Their exponent, relative to that of the loss's error.
        error: `Error`.
        r: `Range` of the error.

    Returns:
        The error (int8), its exponent, relative as well, and the range after
        learning from it.
    """
    if error.pending is not None:
        pending = round_shift(error.pending.astype(np.int64), e_sums - error.e_pending)
        sums = sums + clamp(pending, 2**29)
    sums = activation_backward(sums, error.y, error.activation, error.e_y)
    v, used = _make(sums, r, e_sums - drop(error.activation), LINEAR)
    # From half, so that the few largest errors saturate and the others have one bit more.
    learned = learn(r, used, round_shift(int(np.abs(v).max()), 1)) if sums.any() else r
    return clamp(v, 127).astype(np.int8), used.exponent, learned
