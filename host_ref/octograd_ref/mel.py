"""How loud a spectrum is in mel bands, and its cepstrum (docs/numerics.md, "Mel bands")."""

import numpy as np

from .fixed import clamp, round_shift
from .sine import cosine
from .wide import log2


def mel_energy(power, e, edges, weights):
    """
    Return 256 log2 of the power in overlapping bands.

    Args:
        power: (n,) uint32, at most 2**31.
        e: Its exponent.
        edges: (n_bands + 2,) bins: band b rises from edges[b] and falls from edges[b + 1].
        weights: (edges[-1],) int16, what goes to the rising band, in Q15.

    Returns:
        (n_bands,) int16, at least 0.

    >>> mel_energy(np.array([0, 256, 256, 0]), 0, [0, 2, 3], np.array([0, 16384, 0]))
    array([2198], dtype=int16)
    """
    n_bands = len(edges) - 2
    sums = [0] * (n_bands + 2)
    for b in range(n_bands + 1):
        k = slice(edges[b], edges[b + 1])
        whole, w = power[k].astype(np.uint64), (weights[k] & 32767).astype(np.uint64)
        rising = whole * w >> np.uint64(15)
        sums[b + 1] += int(rising.sum())
        sums[b] += int((whole - rising).sum())
    found = [log2(v) + 512 * e if v else 0 for v in sums[1:-1]]
    return clamp(np.maximum(found, 0), 32767).astype(np.int16)


def cosine_transform(x, n_out):
    """
    Return the first items of the cosine transform of type II, times 2 / n_in.

    Args:
        x: (n_in,) int16, 1 to 128 items.
        n_out: Up to n_in.

    >>> cosine_transform(np.array([100, 100, 100, 100], np.int16), 3)
    array([200,   0,   0], dtype=int16)
    >>> cosine_transform(np.array([300, 100, -100, -300], np.int16), 3)
    array([  0, 315,   0], dtype=int16)
    """
    n = x.size
    step = 2**31 // (4 * n) * 2
    j, m = np.arange(n_out)[:, None], np.arange(n)
    terms = round_shift(x.astype(np.int64) * cosine(j * (2 * m + 1) % (4 * n) * step), 7)
    total = terms.sum(axis=1)
    return clamp(round_shift((2 * total + n) // (2 * n), 7), 32767).astype(np.int16)
