"""The spectrum of a window of samples (docs/numerics.md, "Spectra")."""

import numpy as np

from .fixed import clamp, round_shift, scale_q15
from .sine import STEPS, cosine, sine_step
from .wide import divide, root


def power_spectrum(x, log2_n):
    """
    Return the power of each bin.

    Args:
        x: (n,) int16, 2 <= n <= 2**log2_n.
        log2_n: 3 to 10, of the length N of the transform.

    Returns:
        (N / 2 + 1,) uint32 and an exponent e: the squared magnitude is power * 4**e.

    Example:
        A cosine of amplitude 1000 in the middle of the band is 250 N there, and half
        of that beside it.

        >>> power, e = power_spectrum(np.array([1000, 0, -1000, 0] * 4, np.int16), 4)
        >>> np.sqrt(power * 4.0**e).round().astype(int)
        array([   0,    0,    0, 2000, 4000, 2000,    0,    0,    0])
    """
    fraction = 13 - log2_n
    z = _transform(_packed(_weighted(x.astype(np.int64), fraction, 1 << log2_n)))
    bins = _unpacked(z)
    s = max(int(np.abs(bins).max()).bit_length() - 15, 0)
    return (round_shift(bins, s) ** 2).sum(axis=1).astype(np.uint32), s - fraction


def _weighted(x, fraction, size):
    n, total = x.size, int(x.sum()) << fraction
    mean = (2 * total + n) // (2 * n)
    phase = np.arange(n) * (2**31 // n * 2)
    weighted = scale_q15((x << fraction) - mean, round_shift(32768 - cosine(phase), 1))
    return np.concatenate([weighted, np.zeros(size - n, np.int64)])


def _packed(x):
    """Complex items as (re, im): every other sample."""
    return x.reshape(-1, 2)


def _turned(z, i):
    """``z * exp(-2 pi i / 1024)`` of (..., 2) int64."""
    c, s = sine_step(i + STEPS // 4), sine_step(i)
    re, im = z[..., 0], z[..., 1]
    return np.stack(
        [scale_q15(re, c) + scale_q15(im, s), scale_q15(im, c) - scale_q15(re, s)], axis=-1
    )


def _transform(z):
    """Transform of m complex items: that of the even ones and of the odd ones, joined."""
    m = z.shape[0]
    if m == 1:
        return z
    even, odd = _transform(z[::2]), _transform(z[1::2])
    turned = _turned(odd, np.arange(m // 2) * (STEPS // m))
    return np.concatenate([even + turned, even - turned])


def _unpacked(z):
    """Bins 0 to m of 2 m real samples."""
    m = z.shape[0]
    k = np.arange(1, m // 2 + 1)
    a, b = z[k], z[m - k]
    even = np.stack([a[:, 0] + b[:, 0], a[:, 1] - b[:, 1]], axis=-1)
    odd = np.stack([a[:, 1] + b[:, 1], b[:, 0] - a[:, 0]], axis=-1)
    odd = _turned(odd, k * (STEPS // (2 * m)))
    bins = np.zeros((m + 1, 2), np.int64)
    bins[0, 0], bins[m, 0] = z[0].sum(), z[0, 0] - z[0, 1]
    bins[k] = round_shift(even + odd, 1)
    bins[m - k] = round_shift((even - odd) * [1, -1], 1)
    return bins


def band_magnitude(power, e, n, log2_n, edges, unit):
    """
    Return the root mean square of what is in each band, in units of ``2**unit`` counts.

    Args:
        power: (N / 2 + 1,) uint32 of a window of n samples.
        e: Its exponent.
        n: 2 to N.
        log2_n: Of N.
        edges: (n_bands + 1,) bins; a band goes up to the one below the next edge.
        unit: -8 to 8.

    Returns:
        (n_bands,) int16.

    >>> power, e = power_spectrum(np.array([1000, 0, -1000, 0] * 4, np.int16), 4)
    >>> band_magnitude(power, e, 16, 4, [0, 3, 6, 9], 0)
    array([  0, 707,   0], dtype=int16)
    """
    doubled = log2_n & 1
    s = unit - e + (log2_n + doubled) // 2 + 7
    sums = [int(power[a:b].sum(dtype=np.uint64)) for a, b in zip(edges, edges[1:], strict=False)]
    roots = [root(divide(v << 18 + doubled, 3 * n)) for v in sums]
    return clamp(round_shift(np.array(roots, np.int64), s), 32767).astype(np.int16)
