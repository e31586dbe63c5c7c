"""Quantizer: from sensor counts or floats to a network's int8 input."""

from array import array

from .checks import number, whole
from .fixed import clamp, round_shift

_LOWEST, _HIGHEST = -30, 23  # powers of two of a scale
_COUNT_MAX = 2**17


class Quantizer:
    """
    int8 = (value - offset) / 2**shift, to the nearest, halves up, within -127..127.

    Each channel has an offset and a power of two. calibrate() finds one power for
    all channels, with offsets of 0, so that directions stay what they are;
    standardize() takes mean and deviation of each channel.

        quantizer = og.Quantizer(3)
        quantizer.calibrate(recorded)
        quantizer.quantize_into(window, sample)

    ints need no memory. floats do on MicroPython, where each is an object; with offsets of
    0 the same floats give the same bytes in single and in double precision.

    Args:
        channels: Values of a frame, 1 to 4096.
        shift: Power of two of all channels to begin with, -30 to 23.

    Attributes:
        offset: array('i') of each channel, in counts.
        shift: array('b') of each channel.

    Raises:
        TypeError, ValueError: An argument does not fit.
    """

    def __init__(self, channels: int = 1, *, shift: int = 0):
        self.channels = whole("channels", channels, 1, 4096)
        whole("shift", shift, _LOWEST, _HIGHEST)
        self.offset = array("i", bytes(4 * channels))
        self.shift = array("b", [shift] * channels)
        self._peak = 0

    def __repr__(self):
        return f"Quantizer({self.channels})"

    def calibrate(self, x) -> None:
        """
        Choose the smallest power of two that all values seen so far fit in; offsets become 0.

        Args:
            x: Sequence of ints within +-2**17, or of floats.

        Raises:
            TypeError, ValueError: A value is none or too large; nothing has changed.
        """
        peak = self._peak
        for value in x:
            peak = max(peak, _magnitude(value))
        self._peak = peak
        shift = _LOWEST if isinstance(peak, float) else -7
        while not _fits(peak, shift):
            shift += 1
        for k in range(self.channels):
            self.offset[k], self.shift[k] = 0, shift

    def standardize(self, statistics) -> None:
        """
        Take offsets and powers of two from RunningStatistics of as many channels.

        A mean becomes 0, a standard deviation 23 to 45, so that 127 is about four of them
        on average. A deviation below 1/3 is taken for 1/3.
        """
        if not hasattr(statistics, "deviation") or isinstance(statistics, type):
            raise TypeError(f"statistics: RunningStatistics() expected, got {statistics!r}")
        if statistics.channels != self.channels:
            got = statistics.channels
            raise ValueError(f"statistics: {self.channels} channels expected, got {got}")
        for k in range(self.channels):
            # The power nearest to deviation / 32 on a logarithmic scale: 181/128 is 2^(1/2).
            shift, deviation = -6, statistics.deviation(k)
            while deviation >= 181 << (shift + 6):
                shift += 1
            self.offset[k], self.shift[k] = round_shift(statistics.mean(k), 8), shift

    def quantize_into(self, x, out) -> None:
        """
        Quantise whole frames. Allocates nothing for ints.

        Args:
            x: Sequence of ints within +-2**17, or of floats; frames one after the other.
            out: array('b'), memoryview of one, or bytearray of as many items.

        Raises:
            TypeError, ValueError: An argument does not fit.
        """
        n, channels = len(x), self.channels
        if n % channels:
            raise ValueError(f"x: whole frames of {channels} expected, got {n} items")
        if len(out) != n:
            raise ValueError(f"out: {n} items expected, got {len(out)}")
        unsigned, k = isinstance(out, bytearray), 0
        for i in range(n):
            value = self.quantize(x[i], k)
            out[i] = value & 255 if unsigned else value
            k = k + 1 if k + 1 < channels else 0

    def quantize(self, value, channel: int = 0) -> int:
        """Return the int8 of one int or float."""
        _magnitude(value)
        shift = self.shift[channel]
        if isinstance(value, int):
            # At most 2^18, so that 9 places to the left saturate as 30 do.
            return clamp(round_shift(value - self.offset[channel], max(shift, -9)), 127)
        scaled = (value - self.offset[channel]) * 2.0**-shift
        if not -127 < scaled < 127:
            return 127 if scaled > 0 else -127
        whole_part = int(scaled)
        rest = scaled - whole_part  # exact, which a sum with 1/2 is not
        if rest >= 0.5:
            return whole_part + 1
        return whole_part - 1 if rest < -0.5 else whole_part


def _magnitude(value):
    """Return the magnitude of a value that can be quantised."""
    # Ints first, as number() takes memory.
    if isinstance(value, int):
        return abs(whole("x", value, -_COUNT_MAX, _COUNT_MAX))
    limit = 127.0 * 2**_HIGHEST
    # NaN is in no range.
    if not -limit <= number("x", value) <= limit:
        raise ValueError(f"x: within +-127 * 2**{_HIGHEST} expected, got {value}")
    return abs(value)


def _fits(peak, shift) -> bool:
    """Return whether peak / 2**shift is below 127.5."""
    if isinstance(peak, float):
        return peak * 2.0**-shift < 127.5
    return 2 * peak < 255 << shift if shift >= 0 else 2 * peak << -shift < 255
