"""What a window of a layer reads, as a view of a padded copy: the geometry of the float twin."""

import numpy as np
from numpy.lib.stride_tricks import as_strided


class Patches:
    """
    The windows over an image (rows, columns, channels), one sample at a time.

    Args:
        window: The record of octograd.windows.window(), of a convolution or a pool.
        fill: What lies beyond the edge.

    Attributes:
        read: (out rows, out columns, taps down, taps across, channels), a view of the last image.
    """

    def __init__(self, window, fill=0.0):
        rows, columns = window[:8], window[8:16]
        (n_y, out_y, k_y, s_y), (n_x, out_x, k_x, s_x) = rows[:4], columns[:4]
        before_y, before_x = -rows[5], -columns[5]
        shape = (
            max(before_y + n_y, (out_y - 1) * s_y + k_y),
            max(before_x + n_x, (out_x - 1) * s_x + k_x),
            window[16],
        )
        self.output_shape = out_y, out_x
        self._padded = np.full(shape, fill, np.float32)
        self._errors = np.zeros(shape, np.float32)
        inside = slice(before_y, before_y + n_y), slice(before_x, before_x + n_x)
        self._image, self._dx = self._padded[inside], self._errors[inside]
        y, x, c = self._padded.strides
        self.read = as_strided(
            self._padded,
            (out_y, out_x, k_y, k_x, window[16]),
            (s_y * y, s_x * x, y, x, c),
        )
        # By tap, what it reads of the image and what it hands back, for all outputs at once.
        self.taps = [self.read[:, :, i, j] for i in range(k_y) for j in range(k_x)]
        self._returns = [
            self._errors[i : i + s_y * out_y : s_y, j : j + s_x * out_x : s_x][:out_y, :out_x]
            for i in range(k_y)
            for j in range(k_x)
        ]
        self.whole = (k_y, k_x, s_y, s_x) == (1, 1, 1, 1) and shape == (n_y, n_x, window[16])

    def load(self, x):
        """Take an image, flat or not."""
        self._image[...] = x.reshape(self._image.shape)

    def scatter(self, by_tap):
        """Return the image's error: what `by_tap(k)` gives for each tap, added where it reads."""
        self._errors.fill(0)
        for k, place in enumerate(self._returns):
            place += by_tap(k)
        return self._dx
