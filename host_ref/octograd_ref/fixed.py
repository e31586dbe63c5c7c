"""Rounding and saturation (docs/numerics.md, section 2)."""

import numpy as np


def clamp(v, limit):
    """Limit ``v`` to ``-limit..limit``."""
    # np.clip with Python ints costs four times as much.
    return np.minimum(np.maximum(v, -limit), limit)


def decay(v, m):
    """
    Take ``2**-m`` of itself off ``v``, rounding towards zero.

    Example:
        >>> decay(np.array([16, 1, -1, 0]), 3)
        array([14,  0,  0,  0])
    """
    return v - np.sign(v) * ((np.abs(v) + (1 << m) - 1) >> m)


def scale_q15(v, m):
    """
    Return ``v * m / 2**15``, to the nearest within 1/2, as two products of 16 bits.

    Args:
        v: int64 array or int, at most ``2**30`` in magnitude.
        m: At most ``2**15`` in magnitude.

    Example:
        >>> scale_q15(100001, 16384), scale_q15(-100001, 16384)
        (50001, -50000)
    """
    return m * (v >> 15) + round_shift(m * (v & 32767), 15)


def round_shift(v, s):
    """
    Divide by a power of two, to the nearest, halves up.

    Args:
        v: int64 array or int, at most ``2**30`` in magnitude.
        s: The power, an int or an array.  Above 30 it counts as 30; a negative
            one multiplies and saturates at ``2**29``.

    Returns:
        ``floor(v / 2**s + 1/2)`` with that s, in int64 if ``v`` is an array.

    Example:
        Note that 1.5 and -1.5 both round up.

        >>> round_shift(3, 1), round_shift(-3, 1)
        (2, -1)
        >>> int(round_shift(5, -40)) == 2**29
        True
    """
    # Trainings make a million of these calls, so the check is a cheap one.
    assert (np.abs(v).max(initial=0) if isinstance(v, np.ndarray) else abs(v)) <= 2**30
    if isinstance(s, np.ndarray):
        right, k = np.clip(s, 1, 30), np.clip(-s, 0, 29)
        rounded = (v + (1 << (right - 1))) >> right
        limit = 2**29 >> k
        scaled = np.clip(v, -limit, limit) << k
        return np.where(s > 0, rounded, np.where(s == 0, v, scaled))
    if s > 0:
        s = min(s, 30)
        return (v + (1 << (s - 1))) >> s
    if s == 0:
        return v
    k = min(-s, 29)
    return clamp(v, 2**29 >> k) * (1 << k)
