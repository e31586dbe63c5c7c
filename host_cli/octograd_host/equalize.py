"""
Power-of-two channel equalisation.

Between two layers with weights, a channel can be made larger by the one and smaller by the other
without a change of the function. With one exponent a tensor, a net whose channels differ in size
by a hundred loses its small channels; with equal channels it does not.
"""

import math

import numpy as np

from octograd.activations import linear, rectifies, relu6
from octograd.blocks import Dropout
from octograd.depthwise import DepthwiseConv2D
from octograd.layers import Weighted
from octograd.pooling import Pool

SWEEPS = 4
MAX_SHIFT = 10  # of one channel in one sweep
BIAS_SHARE = 1 / 4


def pairs(graph) -> list:
    """
    Return (a, b, groups) for all nodes a and b between which channels can be scaled.

    The output of a is read by b only, directly or through pools and dropout. Channels that a
    Flatten or Reshape spreads or joins are scaled as one: item i belongs to group i % groups.
    An activation stops it unless it is linear, ReLU or leaky ReLU; so does an addition.
    """
    found = []
    for a, node in enumerate(graph.nodes):
        layer = node.layer
        if not isinstance(layer, Weighted) or not _scales(layer.activation):
            continue
        groups, tensor = node.output_shape[-1], a + 1
        while len(graph.readers[tensor]) == 1:
            b = graph.readers[tensor][0]
            reader = graph.nodes[b]
            groups = math.gcd(groups, reader.input_shape[-1])
            if isinstance(reader.layer, Weighted):
                found.append((a, b, groups))
                break
            if not isinstance(reader.layer, (Pool, Dropout)):
                break
            tensor = b + 1
    return found


def rows_axis(layer) -> int:
    """Return the axis of the output channels in a layer's weights."""
    return -1 if isinstance(layer, DepthwiseConv2D) else 0


def _scales(activation) -> bool:
    return activation == linear or rectifies(activation) and activation != relu6


def equalize(graph, weights) -> list:
    """
    Return weights of the same function whose channels are of similar size.

    Args:
        graph: `octograd.graph.Graph`.
        weights: By node, (w, b) or None, as `FloatModel` has them.

    Returns:
        New weights; each row, bias and column is the old one times a power of two.
    """
    weights = list(weights)
    chains = pairs(graph)
    for _ in range(SWEEPS):
        for a, b, groups in chains:
            (w_a, b_a), (w_b, b_b) = weights[a], weights[b]
            axis = rows_axis(graph.nodes[a].layer)
            rows = np.moveaxis(w_a, axis, -1)
            k = _shifts(_rows_size(rows, b_a), np.abs(w_b), groups)
            up = np.resize(2.0**k, rows.shape[-1])
            weights[a] = np.moveaxis(rows * up, -1, axis), None if b_a is None else b_a * up
            weights[b] = w_b * np.resize(2.0**-k, w_b.shape[-1]), b_b
    return weights


def _rows_size(rows, b):
    size = np.abs(rows).reshape(-1, rows.shape[-1]).max(0)
    # A channel that is hardly more than its bias must not be blown up by it.
    return size if b is None else np.maximum(size, np.abs(b) * BIAS_SHARE)


def _shifts(rows, columns, groups):
    """Return by group the power of two that makes rows and columns alike."""
    r1 = rows.reshape(-1, groups).max(0)
    r2 = columns.reshape(-1, groups).max(0)
    alive = (r1 > 0) & (r2 > 0)
    if not alive.any():
        return np.zeros(groups)
    k = np.zeros(groups)
    k[alive] = np.round(np.log2(r2[alive] / r1[alive]) / 2)
    k[alive] -= np.round(np.median(k[alive]))
    return np.clip(k, -MAX_SHIFT, MAX_SHIFT)
