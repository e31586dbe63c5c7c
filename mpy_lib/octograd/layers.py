"""Layers: weights and ranges around kernel calls. A layer owns no activations."""

from array import array

import _octograd

from .checks import whole

# Activations, as the kernels number them.
linear = 0
relu = 1

MAX_LENGTH = 32768  # items of a tensor

_FRESH = (0, 0, -1)  # a range that has seen no tensor: exponent, maximum, count


def size(shape) -> int:
    """Return the number of items of a tensor of this shape."""
    n = 1
    for dimension in shape:
        n *= dimension
    return n


class Flatten:
    """Makes a vector of its input: (height, width, channels) to (n,). Costs nothing."""

    computes = False

    def __repr__(self):
        return "Flatten()"

    def output_shape(self, input_shape) -> tuple:
        return (size(input_shape),)


class Dense:
    """
    A fully connected layer: activation(w x + b).

    Args:
        units: Number of outputs, 1 to 32768.
        activation: `linear` or `relu`.
        trainable: Whether a Trainer changes this layer. A frozen layer has no
            residual byte.

    Attributes:
        w: int8 bytes, (units, inputs) row-major; exponent e_w[0].
        residual: int8 bytes, as many, while 16-bit weights are trained; else None.
            A weight in full is (256 * w + residual) * 2**(e_w - 8).
        b: array('i'), (units,), in units of 2**-16.
    """

    computes = True

    def __init__(self, units: int, activation: int = linear, *, trainable: bool = True):
        self.units = whole("units", units, 1, MAX_LENGTH)
        self.activation = whole("activation", activation, linear, relu)
        self.trainable = bool(trainable)
        self.w = self.b = self.e_w = self.y_range = None
        self.residual = self.dx_range = None

    def output_shape(self, input_shape) -> tuple:
        if len(input_shape) != 1:
            raise ValueError(f"Dense: a vector expected, got {tuple(input_shape)}; add Flatten()")
        return (self.units,)

    def __repr__(self):
        activation = ", relu" if self.activation == relu else ""
        trainable = "" if self.trainable else ", trainable=False"
        return f"Dense({self.units}{activation}{trainable})"

    def n_weights(self, input_shape) -> int:
        return self.units * input_shape[0]

    def n_biases(self) -> int:
        return self.units

    def macs(self, input_shape) -> int:
        """Return the multiply-accumulates of one pass: forward, backward or update."""
        return self.n_weights(input_shape)

    def memory(self, input_shape) -> tuple:
        """Take the memory that inference needs, all weights 0, for adopt()."""
        w = bytearray(self.n_weights(input_shape))
        b = array("i", bytes(4 * self.units))
        return w, b, array("b", [0]), array("h", _FRESH)

    def adopt(self, memory) -> None:
        self.w, self.b, self.e_w, self.y_range = memory
        self.residual = self.dx_range = None

    def training_memory(self, residual: bool, backward: bool) -> tuple:
        """Take what training needs besides, if it is not there yet, for adopt_training()."""
        return (
            (self.residual or bytearray(len(self.w))) if residual else None,
            (self.dx_range or array("h", _FRESH)) if backward else None,
        )

    def adopt_training(self, memory) -> None:
        self.residual, self.dx_range = memory

    def initialize(self, rng) -> None:
        """Draw the weights: uniform, variance 2 / inputs before relu, else 1 / inputs."""
        n_in = len(self.w) // self.units
        limit, self.e_w[0] = uniform_limit(n_in, 6 if self.activation == relu else 3)
        _octograd.rng_uniform(rng, limit, self.w)

    def forward(self, x, e_x: int, training: bool, y) -> int:
        return _octograd.dense_forward(
            x, self.w, self.b, e_x, self.e_w, self.activation, training, self.y_range, y
        )

    def forward_s32(self, x, e_x: int, y) -> int:
        return _octograd.dense_forward_s32(x, self.w, self.b, e_x, self.e_w, y)

    def backward_x(self, dy, e_dy: int, x, x_activation: int, dx) -> int:
        return _octograd.dense_backward_x(
            dy, self.w, x, e_dy, self.e_w, x_activation, self.dx_range, dx
        )

    def update(self, dy, e_dy: int, x, e_x: int, rate, rng) -> None:
        _octograd.dense_update(
            dy, x, e_dy, e_x, rate, rng, self.w, self.residual, self.b, self.e_w
        )


def first_trainable(layers) -> int:
    """Return the index of the lowest layer that learns."""
    for i, layer in enumerate(layers):
        if layer.trainable:
            return i
    raise ValueError("net: a trainable layer expected, got none")


def uniform_limit(n_in: int, c: int) -> tuple:
    """
    Return (limit, e_w) for weights uniform within sqrt(c / n_in).

    The limit is in 1/256 of a weight's step, 1 to 32512; e_w is the finest
    exponent that holds it (docs/numerics.md, section 9).
    """
    k = 0
    while c << 2 * (k + 1) <= 127 * 127 * n_in:
        k += 1
    square = (c << 2 * (k + 8)) // n_in
    limit = 0
    for bit in range(14, -1, -1):
        trial = limit | 1 << bit
        if trial * trial <= square:
            limit = trial
    return limit, -k
