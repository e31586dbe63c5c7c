"""Filter: low-pass and high-pass filters of a stream, in integers."""

from array import array

import _octograd_features

from .checks import RATE_MAX, millihertz, whole

_ONE = 2**40  # of what is computed here in fixed point
_PI = 3454217652358  # round(pi * 2**40)
# Twice the damping of each section of a Butterworth filter: 2 cos(pi (2 k - 1) / (2 order)).
_DAMPING = {2: (1554944255988,), 4: (2031632577321, 841529767285)}


class Filter:
    """
    Butterworth low-pass, high-pass, or both one after the other, of each channel of a stream.

    As scipy.signal.butter(order, cut-off, fs=rate) designs it, by the bilinear
    transform, to within a few parts in 100,000 of the cut-off.

        filter = og.Filter(50, highpass=0.5)  # takes gravity off
        filter.filter_into(frames, frames)

    Args:
        rate: Samples of a channel in a second, 1 to 1000000.
        highpass: What is slower is lost: a cut-off (-3 dB) in Hz, in steps of 1/1000,
            0.0005 to 0.4 of the rate.
        lowpass: What is faster is lost. Above highpass, if both are given.
        order: 2 or 4, of each; 12 or 24 dB an octave.
        channels: Items of a frame, 1 to 4096.

    Attributes:
        sections: array('h'), see docs/numerics.md, section 19.2.
        state: array('i') of 2 items for each section and channel.

    Raises:
        TypeError, ValueError: An argument does not fit.
    """

    def __init__(self, rate, *, highpass=None, lowpass=None, order: int = 2, channels: int = 1):
        mhz = millihertz("rate", rate, 1000, RATE_MAX)
        self.channels = whole("channels", channels, 1, 4096)
        if order not in (2, 4) or not isinstance(order, int):
            raise ValueError(f"order: 2 or 4 expected, got {order!r}")
        if highpass is None and lowpass is None:
            raise ValueError("highpass, lowpass: at least one expected, got None")
        sections, low = [], -(-mhz // 2000)
        for high, name, cutoff in ((1, "highpass", highpass), (0, "lowpass", lowpass)):
            if cutoff is not None:
                low = millihertz(name, cutoff, low, 2 * mhz // 5)
                g = _tangent(low, mhz)
                for damping in _DAMPING[order]:
                    r = damping + g
                    a = _ONE * _ONE // (_ONE + g * r // _ONE)
                    sections += (high,) + _factor(g) + _factor(r) + _factor(a)
        self.sections = array("h", sections)
        self.state = array("i", bytes(8 * channels * (len(sections) // 7)))
        self._text = f"{rate}, highpass={highpass}, lowpass={lowpass}, order={order}"

    def __repr__(self):
        return f"Filter({self._text}, channels={self.channels})"

    def filter_into(self, x, out) -> None:
        """
        Filter the next frames of the stream. Allocates nothing.

        Args:
            x: array('h'), or a memoryview of one: whole frames, 1 to 32768 items.
            out: array('h') of as many items, saturated at +-32767; may be x.

        Raises:
            TypeError, ValueError: An argument does not fit; nothing has changed.
        """
        _octograd_features.filter_apply(self.sections, x, self.channels, self.state, out)

    def reset(self) -> None:
        """Come to rest, as if there had been nothing but 0."""
        for k in range(len(self.state)):
            self.state[k] = 0


def _tangent(cutoff, rate):
    """Return tan(pi * cutoff / rate) in fixed point, for cutoff / rate below 1/2."""
    x = _PI * cutoff // rate
    sine, cosine, term, k = 0, 0, _ONE, 0
    while term:
        # Term k of the series of exp, whose signs go + + - - for cosine and sine in turn.
        signed = -term if k & 2 else term
        if k & 1:
            sine += signed
        else:
            cosine += signed
        k += 1
        term = term * x // (k * _ONE)
    return sine * _ONE // cosine


def _factor(value):
    """Return mantissa and shift of a factor: value / _ONE = mantissa / 2**(15 + shift)."""
    shift = 0
    while value < _ONE // 2:
        value, shift = 2 * value, shift + 1
    while value >= _ONE:
        value, shift = value // 2, shift - 1
    return min((value + 2**24) >> 25, 32767), shift
