"""Geometry, a network of the reference's functions, and the same layers in PyTorch."""

import importlib.util
import os
import pathlib
from types import SimpleNamespace

import numpy as np
import pytest

from octograd_ref.activation import LINEAR, RELU, RELU6, activation_backward_bytes
from octograd_ref.add import add_forward, dropout
from octograd_ref.depthwise_conv2d import (
    depthwise_conv2d_backward_x,
    depthwise_conv2d_forward,
    depthwise_conv2d_gradient,
)
from octograd_ref.linear import linear_backward_x, linear_forward, linear_gradient, linear_sums
from octograd_ref.loss import error_largest, error_quantize, softmax_cross_entropy
from octograd_ref.pool import (
    average_pool2d_backward_x,
    average_pool2d_forward,
    max_pool2d_backward_x,
    max_pool2d_forward,
    max_pool2d_route,
)
from octograd_ref.range import Error, Range
from octograd_ref.rng import uniform_limit
from octograd_ref.update import Weights, split, update_layer
from octograd_ref.window import Axis, Window, window_source


def make_axis(kind, n, k, s=1, same=False):
    """One axis by the table of docs/numerics.md, section 6.1; s is the factor of "upsampled"."""
    if kind == "conv" and same:
        n_out = -(-n // s)
        return Axis(n, n_out, k, s, offset=-(max((n_out - 1) * s + k - n, 0) >> 1))
    if kind == "conv":
        return Axis(n, (n - k) // s + 1, k, s)
    if kind == "transposed":
        more = max(k - s, 0)
        n_out, offset = (n * s, more >> 1) if same else (n * s + more, 0)
        return Axis(n, n_out, k, 1, -1, offset, s, 1)
    n_out, offset = (n * s, -((k - 1) >> 1)) if same else (n * s - k + 1, 0)
    return Axis(n, n_out, k, 1, 1, offset, s)


def make_window(kind, shape, k, s=(1, 1), same=False, out_c=None):
    """The window of a kind for an image of `shape` (h, w, c)."""
    h, w, c = shape
    y, x = make_axis(kind, h, k[0], s[0], same), make_axis(kind, w, k[1], s[1], same)
    return Window(y, x, c, out_c or c)


@pytest.fixture(scope="session")
def axis():
    return make_axis


@pytest.fixture(scope="session")
def window():
    return make_window


class Graph:
    """
    A network and its training step by docs/numerics.md, sections 9 and 12.

    Methods that are named as layers append one and return the number of its tensor; 0 is
    the network's input.  The last one has to be linear.

    Args:
        shape: (h, w, c) of the input.
        rng: Generator of the weights.
        loss: What makes the error of (sums, exponent, target).
        skip: Q15 threshold of the error.
    """

    def __init__(self, shape, rng=None, loss=softmax_cross_entropy, skip=0):
        self.rng, self.loss, self.skip = rng, loss, skip
        self.nodes = []
        own = {"activation": LINEAR, "readers": 0, "needed": False, "range": Range()}
        self.tensors = [SimpleNamespace(shape=shape, **own)]

    def _append(self, kind, reads, shape, activation=LINEAR, **fields):
        trained = fields.setdefault("layer", None) is not None and fields.pop("trainable", True)
        needed = trained or any(self.tensors[t].needed for t in reads)
        for t in reads:
            self.tensors[t].readers += 1
        own = Range()  # of an error by a reader that is not the last to report
        self.nodes.append(
            SimpleNamespace(
                kind=kind, reads=reads, y_range=Range(), own=own, trained=trained, **fields
            )
        )
        self.tensors.append(
            SimpleNamespace(
                shape=shape, activation=activation, readers=0, needed=needed, range=Range()
            )
        )
        return len(self.nodes)

    def _window(self, read, kind, k, s, same, out_c=None):
        window = make_window(kind, self.tensors[read].shape, k, s, same, out_c)
        return window, (window.y.n_out, window.x.n_out, window.out_c)

    def _weights(self, shape, n_in, n_b):
        limit, e_w = uniform_limit(n_in, 6)
        w, low = split(self.rng.integers(-limit, limit + 1, shape))
        b = self.rng.integers(-(2**12), 2**12, n_b, dtype=np.int32)
        return Weights(w, low, None, b, e_w, 1)

    def linear(self, read, out_c, k, s=(1, 1), same=False, activation=LINEAR, kind="conv"):
        window, shape = self._window(read, kind, k, s, same, out_c)
        n = k[0] * k[1] * window.in_c
        n_in = max(n // (s[0] * s[1]), 1) if kind == "transposed" else n
        layer = self._weights((out_c, n), n_in, out_c)
        fields = {"window": window, "geometry": (kind, k, s, same), "layer": layer}
        return self._append("linear", (read,), shape, activation, **fields)

    def dense(self, read, n_out, activation=LINEAR, layer=None, trainable=True):
        n_in = int(np.prod(self.tensors[read].shape))
        window = make_window("conv", (1, 1, n_in), (1, 1), out_c=n_out)
        layer = layer or self._weights((n_out, n_in), n_in, n_out)
        geometry = ("conv", (1, 1), (1, 1), False)
        fields = {"window": window, "geometry": geometry, "layer": layer, "trainable": trainable}
        return self._append("linear", (read,), (1, 1, n_out), activation, **fields)

    def depthwise(self, read, k, s=(1, 1), same=False, activation=LINEAR):
        window, shape = self._window(read, "conv", k, s, same)
        taps = k[0] * k[1]
        layer = self._weights((1, taps * window.in_c), taps, window.in_c)
        fields = {"window": window, "geometry": ("conv", k, s, same), "layer": layer}
        return self._append("depthwise", (read,), shape, activation, **fields)

    def max_pool(self, read, k, s, same=False):
        window, shape = self._window(read, "conv", k, s, same)
        source = window_source(window)
        overlap = np.bincount(source[source >= 0]).max() > 1
        activation = LINEAR if overlap else self.tensors[read].activation
        fields = {"window": window, "geometry": ("conv", k, s, same), "overlap": overlap}
        return self._append("max", (read,), shape, activation, **fields)

    def average_pool(self, read, k=None):
        k = k or self.tensors[read].shape[:2]
        window, shape = self._window(read, "conv", k, k, False)
        fields = {"window": window, "geometry": ("conv", k, k, False)}
        return self._append("average", (read,), shape, **fields)

    def add(self, a, b, activation=LINEAR):
        return self._append("add", (a, b), self.tensors[a].shape, activation)

    def dropout(self, read, keep, scale, j):
        t = self.tensors[read]
        fields = {"keep": keep, "scale": scale, "j": j, "state": 1}
        return self._append("dropout", (read,), t.shape, t.activation, **fields)

    def forward(self, x, e_x=-7):
        """Return the last layer's sums and their exponent, as in training."""
        self.tensors[0].y, self.tensors[0].e = x, e_x
        for t in self.tensors:
            t.pending, t.e_pending, t.reported = None, 0, 0
        for n, t in zip(self.nodes, self.tensors[1:], strict=True):
            s = self.tensors[n.reads[0]]
            n.x, n.e_x = s.y, s.e
            if n is self.nodes[-1]:
                args = n.window, s.e, np.array([n.layer.e_w], np.int8)
                acc, e_acc, _ = linear_sums(s.y, n.layer.w, n.layer.b, *args)
                return acc.ravel(), e_acc
            if n.layer is not None:
                forward = linear_forward if n.kind == "linear" else depthwise_conv2d_forward
                args = n.window, s.e, np.array([n.layer.e_w], np.int8), t.activation, n.y_range
                t.y, t.e, n.y_range = forward(s.y, self._shaped(n), n.layer.b, *args)
            elif n.kind == "max":
                t.y, n.index = max_pool2d_forward(s.y, n.window)
                t.e = s.e
            elif n.kind == "average":
                t.y, t.e, n.y_range = average_pool2d_forward(s.y, n.window, s.e, n.y_range)
            elif n.kind == "add":
                b = self.tensors[n.reads[1]]
                t.y, t.e, n.y_range = add_forward(s.y, b.y, s.e, b.e, t.activation, n.y_range)
            else:
                n.before = n.state
                t.y, n.state = dropout(s.y, n.keep, n.scale, n.state)
                t.e = s.e + n.j

    def _shaped(self, n):
        return n.layer.w.reshape(-1, n.window.in_c) if n.kind == "depthwise" else n.layer.w

    def _bytes(self, read, dy, e_dy, undo):
        t = self.tensors[read]
        if not t.needed:
            return
        assert t.pending is None, "the spec says nothing of bytes that meet bytes"
        t.reported += 1
        if t.reported == t.readers and undo:
            dy = activation_backward_bytes(dy, t.y, t.activation, t.e)
        t.pending, t.e_pending = dy, e_dy

    def _sums(self, n, backward, *args):
        t = self.tensors[n.reads[0]]
        if not t.needed:
            return
        t.reported += 1
        last = t.reported == t.readers
        activation = t.activation if last else LINEAR
        error = Error(t.y, t.e, activation, t.pending, t.e_pending)
        t.pending, t.e_pending, r = backward(*args, error, t.range if last else n.own)
        if last:
            t.range = r
        else:
            n.own = r

    def backward(self, dy, e_loss):
        """Leave in each trained layer the gradients and their exponents."""
        self.tensors[-1].pending, self.tensors[-1].e_pending = dy, 0
        for n, t in zip(self.nodes[::-1], self.tensors[:0:-1], strict=True):
            dy, e_dy = t.pending, t.e_pending
            if not t.needed:
                continue
            if n.layer is not None:
                e_w = np.array([n.layer.e_w], np.int8)
                if n.kind == "linear":
                    gradient, backward = linear_gradient, linear_backward_x
                    n.moved = dy.reshape(-1, n.window.out_c).any(0)
                else:
                    gradient, backward = depthwise_conv2d_gradient, depthwise_conv2d_backward_x
                    n.moved = np.array([dy.any()])
                self._sums(n, backward, dy, self._shaped(n), n.window, e_dy, e_w)
                n.g, n.g_bias = gradient(dy, n.x, n.window)
                n.e_g, n.e_g_bias = e_loss + e_dy + n.e_x, e_loss + e_dy
            elif n.kind == "max" and n.overlap:
                self._sums(n, max_pool2d_backward_x, dy, n.index, n.window, e_dy)
            elif n.kind == "max":
                routed = max_pool2d_route(dy, n.index, n.window)
                self._bytes(n.reads[0], routed, e_dy, undo=False)
            elif n.kind == "average":
                self._sums(n, average_pool2d_backward_x, dy, n.window, e_dy)
            elif n.kind == "add":
                for read in n.reads:
                    self._bytes(read, dy, e_dy, undo=True)
            else:
                dropped, _ = dropout(dy, n.keep, n.scale, n.before)
                self._bytes(n.reads[0], dropped, e_dy + n.j, undo=False)

    def train_step(self, x, target, rate):
        """Return the loss in units of 2**-10, and whether the sample was learnt from."""
        error, loss = self.loss(*self.forward(x), target)
        if error_largest(error) < self.skip:
            return loss, False
        # All errors are made before any update, which is the same: no layer stands twice.
        self.backward(*error_quantize(error))
        for n in self.nodes:
            if n.trained:
                args = n.g, n.g_bias, n.moved, n.e_g, n.e_g_bias, rate
                n.layer = update_layer(n.layer, *args)
        return loss, True


@pytest.fixture(scope="session")
def graph():
    return Graph


def _padding(a):
    """What TensorFlow pads before and after an axis; nothing is cut."""
    before = -a.offset
    return before, max((a.n_out - 1) * a.stride + a.kernel - a.n_in - before, 0)


class Real:
    """The layers in PyTorch: images (h, w, c) and weights shaped as ours, in float64."""

    def __init__(self, torch):
        self.torch, self.f = torch, torch.nn.functional

    def _pad(self, x, y_axis, x_axis, value=0.0):
        image = x.permute(2, 0, 1)[None]
        return self.f.pad(image, (*_padding(x_axis), *_padding(y_axis)), value=value)

    def conv(self, x, w, kind, k, s, same):
        """w (out_c, k_h, k_w, in_c)."""
        if kind == "transposed":
            full = self.f.conv_transpose2d(
                x.permute(2, 0, 1)[None], w.permute(3, 0, 1, 2), stride=s
            )
            cut = []
            for n, kernel, stride, size in zip(x.shape, k, s, full.shape[2:], strict=False):
                more = max(kernel - stride, 0)
                before = more // 2 if same else 0
                wanted = n * stride + (0 if same else more)
                cut = [-before, wanted - (size - before), *cut]
            return self.f.pad(full, cut)[0].permute(1, 2, 0)
        if kind == "upsampled":
            x = x.repeat_interleave(s[0], 0).repeat_interleave(s[1], 1)
            s = (1, 1)
        y_axis, x_axis = (make_axis("conv", x.shape[i], k[i], s[i], same) for i in range(2))
        padded = self._pad(x, y_axis, x_axis)
        return self.f.conv2d(padded, w.permute(0, 3, 1, 2), stride=s)[0].permute(1, 2, 0)

    def depthwise(self, x, w, window):
        """w (k_h, k_w, c)."""
        padded = self._pad(x, window.y, window.x)
        s = window.y.stride, window.x.stride
        y = self.f.conv2d(padded, w.permute(2, 0, 1)[:, None], stride=s, groups=window.in_c)
        return y[0].permute(1, 2, 0)

    def max_pool(self, x, window):
        padded = self._pad(x, window.y, window.x, -float("inf"))
        k, s = (window.y.kernel, window.x.kernel), (window.y.stride, window.x.stride)
        return self.f.max_pool2d(padded, k, s)[0].permute(1, 2, 0)

    def average_pool(self, x, window):
        k, s = (window.y.kernel, window.x.kernel), (window.y.stride, window.x.stride)
        return self.f.avg_pool2d(x.permute(2, 0, 1)[None], k, s)[0].permute(1, 2, 0)

    def activation(self, x, code):
        if code in (LINEAR, RELU, RELU6):
            return [x, self.torch.relu(x), self.f.relu6(x)][code]
        return self.f.leaky_relu(x, 2.0 ** -(code - 8))

    def tensor(self, q, e, shape=None):
        """Integers at an exponent as exact reals that have a gradient."""
        real = np.reshape(q, shape if shape is not None else np.shape(q)) * 2.0**e
        return self.torch.tensor(real, dtype=self.torch.float64, requires_grad=True)


@pytest.fixture(scope="session")
def real(need):
    """`Real`, or no test where PyTorch is absent."""
    try:
        import torch
    except ImportError:
        need(False, "no PyTorch: OCTOGRAD_TORCH=1 tools/venv.sh installs it")
    torch.set_num_threads(1)
    return Real(torch)


@pytest.fixture(scope="session")
def oracle(root):
    """
    Loads a module of another implementation of the same numbers.

    It is not part of the repository.  It is looked for in the folder that OCTOGRAD_ORACLE
    names, else in ../shared/prototype.
    """
    folder = pathlib.Path(os.environ.get("OCTOGRAD_ORACLE", root.parent / "shared/prototype"))

    def load(name):
        path = folder / f"{name}.py"
        if not path.exists():
            # Not even OCTOGRAD_REQUIRE=all asks for it.
            pytest.skip(f"no oracle: OCTOGRAD_ORACLE names no folder with {name}.py")
        spec = importlib.util.spec_from_file_location(f"oracle_{name}", path)
        module = importlib.util.module_from_spec(spec)
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(str(folder))  # the one imports the other
            spec.loader.exec_module(module)
        return module

    return load
