"""Addition and dropout, bit for bit (docs/numerics.md, "Addition" and "Dropout")."""

import numpy as np

from .fixed import clamp, round_shift
from .range import requantize
from .rng import rng_next


def add_forward(a, b, e_a, e_b, activation, z_range):
    """
    Add two tensors.

    Args:
        a: (n,) int8, exponent ``e_a``.
        b: (n,) int8, exponent ``e_b``.
        e_a: Exponent of a.
        e_b: Exponent of b.
        activation: Code.
        z_range: `Range` of the sum.

    Returns:
        (n,) int8, its exponent, and the range after learning from it.
    """
    e_acc = max(min(e_a, e_b), max(e_a, e_b) - 15)
    acc = round_shift(a.astype(np.int64), e_acc - e_a)
    acc = acc + round_shift(b.astype(np.int64), e_acc - e_b)
    return requantize(acc, z_range, e_acc, activation)


def dropout(x, keep, scale, state):
    """
    Drop items at random and enlarge the others.

    Args:
        x: (n,) int8.
        keep: An item is kept if the upper half of its draw is below this, 1..65536.
        scale: What kept items are multiplied by, in 1/256, 128..256.
        state: State of the generator.

    Returns:
        (n,) int8, and the new state.
    """
    kept = np.empty(x.size, bool)
    for k in range(x.size):
        state = rng_next(state)
        kept[k] = state >> 16 < keep
    scaled = clamp(round_shift(x.astype(np.int64) * scale, 8), 127)
    return np.where(kept, scaled, 0).astype(np.int8), state
