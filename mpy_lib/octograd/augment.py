"""Augment: many samples of a few, by what a sensor would do anyway."""

from array import array

import _octograd

from .checks import number, whole
from .fixed import clamp, round_shift
from .model import SEED_MAX
from .windows import MAX_LENGTH


class Augment:
    """
    Makes a window a little different each time: later, larger, noisier, slower.

    As Um et al. 2017 do, "Data augmentation of wearable sensor data for Parkinson's
    disease monitoring using convolutional neural networks", ICMI, section 3.2,
    in whole steps: each item of the new window is one of the old, scaled, with noise.

        augment = og.Augment(3, shift=4, scale=0.2, noise=3, warp=5)
        augment.augment_into(window, sample)
        trainer.step(sample, label)

    Args:
        channels: Items of a frame, 1 to 4096.
        shift: Frames that a window is moved by at most, either way; the first or
            last frame fills the gap.
        scale: Share that all items grow or shrink by at most, 0 to 1.
        noise: Largest number added to or taken from an item, 0 to 127, uniform.
        warp: Frames that a random place within the window is moved by at most,
            while first and last frame stay; what is between is stretched.
        seed: Of what is drawn.

    Raises:
        TypeError, ValueError: An argument does not fit.
    """

    def __init__(
        self,
        channels: int = 1,
        *,
        shift: int = 0,
        scale: float = 0,
        noise: int = 0,
        warp: int = 0,
        seed: int = 1,
    ):
        self.channels = whole("channels", channels, 1, 4096)
        self._shift = whole("shift", shift, 0, 32767)
        if not 0 <= number("scale", scale) <= 1:
            raise ValueError(f"scale: 0 to 1 expected, got {scale}")
        self._scale = int(256 * scale + 0.5)
        self._noise = whole("noise", noise, 0, 127)
        self._warp = whole("warp", warp, 0, 32767)
        self._rng = array("I", [1])
        _octograd.rng_seed(self._rng, whole("seed", seed, 0, SEED_MAX))

    def __repr__(self):
        return f"Augment({self.channels})"

    def augment_into(self, x, out) -> None:
        """
        Write another window like x to `out`. Allocates nothing.

        Args:
            x: int8 buffer of whole frames, up to 32768 items.
            out: array('b'), memoryview of one, or bytearray of as many items, not x.

        Raises:
            TypeError, ValueError: An argument does not fit.
        """
        channels, n = self.channels, len(x)
        whole("x", n, channels, MAX_LENGTH)
        _octograd.check_items(x, n // channels * channels, "x")
        _octograd.check_items(out, n, "out")
        unsigned, last = isinstance(out, bytearray), n // channels - 1
        later, factor = self._draw(self._shift), 256 + self._draw(self._scale)
        # A place inside, and where the old window has what comes to lie there.
        place = 1 + self._below(last - 1) if self._warp and last > 1 else 0
        source = min(max(place + self._draw(self._warp), 0), last) if place else 0
        for i in range(last + 1):
            j = min(max(i - later, 0), last)
            if j < place:
                j = _divide(j * source, place)
            elif place:
                j = last - _divide((last - j) * (last - source), last - place)
            for k in range(channels):
                value = x[j * channels + k]
                value -= 256 if value > 127 else 0
                value = round_shift(value * factor, 8) + self._draw(self._noise)
                value = clamp(value, 127)
                out[i * channels + k] = value & 255 if unsigned else value

    def _below(self, n):
        return _octograd.rng_below(self._rng, n)

    def _draw(self, limit):
        """Return a random number within +-limit."""
        return self._below(2 * limit + 1) - limit if limit else 0


def _divide(a: int, b: int) -> int:
    """Return a / b to the nearest, halves up, for a up to 2**30 - 2**16 and b up to 2**15."""
    return (a + b // 2) // b
