"""Sequential: layers in a row, and the memory they share."""

import hashlib
from array import array

import _octograd

from .checks import whole
from .layers import MAX_LENGTH, size

INPUT_EXPONENT = -7  # of a network's int8 input
SEED_MAX = 2**30 - 1  # the largest int that needs no memory on a 32-bit port


class Sequential:
    """
    A chain of layers. The last one gives int32 sums (logits), the others int8.

    Args:
        layers: Layers in order; the last is a linear Dense.
        weight_bits: 16: each trainable weight keeps a residual byte, and learns
            as float32 does. 8: half the memory, stochastic rounding.

    Attributes:
        layers: All layers.
        input_shape: As given to build(), else None.
        outputs: array('i') of the last predict(), real value q * 2**output_exponent.
        output_exponent: See outputs.
    """

    def __init__(self, *layers, weight_bits: int = 16):
        for i, layer in enumerate(layers):
            if not hasattr(layer, "computes") or isinstance(layer, type):
                raise TypeError(f"layers: layers expected, got {layer!r}")
            if any(layer is other for other in layers[:i]):
                raise ValueError(f"layers: each layer once expected, got {layer!r} twice")
        if not layers or not layers[-1].computes or layers[-1].activation:
            last = repr(layers[-1]) if layers else "nothing"
            raise ValueError(f"layers: a linear Dense as the last one expected, got {last}")
        if weight_bits not in (8, 16):
            raise ValueError(f"weight_bits: 8 or 16 expected, got {weight_bits!r}")
        self.layers = layers
        self.computing = [layer for layer in layers if layer.computes]
        self.weight_bits = weight_bits
        self.input_shape = self.outputs = None
        self.output_exponent = 0

    def __repr__(self):
        return f"Sequential({', '.join([repr(layer) for layer in self.layers])})"

    def input_shapes(self, input_shape) -> list:
        """Return the input shape of each layer, and at the end the output's shape."""
        if not isinstance(input_shape, (tuple, list)):
            raise TypeError(f"input_shape: tuple expected, got {input_shape!r}")
        if not 1 <= len(input_shape) <= 4:
            raise ValueError(f"input_shape: 1 to 4 dimensions expected, got {input_shape}")
        for dimension in input_shape:
            whole("input_shape", dimension, 1, MAX_LENGTH)
        shapes = [tuple(input_shape)]
        for layer in self.layers:
            if size(shapes[-1]) > MAX_LENGTH:
                text = f"input_shape: 1 to {MAX_LENGTH} items expected, got {size(shapes[-1])}"
                raise ValueError(text)
            shapes.append(layer.output_shape(shapes[-1]))
        return shapes

    def computing_shapes(self, input_shape) -> list:
        """The same for the layers that compute."""
        shapes = self.input_shapes(input_shape)
        return [s for s, layer in zip(shapes, self.layers) if layer.computes] + shapes[-1:]

    def build(self, input_shape, *, seed: int = 1) -> None:
        """
        Take the memory for inference and draw the weights.

        Args:
            input_shape: Shape of one sample, such as (28, 28, 1).
            seed: 0 to 2**30 - 1; the same seed gives the same weights everywhere.

        Raises:
            ValueError: A shape or size is impossible; says which.
            MemoryError: It does not fit; the model is as it was.
        """
        rng = array("I", [1])
        _octograd.rng_seed(rng, whole("seed", seed, 0, SEED_MAX))
        self.allocate(input_shape, rng)
        for layer in self.computing:
            layer.initialize(rng)

    def allocate(self, input_shape, rng) -> None:
        """Take the memory for inference; all weights are 0."""
        shapes = self.computing_shapes(input_shape)
        sizes = [size(shape) for shape in shapes[1:]]
        arena = bytearray(two_ended(sizes))
        outputs = array("i", bytes(4 * sizes[-1]))
        memory = [layer.memory(shape) for layer, shape in zip(self.computing, shapes)]
        for layer, its in zip(self.computing, memory):
            layer.adopt(its)
        self.rng, self.arena, self.outputs = rng, arena, outputs
        self.views = two_ended_views(arena, sizes)
        self.input_shape = tuple(input_shape)
        self.n_in = size(input_shape)

    def check_built(self) -> None:
        if self.input_shape is None:
            raise ValueError("model: not built yet; call build(input_shape) first")

    def predict(self, x):
        """
        Return the outputs for one sample: int32 sums, overwritten by the next call.

        Args:
            x: int8 buffer of the input's size (array('b'), bytes, memoryview), in
                units of 2**-7.

        Returns:
            array('i'); the real value is q * 2**output_exponent.
        """
        self.check_built()
        _octograd.check_items(x, self.n_in, "x")
        e = INPUT_EXPONENT
        last = len(self.computing) - 1
        for i in range(last):
            y = self.views[i]
            e = self.computing[i].forward(x, e, False, y)
            x = y
        self.output_exponent = self.computing[last].forward_s32(x, e, self.outputs)
        return self.outputs

    def classify(self, x) -> int:
        """Return the most likely class of one sample."""
        return _octograd.argmax(self.predict(x))

    def plan(self, input_shape=None, *, training: bool = False):
        """Return a Plan: bytes and multiply-accumulates, before any is spent."""
        from .plan import Plan

        if input_shape is None:
            self.check_built()
            input_shape = self.input_shape
        return Plan(self, input_shape, training)

    def save(self, path: str) -> None:
        """Write the model to a file: weights, residuals, exponents and ranges."""
        from .format import save

        self.check_built()
        save(self, path)

    def digest(self) -> str:
        """Return the SHA-256, in hexadecimal, of everything that training changes."""
        self.check_built()
        h = hashlib.sha256()
        for layer in self.computing:
            for tensor in (
                layer.w, layer.residual, layer.b, layer.e_w, layer.y_range, layer.dx_range,
            ):  # fmt: skip
                if tensor is not None:
                    h.update(tensor)
        h.update(self.rng)
        return "".join(f"{byte:02x}" for byte in h.digest())


def two_ended(sizes) -> int:
    """Return the bytes that tensors need of which only neighbours live at a time."""
    most = sizes[0]
    for i in range(1, len(sizes)):
        most = max(most, sizes[i - 1] + sizes[i])
    return most


def two_ended_views(arena, sizes) -> list:
    """Return a view for each tensor: by turns at the front and at the back."""
    view, n = memoryview(arena), len(arena)
    return [view[n - s :] if i % 2 else view[:s] for i, s in enumerate(sizes)]
