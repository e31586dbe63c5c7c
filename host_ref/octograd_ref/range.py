"""The delayed scale of a tensor (docs/numerics.md, section 4)."""

from typing import NamedTuple

import numpy as np

from .activation import activate
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


def requantize(acc, r, floor, base, activation):
    """
    Make an int8 tensor from int32 sums.

    Args:
        acc: Sums, int64, at most ``2**30`` in magnitude.
        r: The tensor's `Range`.
        floor: The least exponent the range may have.
        base: Subtracted from the range's exponent to give the shift.
        activation: Code of section 5.

    Returns:
        The tensor (int8), the exponent of the range it was made with, and the
        range after learning from it.
    """
    used, fresh = begin(r, floor)
    v = activate(round_shift(acc, used.exponent - base), activation)
    if fresh:
        used = widen(used, int(np.abs(v).max()))
        v = activate(round_shift(acc, used.exponent - base), activation)
    learned = learn(r, used, int(np.abs(v).max()))
    return clamp(v, 127).astype(np.int8), used.exponent, learned
