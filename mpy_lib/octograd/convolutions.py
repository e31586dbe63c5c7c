"""Convolutions: layers whose weights meet the input through a window."""

import _octograd_conv

from .activations import linear
from .checks import whole
from .layers import Weighted
from .windows import (
    PADDINGS,
    axis,
    check_padding,
    pair,
    size,
    split_padding,
    transposed_axis,
    upsampled_axis,
    window,
)

_ONE = (1, 1, 1, 1, 1, 0, 1, 0)  # an axis of one pixel and one tap


class Windowed(Weighted):
    """The base of convolutions; subclasses say what the window is."""

    _axis = staticmethod(axis)
    ends = True
    _explicit_padding = True
    _forward = staticmethod(_octograd_conv.conv2d_forward)
    _backward_x = staticmethod(_octograd_conv.conv2d_backward_x)

    def __init__(self, filters, kernel_size, strides, padding, activation, use_bias, trainable):
        super().__init__(activation, use_bias, trainable)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = check_padding(padding)
        if not self._explicit_padding and self.padding not in PADDINGS:
            raise ValueError(f"padding: 'valid' or 'same' expected, got {padding!r}")

    def _arguments(self):
        text = "" if self.filters is None else f"{self.filters}, "
        text += str(self.kernel_size)
        if self.strides != (1, 1):
            text += f", strides={self.strides}"
        return text + ("" if self.padding == "valid" else f", padding={self.padding!r}")

    def numbers(self) -> tuple:
        return (self.filters or 0,) + self.kernel_size + self.strides

    def _check_image(self, input_shape) -> None:
        if len(input_shape) != 3:
            text = f"{type(self).__name__}: (height, width, channels) expected"
            raise ValueError(f"{text}, got {tuple(input_shape)}")

    def window(self, input_shape):
        """Return the record of the window over an input."""
        self._check_image(input_shape)
        rows, columns, channels = input_shape
        (k_h, k_w), (s_h, s_w) = self.kernel_size, self.strides
        p_h, p_w = split_padding(self.padding)
        return window(
            self._axis(rows, k_h, s_h, p_h),
            self._axis(columns, k_w, s_w, p_w),
            channels,
            channels if self.filters is None else self.filters,
        )

    def output_shape(self, input_shape) -> tuple:
        w = self.window(input_shape)
        return (w[1], w[9], w[17])

    def fan_in(self, input_shape) -> int:
        w = self.window(input_shape)
        return w[2] * w[10] * w[16]

    def n_weights(self, input_shape) -> int:
        return self.filters * self.fan_in(input_shape)

    def n_biases(self, input_shape) -> int:
        return self.filters

    def macs(self, input_shape) -> int:
        # Taps that read beyond the edge are counted.
        w = self.window(input_shape)
        inputs, outputs = w[0] * w[8], w[1] * w[9]
        pixels = inputs if w[7] else outputs
        return pixels * self.n_weights(input_shape)

    def scratch(self, input_shape) -> int:
        w = self.window(input_shape)
        return 4 * w[2] * w[10] * w[16]

    def memory(self, input_shape) -> list:
        return super().memory(input_shape) + [self.window(input_shape)]

    def adopt(self, memory, input_shape, rng) -> None:
        self._window = memory.pop()
        super().adopt(memory, input_shape, rng)

    def kernels(self):
        return self._window, self._forward, _octograd_conv.conv2d_forward_s32, self._backward_x

    def updates(self):
        import _octograd_train_conv as module

        return self._window, module.conv2d_update, module.conv2d_gradient

    def forward(self, x, e_x, training, y) -> int:
        return self._forward(
            self._window,
            x,
            self.w,
            self.b,
            e_x,
            self.e_w,
            self.activation,
            training,
            self.y_range,
            y,
        )

    def forward_s32(self, x, e_x, y) -> int:
        return _octograd_conv.conv2d_forward_s32(self._window, x, self.w, self.b, e_x, self.e_w, y)


class Conv2D(Windowed):
    """
    Convolution of an image (height, width, channels).

    Args:
        filters: Number of output channels.
        kernel_size: int or (rows, columns).
        strides: int or (rows, columns).
        padding: "valid", "same" as TensorFlow pads, or pixels on each side as PyTorch does.
        activation: Such as `relu`.
        use_bias: Whether there are biases.
        trainable: Whether a Trainer changes this layer.
    """

    # (rows, columns) by which an UpSampling2D before it enlarges its input.
    upsampling = (1, 1)

    def __init__(
        self,
        filters: int,
        kernel_size,
        *,
        strides=1,
        padding="valid",
        activation: int = linear,
        use_bias: bool = True,
        trainable: bool = True,
    ):
        super().__init__(
            whole("filters", filters, 1, 32767),
            pair("kernel_size", kernel_size),
            pair("strides", strides),
            padding,
            activation,
            use_bias,
            trainable,
        )

    def window(self, input_shape):
        if self.upsampling == (1, 1):
            return super().window(input_shape)
        if self.padding not in PADDINGS:
            raise ValueError(f"padding: 'valid' or 'same' expected, got {self.padding!r}")
        self._check_image(input_shape)
        (k_h, k_w), (f_h, f_w) = self.kernel_size, self.upsampling
        return window(
            upsampled_axis(input_shape[0], k_h, f_h, self.padding),
            upsampled_axis(input_shape[1], k_w, f_w, self.padding),
            input_shape[2],
            self.filters,
        )


class Conv1D(Windowed):
    """
    Convolution of a signal (length, channels), such as a window of sensor readings.

    Args:
        filters: Number of output channels.
        kernel_size: int.
        strides: int.
        padding: "valid", "same" as TensorFlow pads, or pixels on each side as PyTorch does.
        activation: Such as `relu`.
        use_bias: Whether there are biases.
        trainable: Whether a Trainer changes this layer.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        *,
        strides=1,
        padding="valid",
        activation: int = linear,
        use_bias: bool = True,
        trainable: bool = True,
    ):
        super().__init__(
            whole("filters", filters, 1, 32767),
            (1, whole("kernel_size", kernel_size, 1, 32767)),
            (1, whole("strides", strides, 1, 32767)),
            padding,
            activation,
            use_bias,
            trainable,
        )

    def window(self, input_shape):
        if len(input_shape) != 2:
            raise ValueError(f"Conv1D: (length, channels) expected, got {tuple(input_shape)}")
        padding = split_padding(self.padding)[1]
        columns = axis(input_shape[0], self.kernel_size[1], self.strides[1], padding)
        return window(_ONE, columns, input_shape[1], self.filters)

    def output_shape(self, input_shape) -> tuple:
        return super().output_shape(input_shape)[1:]


class Conv2DTranspose(Windowed):
    """
    Transposed convolution, which enlarges an image by its strides.

    Args:
        filters: Number of output channels.
        kernel_size: int or (rows, columns).
        strides: int or (rows, columns).
        padding: "valid" or "same", as TensorFlow pads.
        activation: Such as `relu`.
        use_bias: Whether there are biases.
        trainable: Whether a Trainer changes this layer.
    """

    _axis = staticmethod(transposed_axis)
    _explicit_padding = False

    def __init__(
        self,
        filters: int,
        kernel_size,
        *,
        strides=1,
        padding="valid",
        activation: int = linear,
        use_bias: bool = True,
        trainable: bool = True,
    ):
        super().__init__(
            whole("filters", filters, 1, 32767),
            pair("kernel_size", kernel_size),
            pair("strides", strides),
            padding,
            activation,
            use_bias,
            trainable,
        )

    def fan_in(self, input_shape) -> int:
        # Only every s-th tap meets a pixel.
        return max(super().fan_in(input_shape) // size(self.strides), 1)

    def n_weights(self, input_shape) -> int:
        return self.filters * super().fan_in(input_shape)
