"""The same layers in real numbers: what an int8 model is compared with."""

import numpy as np

from octograd import activations
from octograd.blocks import Add, Dropout
from octograd.convolutions import Conv1D
from octograd.depthwise import DepthwiseConv2D
from octograd.graph import Graph
from octograd.layers import Dense, Weighted
from octograd.pooling import MaxPool2D
from octograd_ref.activation import LEAKY
from octograd_ref.linear import dense_window
from octograd_ref.window import Axis, Window, window_source

# Samples that go through a net at once; more would only take memory.
CHUNK = 64


class FloatModel:
    """
    A list of octograd layers with float weights.

    Args:
        layers: As given to Sequential.
        input_shape: Shape of one sample.
        weights: (w, b) of each layer with weights, in the order of the forward pass; w in the
            layer's own layout (Dense (out, in), Conv2D and Conv2DTranspose (out, k_h, k_w, in),
            Conv1D (out, k, in), DepthwiseConv2D (k_h, k_w, c)), b (out,) or None.

    Attributes:
        graph: The nodes.
        weights: By node, (w, b) in float64, or None.

    Raises:
        ValueError: A shape does not fit, or an item is not finite; says of which layer.
    """

    def __init__(self, layers, input_shape, weights):
        self.graph = Graph(layers, input_shape)
        nodes = [i for i, node in enumerate(self.graph.nodes) if isinstance(node.layer, Weighted)]
        if len(weights) != len(nodes):
            raise ValueError(f"weights: {len(nodes)} pairs (w, b) expected, got {len(weights)}")
        self.weights = [None] * len(self.graph.nodes)
        for i, (w, b) in zip(nodes, weights, strict=True):
            self.weights[i] = _checked(self.graph.nodes[i], w, b)

    def outputs(self, x, watch=None):
        """
        Return the outputs for samples.

        Args:
            x: (n, ...) float, as many items a sample as the input has.
            watch: Called with each node's index and its tensor (samples, items) before the
                activation.

        Returns:
            (n, outputs) float64.
        """
        return in_chunks(self._forward, np.asarray(x, np.float64), watch)

    def _forward(self, x, watch):
        tensors = [x]
        for i, node in enumerate(self.graph.nodes):
            y = self._node(i, node, [tensors[source] for source in node.sources])
            y = y.reshape(len(x), -1)
            if watch is not None:
                watch(i, y)
            tensors.append(activate(y, node.layer.activation))
        return tensors[-1]

    def _node(self, i, node, inputs):
        if isinstance(node.layer, Add):
            return inputs[0] + inputs[1]
        if isinstance(node.layer, Dropout):
            return inputs[0]
        window = node_window(node)
        read, there = gather(inputs[0], window)
        if isinstance(node.layer, Weighted):
            w, b = self.weights[i]
            return sums(node.layer, read, w, window) + (0 if b is None else b)
        if isinstance(node.layer, MaxPool2D):
            return np.where(there, read, -np.inf).max(2)
        return read.mean(2)


def in_chunks(forward, x, *options):
    """Return the rows that `forward` makes of samples, a few samples at a time."""
    x = x.reshape(len(x), -1)
    parts = [forward(x[i : i + CHUNK], *options) for i in range(0, len(x), CHUNK)]
    return np.concatenate(parts)


def node_window(node):
    """Return the `Window` of a node that reads its input through one."""
    if isinstance(node.layer, Dense):
        return dense_window(node.input_shape[0], node.layer.units)
    record = node.layer.window(node.input_shape)
    return Window(Axis(*record[:8]), Axis(*record[8:16]), record[16], record[17])


def gather(x, window):
    """Return (n, P, T, C): what is read of x (n, items), 0 where nothing is; and where."""
    source = window_source(window)
    there = (source >= 0)[None, :, :, None]
    read = x.reshape(len(x), -1, window.in_c)[:, np.maximum(source, 0)]
    return np.where(there, read, 0), there


def sums(layer, read, w, window):
    """Return (n, P, out): the products of weights with what a layer reads, summed."""
    n, pixels = read.shape[:2]
    if isinstance(layer, DepthwiseConv2D):
        return (read * w.reshape(-1, window.in_c)).sum(2)
    return read.reshape(n, pixels, -1) @ w.reshape(window.out_c, -1).T


def activate(x, code):
    """Apply an activation to real numbers."""
    if code == activations.relu:
        return np.maximum(x, 0)
    if code == activations.relu6:
        return np.clip(x, 0, 6)
    if code == activations.sigmoid:
        return 1 / (1 + np.exp(-x))
    if code == activations.tanh:
        return np.tanh(x)
    if code == activations.linear:
        return x
    return np.where(x < 0, x * 2.0 ** (LEAKY - code), x)


def weight_shape(node):
    """Return the shape of a node's weights in its own layout."""
    layer, in_c = node.layer, node.input_shape[-1]
    if isinstance(layer, Dense):
        return (layer.units, in_c)
    if isinstance(layer, DepthwiseConv2D):
        return (*layer.kernel_size, in_c)
    kernel = layer.kernel_size[1:] if isinstance(layer, Conv1D) else layer.kernel_size
    return (layer.filters, *kernel, in_c)


def _checked(node, w, b):
    layer, shape = node.layer, weight_shape(node)
    w = np.array(w, np.float64)
    if w.shape != shape:
        raise ValueError(f"{layer!r}: weights {shape} expected, got {w.shape}")
    n = node.layer.n_biases(node.input_shape)
    if b is not None:
        b = np.array(b, np.float64)
        if b.shape != (n,):
            raise ValueError(f"{layer!r}: biases {(n,)} expected, got {b.shape}")
        if not layer.use_bias and b.any():
            raise ValueError(f"{layer!r}: no biases expected")
    b = (np.zeros(n) if b is None else b) if layer.use_bias else None
    if not (np.isfinite(w).all() and (b is None or np.isfinite(b).all())):
        raise ValueError(f"{layer!r}: finite weights expected")
    return w, b
