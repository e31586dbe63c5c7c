"""Latent: the layer that makes an autoencoder a variational one."""

from array import array

import _octograd
import _octograd_train

from .checks import whole
from .fixed import clamp, round_shift
from .latent_tables import KL_SLOPE, NORMAL, SIGMA
from .layers import Dense
from .optimizers import exact_rate

CODE_EXPONENT = -5  # of the code: 32 is one standard deviation of the normal distribution
WARMUP_MAX = 2**21
_SUM_MAX = 2**28
_KL_MAX = 2**29


class Latent(Dense):
    """
    A sample of a normal distribution that the input decides about (Kingma and Welling 2014).

    A dense layer of means and logarithms of variances; in training its output is
    mean + standard deviation * noise, else the mean: int8 in units of 2**-5,
    within +-127/32. What a Trainer minimises is the loss plus beta times the
    divergence (KL) from the standard normal distribution. See VAE.

    Args:
        units: Number of outputs, 1 to 16384.
        beta: Weight of KL, 0 or 2**-30 to 15, held as a learning rate is.
        warmup: Samples over which the weight of KL rises from 0 to beta, up to 2**21.
        trainable: Whether a Trainer changes this layer.

    Attributes:
        mean: array('h') of the last sample, in units of 2**-8.
        log_variance: array('b') of the last sample, in units of 2**-4.
        seen: array('I') of the samples in training so far, up to warmup.
    """

    ends = False
    samples = True
    draws = True  # in training; not while ranges are calibrated

    def __init__(self, units: int, *, beta: float = 1, warmup: int = 0, trainable: bool = True):
        super().__init__(whole("units", units, 1, 16384), trainable=trainable)
        self._factor, self._shift = exact_rate(beta, "beta") if beta != 0 else (0, 0)
        self.warmup = whole("warmup", warmup, 0, WARMUP_MAX)

    def _arguments(self):
        text = f"{self.units}, beta={self._factor}/{1 << self._shift}"
        return text + (f", warmup={self.warmup}" if self.warmup else "")

    def numbers(self) -> tuple:
        seen = 0 if self.w is None else self.seen[0]
        beta = self._factor | self._shift << 8
        return (self.units, beta) + split(self.warmup) + split(seen)

    def n_weights(self, input_shape) -> int:
        return 2 * self.units * input_shape[0]

    def n_biases(self, input_shape) -> int:
        return 2 * self.units

    def kernels(self):
        # What it does forward is its own.
        return None, None, None, _octograd.dense_backward_x

    def extra_bytes(self) -> int:
        return 13 * self.units + 4

    def memory(self, input_shape) -> list:
        k = self.units
        own = (
            array("i", bytes(8 * k)),
            array("h", bytes(2 * k)),
            array("b", bytes(k)),
            array("h", bytes(2 * k)),
            array("I", [0]),
        )
        return super().memory(input_shape) + [own]

    def adopt(self, memory, input_shape, rng) -> None:
        self._sums, self.mean, self.log_variance, self._noise, self.seen = memory.pop()
        super().adopt(memory, input_shape, rng)

    def initialize(self, rng, input_shape) -> None:
        super().initialize(rng, input_shape)
        self.e_w[0] -= 2  # a quarter: at first the code says little, and KL is small

    def state(self) -> list:
        return super().state() + [self.seen]

    def forward(self, x, e_x, training, y) -> int:
        """Write the code to y (docs/numerics.md, section 18.1). Allocates nothing."""
        # Of four at once, MicroPython would make a tuple.
        sums, mean = self._sums, self.mean
        log_variance, noise = self.log_variance, self._noise
        e = _octograd.dense_forward_s32(x, self.w, self.b, e_x, self.e_w, sums)
        training = training and self.draws
        if training and self.seen[0] < self.warmup:
            self.seen[0] += 1
        k = self.units
        for i in range(k):
            m = mean[i] = clamp(round_shift(clamp(sums[i], _SUM_MAX), -8 - e), 32767)
            v = clamp(round_shift(clamp(sums[k + i], _SUM_MAX), -4 - e), 127)
            log_variance[i] = v
            n = 0
            if training:
                n = item(SIGMA, v) * normal(self._rng)
                n = clamp((n + 16) >> 5, 32767)
            noise[i] = n
            y[i] = clamp((m + n + 4) >> 3, 127) & 255
        return CODE_EXPONENT

    def error(self, dz, e_dz, dy) -> int:
        """
        Make the layer's own error of that of its code (docs/numerics.md, section 18.3).

        Allocates nothing.

        Args:
            dz: Error of the code, bytes.
            e_dz: Its exponent, not relative to anything.
            dy: Written: error of the means and the log-variances, bytes.

        Returns:
            The exponent of dy, to which those of all errors below are relative.
        """
        error, mean = self._sums, self.mean
        log_variance, noise = self.log_variance, self._noise
        factor, k = self._factor * self._share(), self.units
        n = e_dz + self._shift + 8
        for i in range(k):
            d = (dz[i] ^ 128) - 128
            error[i] = 256 * d + round_shift(factor * mean[i], n)
            slope = item(KL_SLOPE, log_variance[i])
            slope = round_shift(factor * ((slope ^ 32768) - 32768), n)
            error[k + i] = ((d * noise[i] + 1) >> 1) + slope
        return _octograd_train.error_quantize(error, dy) + 15 + e_dz - 8

    def _share(self):
        """Return the weight of KL now, in 1/256 of beta."""
        return 256 * self.seen[0] // self.warmup if self.seen[0] < self.warmup else 256

    def kl(self) -> int:
        """Return the divergence of the last sample, in 1/1024 nats."""
        total = 0
        for i in range(self.units):
            v = self.log_variance[i]
            slope = (item(KL_SLOPE, v) ^ 32768) - 32768
            one = ((self.mean[i] * self.mean[i] + 64) >> 7) + 4 * slope - 32 * v
            total = min(total + max(one, 0), _KL_MAX)
        return total

    def weighted_kl(self) -> int:
        """Return beta, that after the warm-up, times KL of the last sample, in 1/1024 nats."""
        return min((self._factor * min(self.kl(), 2**24)) >> self._shift, _SUM_MAX)


def normal(rng) -> int:
    """Draw from the standard normal distribution, in units of 2**-5."""
    # A draw below 256 is the generator's upper byte.
    return (NORMAL[_octograd.rng_below(rng, 256)] ^ 128) - 128


def item(table, v: int) -> int:
    """Return the uint16 of a table for v, -128 to 127."""
    i = 2 * v + 256
    return table[i] | table[i + 1] << 8


def split(n: int) -> tuple:
    """Return the lower and the upper 16 bits."""
    return n & 65535, n >> 16
