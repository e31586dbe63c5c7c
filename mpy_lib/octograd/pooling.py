"""Pooling: the largest or the mean of a window."""

import _octograd_pool

from .checks import whole
from .layers import Layer
from .windows import axis, check_padding, pair, size, split_padding, window

_ONE = (1, 1, 1, 1, 1, 0, 1, 0)  # an axis of one pixel and one tap


class Pool(Layer):
    """The base of pooling layers."""

    padding = "valid"

    def __init__(self, pool_size, strides):
        self.pool_size = pool_size
        self.strides = pool_size if strides is None else strides

    def __repr__(self):
        padding = "" if self.padding == "valid" else f", padding={self.padding!r}"
        return f"{type(self).__name__}({self.pool_size}, strides={self.strides}{padding})"

    def numbers(self) -> tuple:
        return self.pool_size + self.strides

    def window(self, input_shape):
        """Return the record of the window over an input."""
        if len(input_shape) != 3:
            text = f"{type(self).__name__}: (height, width, channels) expected"
            raise ValueError(f"{text}, got {tuple(input_shape)}")
        rows, columns, channels = input_shape
        p_h, p_w = split_padding(self.padding)
        return window(
            axis(rows, self.pool_size[0], self.strides[0], p_h),
            axis(columns, self.pool_size[1], self.strides[1], p_w),
            channels,
            channels,
        )

    def output_shape(self, input_shape) -> tuple:
        w = self.window(input_shape)
        return (w[1], w[9], w[17])

    def memory(self, input_shape) -> list:
        return super().memory(input_shape) + [self.window(input_shape)]

    def adopt(self, memory, input_shape, rng) -> None:
        self._window = memory.pop()
        super().adopt(memory, input_shape, rng)


class _Signal:
    # What is different for signals (length, channels): images of height 1.
    def window(self, input_shape):
        if len(input_shape) != 2:
            text = f"{type(self).__name__}: (length, channels) expected"
            raise ValueError(f"{text}, got {tuple(input_shape)}")
        length, channels = input_shape
        padding = split_padding(self.padding)[1]
        columns = axis(length, self.pool_size[1], self.strides[1], padding)
        return window(_ONE, columns, channels, channels)

    def output_shape(self, input_shape) -> tuple:
        w = self.window(input_shape)
        return (w[9], w[17])


class MaxPool2D(Pool):
    """
    The largest value of each window; one byte an output says where it was.

    Args:
        pool_size: int or (rows, columns).
        strides: int or (rows, columns); the pool's size if not given.
        padding: "valid", "same", or pixels on each side.
    """

    indexed = True

    def __init__(self, pool_size=2, *, strides=None, padding="valid"):
        strides = None if strides is None else pair("strides", strides)
        super().__init__(pair("pool_size", pool_size), strides)
        self._set_up(padding)

    def _set_up(self, padding):
        self.padding = check_padding(padding)
        whole("pool_size", size(self.pool_size), 1, 128)
        # Windows that do not overlap hand errors back as bytes.
        self.routes = all(s >= k for k, s in zip(self.pool_size, self.strides))
        self.index = None

    def index_bytes(self, input_shape) -> int:
        return size(self.output_shape(input_shape))

    own_bytes = 0

    def memory(self, input_shape) -> list:
        return [None, self.window(input_shape)]

    def forward(self, x, e_x, training, y) -> int:
        _octograd_pool.max_pool2d_forward(self._window, x, y, self.index)
        return e_x

    def route(self, dy, e_dy, dx) -> int:
        _octograd_pool.max_pool2d_route(self._window, dy, self.index, dx)
        return e_dy

    def backward_x(self, dy, e_dy, x, e_x, activation, pending, e_pending, range, dx) -> int:
        return _octograd_pool.max_pool2d_backward_x(
            self._window,
            dy,
            self.index,
            e_dy,
            x,
            e_x,
            activation,
            pending,
            e_pending,
            range,
            dx,
        )


class MaxPool1D(_Signal, MaxPool2D):
    """
    The largest value of each window of a signal (length, channels).

    Args:
        pool_size: int.
        strides: int; the pool's size if not given.
        padding: "valid", "same", or pixels on each side.
    """

    def __init__(self, pool_size: int = 2, *, strides=None, padding="valid"):
        whole("pool_size", pool_size, 1, 128)
        strides = pool_size if strides is None else whole("strides", strides, 1, 32767)
        Pool.__init__(self, (1, pool_size), (1, strides))
        self._set_up(padding)


class AveragePool2D(Pool):
    """
    The mean of each window; no padding.

    Args:
        pool_size: int or (rows, columns).
        strides: int or (rows, columns); the pool's size if not given.
    """

    def __init__(self, pool_size=2, *, strides=None):
        strides = None if strides is None else pair("strides", strides)
        super().__init__(pair("pool_size", pool_size), strides)

    def forward(self, x, e_x, training, y) -> int:
        return _octograd_pool.average_pool2d_forward(
            self._window, x, e_x, training, self.y_range, y
        )

    def backward_x(self, dy, e_dy, x, e_x, activation, pending, e_pending, range, dx) -> int:
        return _octograd_pool.average_pool2d_backward_x(
            self._window, dy, e_dy, x, e_x, activation, pending, e_pending, range, dx
        )


class AveragePool1D(_Signal, AveragePool2D):
    """
    The mean of each window of a signal (length, channels); no padding.

    Args:
        pool_size: int.
        strides: int; the pool's size if not given.
    """

    def __init__(self, pool_size: int = 2, *, strides=None):
        whole("pool_size", pool_size, 1, 32767)
        strides = pool_size if strides is None else whole("strides", strides, 1, 32767)
        Pool.__init__(self, (1, pool_size), (1, strides))


class GlobalAveragePool(AveragePool2D):
    """The mean of each channel over the whole image or signal: (channels,)."""

    def __init__(self):
        super().__init__(1)

    def __repr__(self):
        return "GlobalAveragePool()"

    def numbers(self) -> tuple:
        return ()

    def window(self, input_shape):
        if not 2 <= len(input_shape) <= 3:
            text = "GlobalAveragePool: (height, width, channels) or (length, channels) expected"
            raise ValueError(f"{text}, got {tuple(input_shape)}")
        pixels, channels = size(input_shape[:-1]), input_shape[-1]
        return window(_ONE, axis(pixels, pixels, 1, "valid"), channels, channels)

    def output_shape(self, input_shape) -> tuple:
        self.window(input_shape)
        return (input_shape[-1],)
