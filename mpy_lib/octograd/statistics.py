"""RunningStatistics: mean and deviation of a stream of sensor counts, in integers."""

from array import array

from .checks import whole
from .fixed import round_shift

_DELTA = 2**14  # deltas are held below, so that a product of two is at most 2**28


class RunningStatistics:
    """
    Mean and standard deviation of each channel of a stream, updated with each frame.

    Welford 1962, "Note on a method for calculating corrected sums of squares and
    products", Technometrics 4(3): with each x the mean m moves by (x - m) / n, and the
    variance v by ((x - m before)(x - m after) - v) / n. What a division leaves
    over is carried to the next, so until n reaches `limit` the mean is exact to
    1/256. Deltas are held with 15 bits, relative to the largest one so far.

    Args:
        channels: Items of a frame, 1 to 4096.
        limit: Frames after which older ones fade: from then on n stays, and each
            frame counts as one of so many, 2 to 2**28.

    Attributes:
        frames: Number of frames so far, counted up to limit.

    Raises:
        TypeError, ValueError: An argument does not fit.
    """

    def __init__(self, channels: int = 1, *, limit: int = 65536):
        self.channels = whole("channels", channels, 1, 4096)
        self._limit = whole("limit", limit, 2, 2**28)
        self.frames = 0
        zeros = bytes(4 * channels)
        self._mean, self._mean_left = array("i", zeros), array("i", zeros)  # in 2**-8
        self._variance, self._variance_left = array("i", zeros), array("i", zeros)
        self._shift = bytearray(channels)  # the variance is in units of 4**(shift - 8)

    def __repr__(self):
        return f"RunningStatistics({self.channels}, limit={self._limit})"

    def add(self, frame) -> None:
        """
        Take a frame. Allocates nothing.

        Args:
            frame: Sequence of `channels` ints, -32768 to 32767.

        Raises:
            TypeError, ValueError: The frame does not fit; nothing has changed.
        """
        if len(frame) != self.channels:
            raise ValueError(f"frame: {self.channels} items expected, got {len(frame)}")
        for k in range(self.channels):
            whole("frame", frame[k], -32768, 32767)
        self.frames = min(self.frames + 1, self._limit)
        for k in range(self.channels):
            self._add(k, frame[k] << 8, self.frames)

    def _add(self, k, x, n):
        # |x - mean| < 2^24, what is left is below n <= 2^28.
        mean = self._mean
        before = x - mean[k]
        total = before + self._mean_left[k]
        mean[k] += total // n
        self._mean_left[k] = total % n
        while not -_DELTA < before >> self._shift[k] < _DELTA:
            self._shift[k] += 1
            self._variance[k] = round_shift(self._variance[k], 2)
            self._variance_left[k] >>= 2
        # The mean has not passed x, so both deltas have one sign, and the second is the smaller.
        s = self._shift[k]
        product = round_shift(before, s) * round_shift(x - mean[k], s)  # at most 2^28
        total = product - self._variance[k] + self._variance_left[k]
        self._variance[k] += total // n
        self._variance_left[k] = total % n

    def mean(self, channel: int = 0) -> int:
        """Return the mean of a channel so far, in 1/256."""
        return self._mean[channel]

    def deviation(self, channel: int = 0) -> int:
        """Return the standard deviation (of a population) of a channel so far, in 1/256."""
        return _root(self._variance[channel]) << self._shift[channel]


def _root(v: int) -> int:
    """Return the square root of 0 to 2**29, rounded down."""
    root = 0
    for bit in range(14, -1, -1):
        candidate = root | 1 << bit
        if candidate * candidate <= v:
            root = candidate
    return root
