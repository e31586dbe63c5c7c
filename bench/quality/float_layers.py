"""
octograd's layers in float32, forward and backward, one sample at a time, in NumPy.

At batch 1 the time of PyTorch goes into its calls: this is two to eight times as fast, and
tests/bench holds it against PyTorch's gradients.
"""

import numpy as np

import octograd as og
from octograd.blocks import Add
from octograd.convolutions import Conv2DTranspose
from octograd.depthwise import DepthwiseConv2D
from octograd.latent import Latent
from octograd.layers import Dense
from octograd.pooling import AveragePool2D, MaxPool2D
from octograd.windows import axis, window
from quality.patches import Patches


class FloatDense:
    """y = w x + b; w (out, in)."""

    def __init__(self, node, w, b):
        self.w, self.b, self.x = w, b, None

    def forward(self, x):
        self.x = x.reshape(-1)
        y = self.w @ self.x
        return y if self.b is None else y + self.b

    def backward(self, dy, wanted):
        """Return the error of the input, if wanted; keep dy for gradient()."""
        self.dy = dy.reshape(-1)
        return self.dy @ self.w if wanted else None

    def gradient(self):
        """Return the gradients by w and b."""
        return np.multiply.outer(self.dy, self.x), self.dy


class FloatLatent(FloatDense):
    """
    Means and logarithms of variances, and a code drawn of them; w (2 codes, in).

    Attributes:
        draws: Whether the code is drawn; else it is the mean.
        normal: Returns as many draws of the standard normal distribution as asked for.
    """

    draws = False

    def __init__(self, node, w, b):
        super().__init__(node, w, b)
        if node.layer.warmup:
            raise ValueError(f"{node.layer!r}: no warm-up expected")
        beta = node.layer.numbers()[1]
        self._beta = (beta & 255) / (1 << (beta >> 8))
        self.normal = np.random.default_rng(0).standard_normal

    def forward(self, x):
        self._mean, self._log_variance = np.split(super().forward(x), 2)
        self._noise = np.zeros_like(self._mean)
        if self.draws:
            self._noise += np.exp(self._log_variance / 2) * self.normal(self._mean.size)
        return self._mean + self._noise

    def backward(self, dy, wanted):
        """Add the gradients of beta * KL, and hand on those of all sums."""
        dy = dy.reshape(-1)
        d_mean = dy + self._beta * self._mean
        d_log_variance = (dy * self._noise + self._beta * (np.exp(self._log_variance) - 1)) / 2
        return super().backward(np.concatenate([d_mean, d_log_variance]), wanted)


class FloatConv:
    """A convolution; w (out, k_h, k_w, in), or (out, k, in) for a signal."""

    def __init__(self, node, w, b):
        self.w, self.b = w, b
        self._patches = Patches(node.layer.window(node.input_shape))
        read = self._patches.read
        self._columns = np.empty(read.shape, np.float32)
        self._rows = self._columns.reshape(-1, read[0, 0].size)
        self._matrix = w.reshape(len(w), -1)  # a view

    def forward(self, x):
        if self._patches.whole:
            self._rows = x.reshape(self._rows.shape)
        else:
            self._patches.load(x)
            self._columns[...] = self._patches.read
        y = self._rows @ self._matrix.T
        if self.b is not None:
            y += self.b
        return y

    def backward(self, dy, wanted):
        self.dy = dy.reshape(len(self._rows), -1)
        if not wanted:
            return None
        columns = self.dy @ self._matrix
        if self._patches.whole:
            return columns
        taps = columns.reshape(*self._patches.output_shape, len(self._patches.taps), -1)
        return self._patches.scatter(lambda k: taps[:, :, k])

    def gradient(self):
        return (self.dy.T @ self._rows).reshape(self.w.shape), self.dy.sum(0)


class FloatTransposed:
    """The adjoint of a convolution; w (out, k_h, k_w, in)."""

    def __init__(self, node, w, b):
        self.w, self.b = w, b
        layer, (rows, columns, _) = node.layer, node.output_shape
        (k_h, k_w), (s_h, s_w), padding = layer.kernel_size, layer.strides, layer.padding
        axes = axis(rows, k_h, s_h, padding), axis(columns, k_w, s_w, padding)
        self._patches = Patches(window(*axes, layer.filters, node.input_shape[2]))
        self._matrix = w.reshape(-1, w.shape[-1])  # a view
        self._columns = np.empty((*self._patches.output_shape, *w.shape[:3]), np.float32)
        self._rows = self._columns.reshape(-1, len(self._matrix))

    def forward(self, x):
        self._x = x.reshape(-1, self._matrix.shape[1])
        columns = (self._x @ self._matrix.T).reshape(*self._columns.shape[:3], -1)
        y = self._patches.scatter(lambda k: columns[..., k])
        # The patches' own memory is written again on the next call.
        return y.copy() if self.b is None else y + self.b

    def backward(self, dy, wanted):
        self._patches.load(dy)
        self._columns[...] = self._patches.read.transpose(0, 1, 4, 2, 3)
        self.dy = dy.reshape(-1, len(self.w))
        return self._rows @ self._matrix if wanted else None

    def gradient(self):
        return (self._rows.T @ self._x).reshape(self.w.shape), self.dy.sum(0)


class FloatDepthwise:
    """A convolution of each channel by itself; w (k_h, k_w, channels)."""

    def __init__(self, node, w, b):
        self.w, self.b = w, b
        self._patches = Patches(node.layer.window(node.input_shape))
        self._by_tap = w.reshape(-1, w.shape[-1])  # a view

    def forward(self, x):
        self._patches.load(x)
        y = self._patches.taps[0] * self._by_tap[0]
        for tap, w in zip(self._patches.taps[1:], self._by_tap[1:], strict=True):
            y += tap * w
        if self.b is not None:
            y += self.b
        return y

    def backward(self, dy, wanted):
        self.dy = dy.reshape(*self._patches.output_shape, -1)
        return self._patches.scatter(lambda k: self.dy * self._by_tap[k]) if wanted else None

    def gradient(self):
        taps = [np.einsum("yxc,yxc->c", self.dy, tap) for tap in self._patches.taps]
        return np.stack(taps).reshape(self.w.shape), self.dy.sum((0, 1))


class FloatMaxPool:
    """The largest of each window; of equals the first one wins."""

    def __init__(self, node):
        self._patches = Patches(node.layer.window(node.input_shape), fill=-np.inf)

    def forward(self, x):
        self._patches.load(x)
        taps = self._patches.taps
        y = taps[0].copy()
        self._winner = np.zeros(y.shape, np.int16)
        for k, tap in enumerate(taps[1:], 1):
            larger = tap > y
            self._winner[larger] = k
            np.maximum(y, tap, out=y)
        return y

    def backward(self, dy, wanted):
        dy = dy.reshape(self._winner.shape)
        return self._patches.scatter(lambda k: dy * (self._winner == k)) if wanted else None


class FloatAveragePool:
    """The mean of each window, without padding."""

    def __init__(self, node):
        self._patches = Patches(node.layer.window(node.input_shape))
        self._everything = self._patches.output_shape == (1, 1)

    def forward(self, x):
        self._patches.load(x)
        return self._patches.read.mean((2, 3))

    def backward(self, dy, wanted):
        if not wanted:
            return None
        share = dy.reshape(*self._patches.output_shape, -1) / len(self._patches.taps)
        if self._everything:
            return np.broadcast_to(share[0], (len(self._patches.taps), share.shape[-1]))
        return self._patches.scatter(lambda k: share)


class FloatAdd:
    """The sum of two tensors."""

    def __init__(self, node):
        pass

    def forward(self, a, b):
        return a.reshape(-1) + b.reshape(-1)

    def backward(self, dy, wanted):
        return dy


def float_layer(node, pair):
    """Return the float twin of a node; pair is (w, b) or None."""
    layer = node.layer
    if pair is not None:
        kinds = {
            Dense: FloatDense,
            Latent: FloatLatent,
            Conv2DTranspose: FloatTransposed,
            DepthwiseConv2D: FloatDepthwise,
        }
        return kinds.get(type(layer), FloatConv)(node, *pair)
    for kind, twin in ((MaxPool2D, FloatMaxPool), (AveragePool2D, FloatAveragePool)):
        if isinstance(layer, kind):
            return twin(node)
    if isinstance(layer, Add):
        return FloatAdd(node)
    raise TypeError(f"{layer!r}: a layer with a float twin expected")


def activate(y, code):
    """Apply an activation, in place where it can be."""
    if code == og.linear:
        return y
    if code == og.relu:
        return np.maximum(y, 0, out=y)
    if code == og.relu6:
        return np.clip(y, 0, 6, out=y)
    raise ValueError(f"{code}: an activation with a float twin expected")


def undo(dy, y, code):
    """Return the error before an activation; y is its output."""
    if code == og.linear:
        return dy
    dy = dy.reshape(y.shape)
    if code == og.relu:
        return dy * (y > 0)
    return dy * ((y > 0) & (y < 6))
