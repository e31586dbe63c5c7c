"""Errors of which only some channels stay (docs/numerics.md, "Partial updates")."""

import numpy as np


def partial_keep(dy, channels, fraction):
    """
    Keep the channels of an error that matter most.

    Args:
        dy: (n,) int8, an error with its channels last.
        channels: Number of channels.
        fraction: Share of them to keep, in Q15, 1 to 32768.

    Returns:
        The error with 0 in the others, and how many were kept.

    >>> partial_keep(np.array([1, -3, 2, 0, 0, -1], np.int8), 3, 16384)
    (array([ 0, -3,  0,  0,  0,  0], dtype=int8), 1)
    >>> partial_keep(np.array([1, -3, 3, 0, 0, -1], np.int8), 3, 21846)
    (array([ 0, -3,  3,  0,  0, -1], dtype=int8), 2)
    """
    keep = max(fraction * channels >> 15, 1)
    pixels = dy.reshape(-1, channels)
    scores = np.abs(pixels.astype(np.int64)).sum(0)
    # Stable, so that the first of equals stays.
    dropped = np.argsort(-scores, kind="stable")[keep:]
    kept = pixels.copy()
    kept[:, dropped] = 0
    return kept.ravel(), keep
