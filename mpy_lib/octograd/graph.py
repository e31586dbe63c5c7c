"""Graph: a list of layers as nodes, each of which makes one tensor."""

from .activations import linear
from .checks import whole
from .layers import Layer
from .windows import MAX_LENGTH, size


class Node:
    """
    A layer in its place.

    Attributes:
        layer: The layer.
        sources: The tensors it reads: 0 is the network's input, i + 1 the output of node i.
        input_shape, output_shape: Of one sample.
        size: Number of items of its tensor.
        routes: Whether it hands errors back as bytes.
        undone: The activation that the error of its tensor passes.
    """

    def __init__(self, layer, sources, input_shape, output_shape):
        self.layer, self.sources = layer, sources
        self.input_shape, self.output_shape = input_shape, output_shape
        self.size = size(output_shape)
        self.routes = layer.routes
        self.undone = layer.activation


class Graph:
    """
    The nodes of a network for one input shape.

    Args:
        layers: As given to Sequential.
        input_shape: Shape of one sample.

    Attributes:
        nodes: In the order of the forward pass; the last is the output.
        rows: (layer, output shape, node or None) of all layers, for a plan.
        readers: By tensor, the nodes that read it.
    """

    def __init__(self, layers, input_shape):
        self.nodes, self.rows = [], []
        shape = check_shape(input_shape)
        self.input_size = size(shape)
        self._chain(layers, 0, shape)
        self.readers = [[] for _ in range(len(self.nodes) + 1)]
        for i, node in enumerate(self.nodes):
            for source in node.sources:
                self.readers[source].append(i)
        for node in self.nodes:
            self._settle(node)
        for i, node in enumerate(self.nodes):
            passed = [reader for readers in self.readers[: i + 1] for reader in readers]
            if node.layer.samples and max(passed) > i:
                raise ValueError(f"{node.layer!r}: cannot be within a block")
        for readers in self.readers[1:]:
            if len(readers) > 2 or len(readers) == 2 and self.nodes[readers[0]].routes:
                first = self.nodes[readers[0]].layer
                raise ValueError(f"{first!r}: cannot be the first layer of this branch")

    def _chain(self, layers, tensor, shape):
        """Append a row of layers; return the tensor and the shape at its end."""
        for layer in layers:
            if layer.block:
                tensor, shape = self._residual(layer, tensor, shape)
                continue
            before, shape = shape, check_shape(layer.output_shape(shape))
            node = None
            if layer.computes:
                node = Node(layer, (tensor,), before, shape)
                self.nodes.append(node)
                tensor = len(self.nodes)
            self.rows.append((layer, shape, node))
        return tensor, shape

    def _residual(self, block, tensor, shape):
        b, b_shape = self._chain(block.layers, tensor, shape)
        a, a_shape = self._chain(block.shortcut, tensor, shape)
        if a_shape != b_shape:
            text = f"branches of one shape expected, got {b_shape} and {a_shape}"
            raise ValueError(f"{block!r}: {text}")
        node = Node(block.add, (a, b), a_shape, a_shape)
        self.nodes.append(node)
        self.rows.append((block.add, a_shape, node))
        return len(self.nodes), a_shape

    def _settle(self, node):
        """Say how errors pass a node, which depends on who else reads its input."""
        source = node.sources[0]
        alone = len(self.readers[source]) == 1
        if node.layer.indexed:
            node.routes = node.routes and alone
            if node.routes:
                node.undone = self.nodes[source - 1].undone if source else linear

    def trained(self) -> list:
        """Return, by tensor, whether a trained layer lies at or below it."""
        reach = [False]
        for node in self.nodes:
            reach.append(node.layer.trainable or any([reach[s] for s in node.sources]))
        return reach


def check_shape(shape) -> tuple:
    """Return a shape as a tuple, if it is one and not too large."""
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"input_shape: tuple expected, got {shape!r}")
    if not 1 <= len(shape) <= 4:
        raise ValueError(f"input_shape: 1 to 4 dimensions expected, got {shape}")
    for dimension in shape:
        whole("input_shape", dimension, 1, MAX_LENGTH)
    if size(shape) > MAX_LENGTH:
        raise ValueError(f"input_shape: 1 to {MAX_LENGTH} items expected, got {size(shape)}")
    return tuple(shape)


def inside(layer) -> list:
    """Return a layer, or those that a block is made of."""
    if not layer.block:
        return [layer]
    found = []
    for one in layer.layers + layer.shortcut + (layer.add,):
        found += inside(one)
    return found


def flat(layers) -> list:
    """Return all layers, those within blocks too, each once; check and link them."""
    found = []
    for i, layer in enumerate(layers):
        if isinstance(layer, type) or not isinstance(layer, Layer):
            raise TypeError(f"layers: layers expected, got {layer!r}")
        if layer.block:
            flat(layer.layers)
            flat(layer.shortcut)
        for one in inside(layer):
            if any([one is other for other in found]):
                raise ValueError(f"layers: each layer once expected, got {one!r} twice")
            found.append(one)
        before = layers[i - 1] if i else None
        if hasattr(layer, "upsampling"):
            layer.upsampling = before.scale if i and before.enlarges else (1, 1)
        fits = hasattr(layer, "upsampling") and layer.strides == (1, 1)
        if i and before.enlarges and not fits:
            raise ValueError(f"{before!r}: a Conv2D with strides 1 after it, got {layer!r}")
    if layers and layers[-1].enlarges:
        raise ValueError(f"{layers[-1]!r}: a Conv2D with strides 1 after it, got nothing")
    return found
