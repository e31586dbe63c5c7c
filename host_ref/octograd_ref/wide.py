"""Division, root and logarithm of wide sums (docs/numerics.md, section 19)."""

from math import isqrt

from .fixed import round_shift
from .tables import LOG2


def divide(v, d):
    """Return ``floor(v / d)``, for ``0 <= v < 2**64`` and ``1 <= d < 2**31``."""
    return v // d


def root(v):
    """Return ``floor(sqrt(v))``, for ``0 <= v < 2**64``."""
    return isqrt(v)


def log2(v):
    """
    Return 256 times the logarithm to base 2 of an int below ``2**64``, 0 for 0.

    >>> [log2(v) for v in (0, 1, 2, 3, 1000, 2**63)]
    [0, 0, 256, 406, 2551, 16128]
    """
    if v == 0:
        return 0
    n = v.bit_length() - 1
    m = (v >> n - 15 if n > 15 else v << 15 - n) - 32768
    low, high = int(LOG2[m >> 10]), int(LOG2[(m >> 10) + 1])
    return round_shift(32768 * n + low + round_shift((high - low) * (m & 1023), 10), 7)
