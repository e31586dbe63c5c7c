"""A small network made of the reference's functions."""

from types import SimpleNamespace

import pytest

from octograd_ref.dense import dense_backward_x, dense_forward, dense_forward_s32, dense_update
from octograd_ref.loss import error_quantize, softmax_cross_entropy
from octograd_ref.range import Range


class Net:
    """
    A training step of docs/numerics.md, section 8, with softmax and cross-entropy.

    Args:
        layers: (w, residual, b, e_w, activation) of each, as the reference wants them.
        skip: Q15 threshold of the error.
        trained: How many layers, from the last one, are trained.
    """

    def __init__(self, layers, skip=0, trained=None):
        self.layers = [
            SimpleNamespace(
                w=w, residual=low, b=b, e_w=e_w, activation=code, y_range=Range(), dx_range=Range()
            )
            for w, low, b, e_w, code in layers
        ]
        self.skip = skip
        self.lowest = 0 if trained is None else len(layers) - trained
        self.state = 1

    def forward(self, x, e_x=-7):
        """Return the input and exponent of every layer, and the sums of the last one."""
        inputs = [(x, e_x)]
        for n in self.layers[:-1]:
            x, e_x, n.y_range = dense_forward(x, n.w, n.b, e_x, n.e_w, n.activation, n.y_range)
            inputs.append((x, e_x))
        last = self.layers[-1]
        return inputs, *dense_forward_s32(x, last.w, last.b, e_x, last.e_w)

    def train_step(self, x, label, rate):
        """Return the loss in units of 2**-10, and whether the sample was learnt from."""
        inputs, y, e_y = self.forward(x)
        error, loss = softmax_cross_entropy(y, e_y, label)
        quantized = error_quantize(error, self.skip)
        if quantized is None:
            return loss, False
        dy, e_dy = quantized
        for k in range(len(self.layers) - 1, self.lowest - 1, -1):
            n, (x, e_x) = self.layers[k], inputs[k]
            below = dy, e_dy
            if k > self.lowest:
                dx, e_dx, n.dx_range = dense_backward_x(
                    dy, n.w, x, e_dy, n.e_w, self.layers[k - 1].activation, n.dx_range
                )
                below = dx, e_dx
            n.w, n.residual, n.b, n.e_w, self.state = dense_update(
                dy, x, e_dy, e_x, rate, n.w, n.residual, n.b, n.e_w, self.state
            )
            dy, e_dy = below
        return loss, True


@pytest.fixture
def net():
    """The class of a network; call it with its layers."""
    return Net
