"""The generator and what is drawn from it (docs/numerics.md, sections 3 and 13)."""

import math

import numpy as np

from .fixed import round_shift

_MASK = 0xFFFFFFFF


def rng_next(state):
    """
    Return the state after one draw, which is also the draw.

    Example:
        >>> [f"{s:08x}" for s in (rng_next(1), rng_next(rng_next(1)))]
        ['00042021', '04080601']
    """
    state ^= state << 13 & _MASK
    state ^= state >> 17
    return state ^ (state << 5 & _MASK)


def rng_seed(seed):
    """Return the state that belongs to a seed, 0 <= seed < 2**32."""
    h = seed + 0x9E3779B9 & _MASK
    h = (h ^ h >> 16) * 0x85EBCA6B & _MASK
    h = (h ^ h >> 13) * 0xC2B2AE35 & _MASK
    return h ^ h >> 16 or 1


def rng_below(state, n):
    """Return the new state and a draw from ``0..n-1``, 1 <= n <= 65536."""
    state = rng_next(state)
    return state, (state >> 16) * n >> 16


def rng_uniform(state, n, limit):
    """
    Draw int8 weights.

    Args:
        state: uint32 state of the generator.
        n: Number of weights.
        limit: The largest magnitude in 1/256 of a step, 1..32512.

    Returns:
        The new state, and (n,) int8.
    """
    w16 = np.empty(n, np.int64)
    for k in range(n):
        state, draw = rng_below(state, 2 * limit + 1)
        w16[k] = draw - limit
    return state, round_shift(w16, 8).astype(np.int8)


def uniform_limit(n_in, c):
    """
    Return ``(limit, e_w)`` for weights uniform within ``sqrt(c / n_in)``.

    The limit is in 1/256 of a step at the exponent ``e_w``, the finest that
    holds it in int8.

    Example:
        sqrt(6 / 64) and 20066 * 2**(-8 - 8) are both 0.3062.

        >>> uniform_limit(64, 6)
        (20066, -8)
    """
    k = 0
    while c * 4 ** (k + 1) <= 127**2 * n_in:
        k += 1
    return math.isqrt(c * 4 ** (k + 8) // n_in), -k
