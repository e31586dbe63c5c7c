"""Low-pass and high-pass filters (docs/numerics.md, "Filters")."""

from typing import NamedTuple

import numpy as np

from .fixed import clamp, round_shift, scale_q15

FRACTION = 9
STATE_MAX = 2**29
SIGNAL_MAX = 2**28


class Section(NamedTuple):
    """A section; a factor is ``mantissa * 2**-(15 + shift)``."""

    high: int
    g: int
    g_shift: int
    r: int
    r_shift: int
    a: int
    a_shift: int


def filter_apply(sections, x, state):
    """
    Filter frames.

    Args:
        sections: Sections, one after the other.
        x: (n, channels) int16.
        state: (channels, len(sections), 2) int32.

    Returns:
        y, (n, channels) int16, and the new state.

    Example:
        A step through a low-pass with g = 1 and a damping of 1, which overshoots.

        >>> section = Section(0, 16384, -1, 16384, -2, 21845, 1)
        >>> x, state = np.full((4, 1), 999, np.int16), np.zeros((1, 1, 2), np.int32)
        >>> filter_apply([section], x, state)[0].ravel()
        array([ 333,  999, 1221,  999], dtype=int16)
    """
    state = clamp(state.astype(np.int64), STATE_MAX)
    y = np.empty(x.shape, np.int16)
    for i, frame in enumerate(x.astype(np.int64)):
        u = frame << FRACTION
        for k, section in enumerate(sections):
            u = _apply(section, u, state[:, k])
        y[i] = clamp(round_shift(u, FRACTION), 32767)
    return y, state.astype(np.int32)


def _scale(v, mantissa, shift):
    return round_shift(scale_q15(v, mantissa), shift)


def _apply(s, u, state):
    s1, s2 = state[:, 0], state[:, 1]
    high = clamp(u - _scale(s1, s.r, s.r_shift) - s2, STATE_MAX)
    high = clamp(_scale(high, s.a, s.a_shift), STATE_MAX)
    step = _scale(high, s.g, s.g_shift)
    band = clamp(step + s1, STATE_MAX)
    next_s1 = clamp(step + band, STATE_MAX)
    step = _scale(band, s.g, s.g_shift)
    low = clamp(step + s2, STATE_MAX)
    state[:, 0], state[:, 1] = next_s1, clamp(step + low, STATE_MAX)
    return clamp(high if s.high else low, SIGNAL_MAX)
