"""Gradient descent on two-byte and one-byte weights (docs/numerics.md, 6.3 to 6.5)."""

from typing import NamedTuple

import numpy as np

from .fixed import clamp, round_shift
from .rng import rng_next

BIAS_EXPONENT = -16
BIAS_MAX = 2**29
WEIGHT_MAX = 127 * 256 + 127
WEIGHT_EXPONENT_MAX = 127


class Rate(NamedTuple):
    """The learning rate ``factor * 2**-shift``; fields as ``og_rate_t``."""

    factor: int
    shift: int
    normalize: int = 0


def step_shifts(rate, e_dy, e_x, e_w, g):
    """
    Return the right shifts that make steps of gradients.

    Args:
        rate: `Rate`.
        e_dy: Exponent of dy.
        e_x: Exponent of x.
        e_w: Exponent of w.
        g: (rows, n) int64, the gradient by the weights.

    Returns:
        The shift for the weights and that for the bias: ints, or with
        ``rate.normalize`` (rows, 1) arrays.
    """
    if not rate.normalize:
        return e_w - 8 - e_dy - e_x + rate.shift, BIAS_EXPONENT - e_dy + rate.shift
    means = np.abs(g).sum(1) // g.shape[1]
    sizes = [max((int(m) + (int(m) >> 1)).bit_length() - 1, 0) for m in means]
    size = np.array(sizes, np.int64)[:, None]
    return size - 8 + e_w + rate.shift, BIAS_EXPONENT + rate.shift + size + e_x


def noise(state, n):
    """Return the new state and ``n`` random bytes, four of each draw, low first."""
    draws = []
    for _ in range(-(-n // 4)):
        state = rng_next(state)
        draws.append(state)
    return state, np.array(draws, "<u4").view(np.int8)[:n]


def split(w16):
    """Return the int8 weight and the int8 residual of 16-bit weights."""
    high = round_shift(w16, 8)
    return high.astype(np.int8), (w16 - 256 * high).astype(np.int8)


def update_rows(w, residual, g, shift, state):
    """
    Move rows of weights against their gradient.

    Args:
        w: (rows, n) int8.
        residual: (rows, n) int8, or None to draw it.
        g: (rows, n) int64, factor times gradient.
        shift: Right shift that makes a step of it, int or (rows, 1).
        state: State of the generator.

    Returns:
        The new ``w``, ``residual`` (or None) and ``state``, and whether a
        weight was clamped.
    """
    low = residual
    if residual is None:
        low = np.empty(w.shape, np.int8)
        for row in low:
            state, row[:] = noise(state, row.size)
    step = round_shift(g, shift)
    w16 = w.astype(np.int64) * 256 + low - step
    limited = clamp(w16, WEIGHT_MAX)
    high, rest = split(limited)
    moved = step != 0
    w = np.where(moved, high, w)
    if residual is not None:
        residual = np.where(moved, rest, residual)
    return w, residual, state, bool((moved & (w16 != limited)).any())


def update_bias(b, g, shift):
    """Return biases after one step; ``g`` is factor times gradient."""
    return clamp(clamp(b, BIAS_MAX) - round_shift(g, shift), BIAS_MAX)


def halve(w, residual, e_w, state):
    """Return ``w``, ``residual``, ``e_w`` and ``state`` after a weight overflowed."""
    if e_w >= WEIGHT_EXPONENT_MAX:
        return w, residual, e_w, state
    low = residual
    if residual is None:
        state, low = noise(state, w.size)
        low = low.reshape(w.shape)
    w, rest = split(round_shift(w.astype(np.int64) * 256 + low, 1))
    return w, None if residual is None else rest, e_w + 1, state
