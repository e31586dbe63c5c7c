"""The latent layer of a variational autoencoder (docs/numerics.md, section 18)."""

from typing import NamedTuple

import numpy as np

from .fixed import clamp, round_shift
from .loss import error_quantize
from .rng import rng_next
from .tables import KL_SLOPE, NORMAL, SIGMA

CODE_EXPONENT = -5


class Latent(NamedTuple):
    """
    What a latent layer knows of a sample.

    Attributes:
        mean: (k,) in units of 2**-8, at most 32767 in magnitude.
        log_variance: (k,) in units of 1/16, at most 127 in magnitude.
        noise: (k,) in units of 2**-8, standard deviation times quantile.
        code: (k,) int8, in units of 2**-5.
    """

    mean: np.ndarray
    log_variance: np.ndarray
    noise: np.ndarray
    code: np.ndarray


def latent_forward(sums, e_y, state=None):
    """
    Return a Latent of the sums (2k,), and the generator's state after it.

    Args:
        sums: int32 of the means, then of the log-variances.
        e_y: Their exponent.
        state: Of the generator; None in inference, where the code is the mean.

    Example:
        A mean of 1 and a log-variance of 0.

        >>> latent_forward(np.array([1 << 14, 0]), -14)[0].code
        array([32], dtype=int8)
    """
    sums = clamp(np.asarray(sums).astype(np.int64), 2**28)
    k = sums.size // 2
    mean = clamp(round_shift(sums[:k], -8 - e_y), 32767)
    log_variance = clamp(round_shift(sums[k:], -4 - e_y), 127)
    noise = np.zeros(k, np.int64)
    if state is not None:
        for i in range(k):
            state = rng_next(state)
            product = int(SIGMA[log_variance[i] + 128]) * int(NORMAL[state >> 24])
            noise[i] = clamp(round_shift(product, 5), 32767)
    code = clamp(round_shift(mean + noise, 3), 127).astype(np.int8)
    return Latent(mean, log_variance, noise, code), state


def latent_backward(dz, e_dz, latent, factor, shift):
    """
    Return the error of a latent layer's sums, (2k,) int8, and its own e_loss.

    Args:
        dz: (k,) int8, the error of the code.
        e_dz: Its exponent itself, not the relative one.
        latent: Of the same sample.
        factor: 0 to 3840.
        shift: KL counts factor * 2**-shift.
    """
    dz, n = dz.astype(np.int64), e_dz + shift
    slope = KL_SLOPE[latent.log_variance + 128].astype(np.int64)
    d_mean = 256 * dz + round_shift(factor * latent.mean, n)
    d_log_variance = round_shift(dz * latent.noise, 1) + round_shift(factor * slope, n)
    dy, e = error_quantize(np.concatenate([d_mean, d_log_variance]))
    return dy, e + 15 + e_dz - 8


def latent_kl(latent):
    """Return the divergence from the normal distribution, in units of 2**-10 nats."""
    mean, log_variance = latent.mean.astype(np.int64), latent.log_variance.astype(np.int64)
    slope = KL_SLOPE[log_variance + 128].astype(np.int64)
    items = round_shift(mean * mean, 7) + 4 * slope - 32 * log_variance
    return int(min(np.maximum(items, 0).sum(), 2**29))
