"""Layers without weights or windows: dropout, and residual blocks."""

from array import array

import _octograd
import _octograd_blocks

from .activations import activation_name, check_activation, linear
from .checks import number
from .layers import Layer


class _Slice:
    """Makes slices that can be kept: on MicroPython, to write `[:]` allocates one."""

    def __getitem__(self, index):
        return index


# For what `a[0] = b[0]` does with a state of 32 bits, which as an int would not be small.
_ALL = _Slice()[:]


class Dropout(Layer):
    """
    Drops inputs at random in training, and enlarges the others to make up for it.

    Args:
        rate: Share that is dropped, above 0 and below 1.
    """

    routes = True
    own_bytes = 4  # of the mask's generator
    draws = True  # in training; not while something is measured

    def __init__(self, rate: float):
        # A file holds it in 1/65536.
        if not 0.5 <= 65536 * number("rate", rate) < 65535.5:
            raise ValueError(f"rate: above 0 and below 1 expected, got {rate}")
        self.rate = rate
        self._keep, self._shift = 65536 - int(65536 * rate + 0.5), 0
        kept = self._keep / 65536
        while kept < 1:
            kept *= 2
            self._shift += 1
        self._scale = int(256 / kept + 0.5)

    def __repr__(self):
        return f"Dropout({self.rate})"

    def numbers(self) -> tuple:
        return (int(65536 * self.rate + 0.5),)

    def output_shape(self, input_shape) -> tuple:
        return tuple(input_shape)

    def memory(self, input_shape) -> list:
        return [array("I", [1])]

    def adopt(self, memory, input_shape, rng) -> None:
        (self._mask,) = memory
        self.dy_range = self.edge_range = None
        self._rng = rng

    def forward(self, x, e_x, training, y) -> int:
        if not training or not self.draws:
            _octograd.take(x, 0, y)
            return e_x
        # The state before the draws brings the same mask on the way back.
        self._mask[_ALL] = self._rng
        _octograd_blocks.dropout(x, self._keep, self._scale, self._rng, y)
        return e_x + self._shift

    def route(self, dy, e_dy, dx) -> int:
        if not self.draws:
            _octograd.take(dy, 0, dx)
            return e_dy
        _octograd_blocks.dropout(dy, self._keep, self._scale, self._mask, dx)
        return e_dy + self._shift


class Add(Layer):
    """
    The sum of two branches. Residual() makes the branches and this.

    Args:
        activation: Such as `relu`.
    """

    routes = True

    def __init__(self, activation: int = linear):
        self.activation = check_activation(activation)

    def __repr__(self):
        return f"Add({activation_name(self.activation)})"

    def output_shape(self, input_shape) -> tuple:
        return tuple(input_shape)

    def route(self, dy, e_dy, dx) -> int:
        _octograd.take(dy, 0, dx)
        return e_dy

    def forward_two(self, a, e_a, b, e_b, training, y) -> int:
        return _octograd_blocks.add_forward(
            a, b, e_a, e_b, self.activation, training, self.y_range, y
        )


class Residual(Layer):
    """
    A block whose input is added to its output: activation(layers(x) + shortcut(x)).

    Args:
        layers: The main branch; the last one without activation.
        shortcut: Layers of the other branch, if the shapes differ; else x itself.
        activation: Of the sum, such as `relu`.
    """

    computes = False
    block = True

    def __init__(self, layers, *, shortcut=(), activation: int = linear):
        self.layers, self.shortcut = tuple(layers), tuple(shortcut)
        if not self.layers:
            raise ValueError("layers: at least 1 expected, got none")
        self.add = Add(activation)

    def numbers(self) -> tuple:
        return len(self.layers), len(self.shortcut)

    def __repr__(self):
        text = f"Residual({list(self.layers)}"
        if self.shortcut:
            text += f", shortcut={list(self.shortcut)}"
        if self.add.activation != linear:
            text += f", activation={activation_name(self.add.activation)}"
        return text + ")"
