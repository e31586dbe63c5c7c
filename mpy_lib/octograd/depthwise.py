"""Convolutions of each channel on its own."""

import _octograd_depthwise

from .activations import linear
from .convolutions import Windowed
from .windows import pair, size


class DepthwiseConv2D(Windowed):
    """
    Convolution of each channel with a kernel of its own.

    Args:
        kernel_size: int or (rows, columns).
        strides: int or (rows, columns).
        padding: "valid", "same" as TensorFlow pads, or pixels on each side as PyTorch does.
        activation: Such as `relu`.
        use_bias: Whether there are biases.
        trainable: Whether a Trainer changes this layer.
    """

    ends = False
    _forward = staticmethod(_octograd_depthwise.depthwise_conv2d_forward)
    _backward_x = staticmethod(_octograd_depthwise.depthwise_conv2d_backward_x)

    def __init__(
        self,
        kernel_size,
        *,
        strides=1,
        padding="valid",
        activation: int = linear,
        use_bias: bool = True,
        trainable: bool = True,
    ):
        super().__init__(
            None,
            pair("kernel_size", kernel_size),
            pair("strides", strides),
            padding,
            activation,
            use_bias,
            trainable,
        )

    def fan_in(self, input_shape) -> int:
        return size(self.kernel_size)

    def n_weights(self, input_shape) -> int:
        return size(self.kernel_size) * input_shape[2]

    def n_biases(self, input_shape) -> int:
        return input_shape[2]

    def rows(self, input_shape) -> int:
        return 1

    def updates(self):
        import _octograd_train_conv as module

        return self._window, module.depthwise_conv2d_update, module.depthwise_conv2d_gradient
