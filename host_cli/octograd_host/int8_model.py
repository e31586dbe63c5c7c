"""A built model's outputs for many samples at once; the bytes are those of predict()."""

from array import array

import numpy as np

from octograd.blocks import Add, Dropout
from octograd.layers import Weighted
from octograd.model import INPUT_EXPONENT
from octograd.pooling import MaxPool2D
from octograd_ref.fixed import round_shift
from octograd_ref.linear import bias_sums, row_exponents
from octograd_ref.pool import RECIPROCAL_BITS, reciprocal
from octograd_ref.range import FRESH, Range, requantize

from .float_model import gather, in_chunks, node_window, sums
from .quantize import BIAS_EXPONENT, BIAS_MAX


def outputs(net, samples):
    """
    Return what predict() would for each sample, as real numbers.

    Args:
        net: A built Sequential.
        samples: (n, ...) int8.

    Returns:
        (n, outputs) float64.
    """
    if any(_fresh(node) for node in net.graph.nodes[:-1]):
        # Such a tensor's exponent is another one for each sample.
        return np.array([_predict(net, sample) for sample in samples])
    return in_chunks(lambda x: _forward(net, x), samples).reshape(len(samples), -1)


def _fresh(node) -> bool:
    y_range = node.layer.y_range
    return y_range is not None and y_range[2] == FRESH


def _predict(net, sample):
    y = np.array(net.predict(np.ascontiguousarray(sample).reshape(-1)), np.float64)
    return y * 2.0**net.output_exponent


def _forward(net, x):
    tensors = [(x, INPUT_EXPONENT)]
    for node in net.graph.nodes[:-1]:
        tensors.append(_node(node, [tensors[source] for source in node.sources]))
    last = net.graph.nodes[-1]
    acc, e_rows = _sums(last, *tensors[last.sources[0]])
    return acc * 2.0**e_rows


def correct_biases(net, samples, means):
    """
    Change biases so that the mean of each channel's sums is that of the float model.

    Rounded weights and activations shift it, above all where the inputs are constant, as the
    background of images is: there the same error is made for each sample.

    Args:
        net: A built Sequential whose ranges are calibrated; changed in place.
        samples: (n, items) int8.
        means: By node, the means (channels,) of the float model's sums.
    """
    tensors = [(samples, INPUT_EXPONENT)]
    for node, mean in zip(net.graph.nodes, means, strict=True):
        layer, inputs = node.layer, [tensors[source] for source in node.sources]
        if isinstance(layer, Weighted) and layer.b is not None:
            acc, e_rows = _sums(node, *inputs[0])
            channels = acc.shape[-1]
            got = acc.reshape(-1, channels).mean(0) * 2.0**e_rows
            b = np.array(layer.b) + np.round((mean - got) * 2.0**-BIAS_EXPONENT)
            layer.b[:] = array("i", np.clip(b, -BIAS_MAX, BIAS_MAX).astype(int).tolist())
        if node is not net.graph.nodes[-1]:
            tensors.append(_node(node, inputs))


def _node(node, inputs):
    """Return a node's tensor and its exponent."""
    layer, (x, e_x) = node.layer, inputs[0]
    if isinstance(layer, Dropout):
        return x, e_x
    if isinstance(layer, Add):
        b, e_b = inputs[1]
        e_acc = max(min(e_x, e_b), max(e_x, e_b) - 15)
        acc = round_shift(x.astype(np.int64), e_acc - e_x)
        acc = acc + round_shift(b.astype(np.int64), e_acc - e_b)
        return _requantized(layer, acc, e_acc)
    if isinstance(layer, Weighted):
        return _requantized(layer, *_sums(node, x, e_x))
    window = node_window(node)
    read, there = gather(x, window)
    if isinstance(layer, MaxPool2D):
        return np.where(there, read, -128).max(2).reshape(len(x), -1), e_x
    e_acc = e_x - RECIPROCAL_BITS
    acc = read.astype(np.int64).sum(2) * reciprocal(window)
    return _requantized(layer, acc, e_acc)


def _sums(node, x, e_x):
    """Return the sums (n, P, out) of a layer with weights, and their exponents."""
    layer, window = node.layer, node_window(node)
    w = np.frombuffer(layer.w, np.int8).astype(np.float64)
    # Exact in float64, as sums stay below 2^53.
    acc = in_chunks(lambda part: sums(layer, gather(part, window)[0], w, window), x)
    acc = acc.astype(np.int64)
    _, e_rows = row_exponents(np.array(layer.e_w, np.int8))
    if layer.b is not None:
        acc = acc + bias_sums(np.array(layer.b, np.int32), e_rows + e_x)
    return acc, e_rows + e_x


def _requantized(layer, acc, base):
    y_range = Range(*(layer.y_range or ()))
    y, e_y, _ = requantize(acc, y_range, base, layer.activation)
    return y.reshape(len(y), -1), e_y
