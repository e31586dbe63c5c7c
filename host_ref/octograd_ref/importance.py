"""How much each weight matters (docs/numerics.md, "Elastic weight consolidation")."""

import numpy as np

from .fixed import clamp, round_shift
from .update import GRADIENT_MAX

BITS = 12


def importance_add(g, e_g, exponent, total):
    """
    Add the squares of one sample's gradients.

    Args:
        g: (n,) int32 at exponent ``e_g``.
        e_g: Exponent of g.
        exponent: The real value of a sum is ``total * 2**(2 * exponent)``.
        total: (n,) uint32 below 2**31.

    Returns:
        The new sums, uint32, and their exponent.

    >>> importance_add(np.array([3, -2048]), 0, -2048, np.zeros(2, np.uint32))
    (array([      9, 4194304], dtype=uint32), 0)
    """
    g = clamp(g.astype(np.int64), GRADIENT_MAX)
    total = total.astype(np.int64)
    size = int(np.abs(g).max(initial=0)).bit_length()
    needed = e_g + size - BITS
    if size and needed > exponent:
        total >>= min(2 * (needed - exponent), 63)
        exponent = needed
    total = (total & 2**31 - 1) + round_shift(g, exponent - e_g) ** 2
    if total.max(initial=0) >= 2**31:
        total >>= 2
        exponent += 1
    return total.astype(np.uint32), exponent


def importance_scale(total, shift):
    """
    Return importances of one byte, 0 to 127.

    >>> importance_scale(np.array([7, 8, 1015, 1024], np.uint32), 3)
    array([  0,   1, 126, 127], dtype=int8)
    """
    return np.minimum(total >> np.uint32(shift), 127).astype(np.int8)
