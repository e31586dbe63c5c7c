"""LogMel and MFCC: what speech and other sounds are recognised by, in integers."""

from array import array

import _octograd_features

from .checks import RATE_MAX, millihertz, whole
from .spectrum import SIZE_MAX, check_length, power_memory

_ONE = 2**40  # of what is computed here in fixed point
_BREAK = 700000  # where the mel scale bends, in 1/1000 Hz


class LogMel:
    """
    How loud a frame of sound is in overlapping bands, each as wide as the ear hears them.

    256 times the logarithm to base 2 of the power of a Hann window's Fourier
    transform in triangular bands that are evenly spaced in mel = 2595 log10(1 + Hz /
    700), as librosa.feature.melspectrogram(htk=True, norm=None, n_fft=N,
    win_length=size) has them; the frame's mean is taken off before. 85 is 1 dB. It is
    at least 0, which one count of noise does not reach.

        mel = og.LogMel(16000, 400)
        windows = og.Windows(400, 160, bits=16)  # 25 ms, each 10 ms later
        mel.extract_into(windows.read(), out)

    It takes 5 bytes for each sample of the transform, which are a power of two.

    Args:
        rate: Samples in a second, 1 to 1000000; 8000 or 16000 for speech.
        size: Samples of a frame, 2 to 1024; 25 ms for speech.
        bands: Number of bands, 1 to 128.
        low: Where the lowest band begins, in Hz.
        high: Where the highest band ends, in Hz; None for rate / 2.

    Attributes:
        n_out: Number of bands.
        edges: array('h'), the bins from which on the bands rise, and the last two end.
        weights: array('h'), the share of each bin that is the rising band's, in Q15.

    Raises:
        TypeError, ValueError: An argument does not fit, or a band has no bin.
        MemoryError: It does not fit into memory.
    """

    def __init__(self, rate, size: int, *, bands: int = 40, low=20, high=None):
        mhz = millihertz("rate", rate, 1000, RATE_MAX)
        self.size = whole("size", size, 2, SIZE_MAX)
        self.n_out = whole("bands", bands, 1, 128)
        top = mhz // 2
        if high is not None:
            top = millihertz("high", high, 1, top)
        bottom = millihertz("low", low, 0, top - 1)
        self._power = power_memory(size)
        points = _points(bottom, top, mhz, len(self._power) - 2, bands + 2)
        # The first bin that is not below a point.
        self.edges = array("h", [-(-point // _ONE) for point in points])
        for b in range(bands):
            if self.edges[b] == self.edges[b + 2]:
                raise ValueError(
                    f"bands: fewer, or a longer size expected, got {bands} and {size}"
                )
        self.weights = array("h", bytes(2 * self.edges[-1]))
        for b in range(bands + 1):
            begin, width = points[b], points[b + 1] - points[b]
            for k in range(self.edges[b], self.edges[b + 1]):
                self.weights[k] = (k * _ONE - begin) * 32768 // width

    def __repr__(self):
        return f"LogMel({self.size} samples, {self.n_out} bands)"

    def extract_into(self, x, out) -> None:
        """
        Find how loud each band of a frame is. Allocates nothing.

        Args:
            x: array('h'), or a memoryview of one, of `size` samples.
            out: array('h') of n_out items, 0 to 12800.

        Raises:
            TypeError, ValueError: An argument does not fit; out has not changed.
        """
        power = self._power
        check_length("x", x, self.size)
        check_length("out", out, self.n_out)
        e = _octograd_features.power_spectrum(x, 1, 0, power)
        _octograd_features.mel_energy(power, e, self.edges, self.weights, out)


class MFCC:
    """
    Mel-frequency cepstral coefficients of a frame of sound: a cosine transform of LogMel.

    c[j] = 2 / bands * sum of LogMel[m] cos(pi j (m + 1/2) / bands), which is what
    scipy.fft.dct(LogMel) / bands says. c[0] is twice the mean loudness; 85 is 1 dB.

    Args:
        rate, size, bands, low, high: As for LogMel.
        coefficients: How many, 1 to bands.

    Attributes:
        n_out: Number of coefficients.
        mel: The LogMel.
        energies: array('h'), what it found in the last frame.

    Raises:
        TypeError, ValueError: An argument does not fit, or a band has no bin.
        MemoryError: It does not fit into memory.
    """

    def __init__(
        self, rate, size: int, *, coefficients: int = 13, bands: int = 40, low=20, high=None
    ):
        self.mel = LogMel(rate, size, bands=bands, low=low, high=high)
        self.n_out = whole("coefficients", coefficients, 1, bands)
        self.energies = array("h", bytes(2 * bands))

    def __repr__(self):
        return f"MFCC({self.mel.size} samples, {self.mel.n_out} bands, {self.n_out} coefficients)"

    def extract_into(self, x, out) -> None:
        """
        Find the coefficients of a frame. Allocates nothing.

        Args:
            x: array('h'), or a memoryview of one, of `size` samples.
            out: array('h') of n_out items.

        Raises:
            TypeError, ValueError: An argument does not fit; out has not changed.
        """
        check_length("out", out, self.n_out)
        self.mel.extract_into(x, self.energies)
        _octograd_features.cosine_transform(self.energies, out)


def _points(low, high, rate, length, n):
    """Return n frequencies evenly spaced in mel, in bins of a transform, in fixed point."""
    # 1 + Hz / 700 grows by the same factor from each to the next: the (n - 1)-th root.
    total = (_BREAK + high) * _ONE // (_BREAK + low)
    factor, step = _ONE, 2**49  # a ratio is at most 715
    while step:
        if _power(factor + step, n - 1, total) <= total:
            factor += step
        step >>= 1
    points, value = [], (_BREAK + low) * _ONE
    for _ in range(n):
        points.append((value - _BREAK * _ONE) * length // rate)
        value = value * factor // _ONE
    return points


def _power(factor, n, limit):
    """Return factor to the power of n, in fixed point, or at least what is above the limit."""
    value = _ONE
    for _ in range(n):
        value = value * factor // _ONE
        if value > limit:
            break
    return value
