"""Mean, deviation, energy, crossings, peak (docs/numerics.md, "Summary of a window")."""

import numpy as np

from .fixed import clamp
from .wide import divide, log2, root


def summary(x):
    """
    Sum up a window.

    Args:
        x: (n, channels) int16.

    Returns:
        (channels, 5) int16: mean, standard deviation, energy (256 log2 of the
        mean square), crossings of 0, and peak.

    >>> summary(np.array([[3], [-3], [3], [-4]], np.int16))
    array([[  0,   3, 877,   3,   4]], dtype=int16)
    """
    x = x.astype(np.int64)
    return np.array([_summarize(x[:, c]) for c in range(x.shape[1])])


def _summarize(x):
    n, total = x.size, int(x.sum())
    mean = (2 * total + n) // (2 * n)
    rest = total - n * mean
    variance = divide(4 * int(((x - mean) ** 2).sum()) - -(-4 * rest * rest // n), n)
    energy = log2(int((x * x).sum())) - log2(n)
    crossings = np.count_nonzero((x[1:] < 0) != (x[:-1] < 0))
    fields = mean, (root(variance) + 1) >> 1, max(energy, 0), crossings, np.abs(x).max()
    return clamp(np.array(fields), 32767).astype(np.int16)
