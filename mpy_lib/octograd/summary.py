"""Summary: what a window of a sensor comes to, in five numbers a channel."""

import _octograd_features

from .checks import whole


class Summary:
    """
    Mean, deviation, energy, zero crossings and peak of each channel of a window.

    The classical features of accelerometers (Figo et al. 2010, "Preprocessing
    techniques for context recognition from accelerometer data", Personal and
    Ubiquitous Computing 14(7)). Zero crossings say nothing of a channel that does not
    swing about 0: send it through Filter(rate, highpass=...) first.

        summary = og.Summary(3)
        out = array("h", bytes(2 * summary.n_out))
        summary.extract_into(windows.read(), out)
        quantizer.quantize_into(out, sample)

    Args:
        channels: Items of a frame, 1 to 4096.

    Attributes:
        n_out: Items of an output, 5 * channels.
        NAMES: What the five items of a channel are. Mean, deviation (of a population) and
            peak (largest magnitude) are in counts, rounded; energy is 256 times the
            logarithm to base 2 of the mean square, 0 if that is below 1; crossings is how often
            the sign changes, where 0 counts as positive.

    Raises:
        TypeError, ValueError: An argument does not fit.
    """

    NAMES = ("mean", "deviation", "energy", "crossings", "peak")

    def __init__(self, channels: int = 1):
        self.channels = whole("channels", channels, 1, 4096)
        self.n_out = len(self.NAMES) * channels

    def __repr__(self):
        return f"Summary({self.channels})"

    def extract_into(self, x, out) -> None:
        """
        Sum a window up. Allocates nothing.

        Args:
            x: array('h'), or a memoryview of one: whole frames, 1 to 32768 items.
            out: array('h') of n_out items, the five of the first channel first.

        Raises:
            TypeError, ValueError: An argument does not fit; nothing has changed.
        """
        _octograd_features.summary(x, self.channels, out)
