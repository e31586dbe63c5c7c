"""Layers that compute nothing: they give their input another shape."""

from .checks import whole
from .layers import Layer
from .windows import MAX_LENGTH, pair, size


class Flatten(Layer):
    """Makes a vector of its input: (height, width, channels) to (n,). Costs nothing."""

    computes = False

    def __repr__(self):
        return "Flatten()"

    def output_shape(self, input_shape) -> tuple:
        return (size(input_shape),)


class Reshape(Layer):
    """
    Gives its input another shape. Costs nothing.

    Args:
        target_shape: As many items as the input has.
    """

    computes = False

    def __init__(self, target_shape):
        if not isinstance(target_shape, (tuple, list)) or not 1 <= len(target_shape) <= 4:
            raise ValueError(f"target_shape: 1 to 4 dimensions expected, got {target_shape!r}")
        self.target_shape = tuple([whole("target_shape", d, 1, MAX_LENGTH) for d in target_shape])

    def __repr__(self):
        return f"Reshape({self.target_shape})"

    def numbers(self) -> tuple:
        return self.target_shape

    def output_shape(self, input_shape) -> tuple:
        if size(input_shape) != size(self.target_shape):
            text = f"{size(input_shape)} items expected, got {self.target_shape}"
            raise ValueError(f"target_shape: {text}")
        return self.target_shape


class UpSampling2D(Layer):
    """
    Enlarges an image by repeating pixels; a Conv2D with strides 1 must follow.

    The convolution reads the small image as if it were the large one, so no
    large image is ever stored.

    Args:
        scale: int or (rows, columns). (Keras calls it size.)
    """

    computes = False
    enlarges = True

    def __init__(self, scale=2):
        self.scale = pair("scale", scale)

    def __repr__(self):
        return f"UpSampling2D({self.scale})"

    def numbers(self) -> tuple:
        return self.scale

    def output_shape(self, input_shape) -> tuple:
        return tuple(input_shape)  # as the convolution sees it
