"""The same net in PyTorch: for pretraining, and what a test holds the float twin against."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import octograd as og
from octograd.blocks import Add
from octograd.depthwise import DepthwiseConv2D
from octograd.graph import Graph
from octograd.layers import Dense, Weighted
from octograd.pooling import AveragePool2D, MaxPool2D


class TorchNet(nn.Module):
    """
    A net of octograd layers in PyTorch, float32, images as (n, channels, rows, columns).

    Args:
        layers: As given to Sequential.
        input_shape: Shape of one sample.
        weights: (w, b) of each layer with weights, in octograd's own layouts.
    """

    def __init__(self, layers, input_shape, weights):
        super().__init__()
        self.graph = Graph(layers, input_shape)
        self.w, self.b = nn.ParameterDict(), nn.ParameterDict()
        pairs = iter(weights)
        for i, node in enumerate(self.graph.nodes):
            if isinstance(node.layer, Weighted):
                w, b = next(pairs)
                self.w[str(i)] = nn.Parameter(torch.tensor(np.array(w, np.float32)))
                if b is not None:
                    self.b[str(i)] = nn.Parameter(torch.tensor(np.array(b, np.float32)))

    def forward(self, x):
        """Return the logits (n, classes) of samples (n, items)."""
        tensors = [x]
        for i, node in enumerate(self.graph.nodes):
            inputs = [tensors[source] for source in node.sources]
            if isinstance(node.layer, Dense):
                y = functional.linear(_flat(inputs[0]), self.w[str(i)], self._bias(i))
            elif isinstance(node.layer, Add):
                y = inputs[0] + inputs[1]
            else:
                y = self._window(i, node, _image(inputs[0], node))
            tensors.append(_activate(y, node.layer.activation))
        return _flat(tensors[-1])

    def _bias(self, i):
        return self.b[str(i)] if str(i) in self.b else None

    def _window(self, i, node, x):
        layer, record = node.layer, node.layer.window(node.input_shape)
        rows, columns = record[:8], record[8:16]
        kernel, strides = (rows[2], columns[2]), (rows[3], columns[3])
        padding = _padding(columns) + _padding(rows)
        if isinstance(layer, MaxPool2D):
            x = functional.pad(x, padding, value=-torch.inf)
            return functional.max_pool2d(x, kernel, strides)
        if isinstance(layer, AveragePool2D):
            return functional.avg_pool2d(x, kernel, strides)
        w, groups = self.w[str(i)], 1
        if isinstance(layer, DepthwiseConv2D):
            w, groups = w.permute(2, 0, 1)[:, None], record[16]
        else:
            w = w.reshape(len(w), *kernel, -1).permute(0, 3, 1, 2)
        x = functional.pad(x, padding)
        return functional.conv2d(x, w, self._bias(i), strides, groups=groups)

    @property
    def weights(self):
        """(w, b) of each layer with weights, as they are now, in octograd's layouts."""
        return [
            (w.detach().numpy().copy(), self.b[i].detach().numpy().copy() if i in self.b else None)
            for i, w in self.w.items()
        ]


def _flat(x):
    """Return (n, items) in octograd's order, channels last."""
    return x if x.ndim == 2 else x.permute(0, 2, 3, 1).reshape(len(x), -1)


def _image(x, node):
    """Return (n, channels, rows, columns) of a tensor that may be flat."""
    if x.ndim == 2:
        record = node.layer.window(node.input_shape)
        x = x.reshape(len(x), record[0], record[8], record[16]).permute(0, 3, 1, 2)
    elif isinstance(node.layer, og.GlobalAveragePool):
        x = x.reshape(*x.shape[:2], 1, -1)
    return x


def _padding(axis):
    n_in, n_out, kernel, stride, _, offset = axis[:6]
    return -offset, max((n_out - 1) * stride + kernel - n_in + offset, 0)


def _activate(x, code):
    if code == og.relu:
        return torch.relu(x)
    if code == og.relu6:
        return functional.relu6(x)
    if code == og.linear:
        return x
    raise ValueError(f"{code}: an activation with a float twin expected")


def pretrain(net, x, y, epochs, seed):
    """Train in batches of 32 with momentum, the rate on a cosine; x int8 (n, items)."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    x, y = torch.tensor(x / 128, dtype=torch.float32), torch.tensor(y.astype(np.int64))
    parameters = list(net.parameters())
    velocity = [torch.zeros_like(p) for p in parameters]
    steps, step = epochs * -(-len(x) // 32), 0
    for _ in range(epochs):
        for some in torch.randperm(len(x)).split(32):
            loss = functional.cross_entropy(net(x[some]), y[some])
            gradients = torch.autograd.grad(loss, parameters)
            # By hand, as importing torch.optim takes as long as a small training.
            rate = 0.05 * (1 + math.cos(math.pi * step / steps)) / 2
            with torch.no_grad():
                torch._foreach_mul_(velocity, 0.9)
                torch._foreach_add_(velocity, gradients)
                torch._foreach_add_(parameters, velocity, alpha=-rate)
            step += 1
