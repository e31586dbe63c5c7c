"""Spectrum: how much of a window is in which band of frequencies, in integers."""

from array import array

import _octograd_features

from .checks import RATE_MAX, count, millihertz, whole

SIZE_MAX = 1024
_UNIT_MAX = 8


class Spectrum:
    """
    The root mean square of a window's samples in each of some bands of frequencies.

    From the Fourier transform of a Hann window, whose mean is taken off before: the root
    of sum(density) * rate / N over the bins of a band, where N is the transform's length
    and density what scipy.signal.periodogram(x, rate, "hann", N, "constant") gives. A
    vibration of amplitude A gives A / sqrt(2) in its band; the squares of all bands
    together are about the variance of the window.

        spectrum = og.Spectrum(400, 128, (3, 10, 30, 100, 200))
        out = array("h", bytes(2 * spectrum.n_out))
        spectrum.extract_into(windows.read(), out)

    It takes 4 bytes for each sample of the transform, which are a power of two, at
    least 8.

    Args:
        rate: Samples of a channel in a second, 1 to 1000000.
        size: Frames of a window, 2 to 1024.
        edges: Frequencies in Hz between which bands are, rising, 0 to rate / 2. What is
            at an edge belongs to the band above it.
        channels: Items of a frame, 1 to 4096.
        unit: Power of two of an output, -8 to 8: in counts with 0, in 1/16 counts with -4.

    Attributes:
        n_out: Number of bands.
        edges: array('h') of the first bins of bands, and one behind the last.

    Raises:
        TypeError, ValueError: An argument does not fit.
        MemoryError: It does not fit into memory.
    """

    def __init__(self, rate, size: int, edges, *, channels: int = 1, unit: int = 0):
        mhz = millihertz("rate", rate, 1000, RATE_MAX)
        self.size = whole("size", size, 2, SIZE_MAX)
        self.channels = whole("channels", channels, 1, 4096)
        self._unit = whole("unit", unit, -_UNIT_MAX, _UNIT_MAX)
        self.n_out = whole("edges", count("edges", edges), 2, SIZE_MAX) - 1
        self._power = power_memory(size)
        length = len(self._power) - 2
        self.edges = array("h", bytes(2 * self.n_out + 2))
        for k in range(self.n_out + 1):
            # The first bin that is not below the edge.
            first = -(-millihertz("edges", edges[k], 0, mhz // 2) * length // mhz)
            if k and first <= self.edges[k - 1]:
                width = mhz // length
                text = (
                    f"edges: a bin of {width // 1000}.{width % 1000:03d} Hz in each band expected"
                )
                raise ValueError(f"{text}, got none below {edges[k]}")
            self.edges[k] = first

    def __repr__(self):
        return f"Spectrum({self.size} frames, {self.n_out} bands)"

    def extract_into(self, x, out, channel: int = 0) -> None:
        """
        Find what is in each band of a channel. Allocates nothing.

        Args:
            x: array('h'), or a memoryview of one: `size` frames.
            out: array('h') of n_out items, 0 to 32767.
            channel: 0 to channels - 1.

        Raises:
            TypeError, ValueError: An argument does not fit; out has not changed.
        """
        power, n = self._power, self.size
        check_length("x", x, n * self.channels)
        check_length("out", out, self.n_out)
        e = _octograd_features.power_spectrum(x, self.channels, channel, power)
        _octograd_features.band_magnitude(power, e, n, self.edges, self._unit, out)


def power_memory(size: int):
    """Return what the power spectrum of a window is made in: for a power of two from 8 on."""
    length = 8
    while length < size:
        length *= 2
    return array("I", bytes(4 * (length + 2)))


def check_length(name: str, items, expected: int) -> None:
    """Refuse a buffer of another length."""
    if count(name, items) != expected:
        raise ValueError(f"{name}: {expected} items expected, got {len(items)}")
