"""Features: the encoder of an autoencoder as a layer of another net."""

from .layers import Layer
from .model import INPUT_EXPONENT


class Features(Layer):
    """The encoder of an autoencoder as a frozen layer; see Autoencoder.features()."""

    own_bytes = 0

    def __init__(self, model):
        self._model = model

    def __repr__(self):
        return "Features()"

    def output_shape(self, input_shape) -> tuple:
        self._model.check_built()
        expected = self._model.input_shape
        if tuple(input_shape) != expected:
            raise ValueError(f"Features: {expected} expected, got {tuple(input_shape)}")
        return self._model.graph.nodes[self._model._code - 1].output_shape

    def macs(self, input_shape) -> int:
        nodes = self._model.graph.nodes[: self._model._code]
        return sum([node.layer.macs(node.input_shape) for node in nodes])

    def memory(self, input_shape) -> list:
        return []

    def adopt(self, memory, input_shape, rng) -> None:
        self.dy_range = self.edge_range = None

    def forward(self, x, e_x, training, y) -> int:
        if e_x != INPUT_EXPONENT:
            raise ValueError("Features: to be the first layer expected")
        return self._model.encode_into(x, y)
