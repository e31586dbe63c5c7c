"""Data, and PyTorch models that several tests convert."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture(scope="session")
def torch(need):
    """PyTorch, or no test where it is absent."""
    try:
        import torch
    except ImportError:
        need(False, "no PyTorch: the extra `torch` of pyproject.toml names its version")
    torch.set_num_threads(1)
    return torch


@pytest.fixture(scope="session")
def digits():
    """scikit-learn's digits, 797 to train with and 1000 to test with: x int8, labels."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(images))
    # Pixels are 0 to 16, and an input of 127 means almost 1.
    x = np.minimum(8 * images, 127).astype(np.int8).reshape(-1, 8, 8, 1)[order]
    y = labels[order]
    return SimpleNamespace(x=x[:797], y=y[:797], test_x=x[797:], test_y=y[797:])


class Mobile:
    """
    A net of the form of MobileNetV2, for digits: linear bottlenecks, residuals, batch norm.

    Args:
        torch: PyTorch.
        activation: Class of its activations.
    """

    def __init__(self, torch, activation):
        self._torch, self._nn, self._activation = torch, torch.nn, activation
        torch.manual_seed(0)
        nn = torch.nn
        self.model = nn.Sequential(
            nn.Sequential(*self._conv(1, 8, 3)),
            self._block(8, 8, 24),
            self._block(8, 16, 24, stride=2),
            self._block(16, 16, 32),
            nn.Sequential(*self._conv(16, 32)),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(32, 10),
        )

    def _conv(self, inputs, outputs, k=1, stride=1, groups=1, active=True):
        nn = self._nn
        conv = nn.Conv2d(inputs, outputs, k, stride, k // 2, groups=groups, bias=False)
        norm = nn.BatchNorm2d(outputs)
        return (conv, norm, self._activation()) if active else (conv, norm)

    def _block(self, inputs, outputs, middle, stride=1):
        from octograd_host.torch_residual import Residual

        modules = (
            *self._conv(inputs, middle),
            *self._conv(middle, middle, 3, stride, middle),
            *self._conv(middle, outputs, active=False),
        )
        return Residual(*modules) if inputs == outputs else self._nn.Sequential(*modules)

    def reals(self, x):
        """Return int8 images as PyTorch's input."""
        return self._torch.tensor(x / 128, dtype=self._torch.float32).permute(0, 3, 1, 2)

    def train(self, x, y, epochs):
        """Train for some epochs; leave the model in evaluation."""
        torch = self._torch
        x, y = self.reals(x), torch.tensor(y)
        adam = torch.optim.Adam(self.model.parameters(), 3e-3)
        steps = epochs * -(-len(x) // 32)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
        for _ in range(epochs):
            for some in torch.randperm(len(x)).split(32):
                loss = torch.nn.functional.cross_entropy(self.model(x[some]), y[some])
                adam.zero_grad()
                loss.backward()
                adam.step()
                schedule.step()
        self.model.eval()

    def accuracy(self, model, x, y):
        """Return a PyTorch model's share of right classes."""
        with self._torch.no_grad():
            return (model(self.reals(x)).argmax(1).numpy() == y).mean()

    def spread(self, where, decades, seed=0):
        """
        Return the model, of the same function, with channels of very different size.

        Args:
            where: 1 for the inputs of the depthwise layers, 2 for their outputs.
            decades: Between the smallest and the largest scale.
            seed: Of the scales.
        """
        model, rng = copy.deepcopy(self.model), np.random.default_rng(seed)
        for block in (model[1].main, model[2], model[3].main):
            wide, wide_norm, _, depthwise, depthwise_norm, _, narrow, _ = block
            scales = 10 ** rng.uniform(-decades / 2, decades / 2, wide.out_channels)
            s = self._torch.tensor(scales, dtype=self._torch.float32)
            norm = wide_norm if where == 1 else depthwise_norm
            with self._torch.no_grad():
                norm.weight *= s
                norm.bias *= s
                if where == 1:
                    depthwise.weight /= s[:, None, None, None]
                else:
                    narrow.weight /= s[:, None, None]
        return model


@pytest.fixture(scope="session")
def mobile(torch, digits):
    """A `Mobile` with ReLU, trained."""
    mobile = Mobile(torch, torch.nn.ReLU)
    mobile.train(digits.x, digits.y, 15)
    return mobile


@pytest.fixture(scope="session")
def mobile6(torch, digits):
    """A `Mobile` with ReLU6, trained."""
    mobile = Mobile(torch, torch.nn.ReLU6)
    mobile.train(digits.x, digits.y, 8)
    return mobile
