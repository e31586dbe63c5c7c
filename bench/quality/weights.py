"""The weights of an int8 net as real numbers."""

import numpy as np

import octograd as og
from octograd.graph import Graph
from octograd.layers import Weighted
from octograd_host.float_model import weight_shape


def dequantized(net):
    """Return (w, b) of each layer with weights of a built net, float64, in the order of nodes."""
    pairs = []
    for node in net.graph.nodes:
        layer = node.layer
        if not isinstance(layer, Weighted):
            continue
        w = np.frombuffer(layer.w, np.int8).astype(np.float64)
        if layer.residual is not None:
            w += np.frombuffer(layer.residual, np.int8) / 256
        # A latent layer has two rows for each unit.
        w = (w * 2.0 ** layer.e_w[0]).reshape(-1, *weight_shape(node)[1:])
        pairs.append((w, None if layer.b is None else np.array(layer.b) * 2.0**-16))
    return pairs


def save(path, pairs):
    """Write (w, b) pairs to an .npz file."""
    items = {f"w{i}": w for i, (w, _) in enumerate(pairs)}
    items |= {f"b{i}": b for i, (_, b) in enumerate(pairs) if b is not None}
    np.savez(path, **items)


def load(path, layers, input_shape):
    """Return the pairs that save() wrote, for these layers."""
    with np.load(path) as file:
        weighted = [n for n in Graph(layers, input_shape).nodes if isinstance(n.layer, Weighted)]
        return [(file[f"w{i}"], file.get(f"b{i}")) for i in range(len(weighted))]


def start(setting, layers, input_shape):
    """Return the pairs that a training starts from: those of its model, or random ones."""
    if setting["model"]:
        return load(setting["model"], layers, input_shape)
    net = og.Sequential(*layers)
    net.build(input_shape, seed=setting["seed"])
    return dequantized(net)
