"""What the tests of bench/quality share."""

import numpy as np
import pytest

from quality import datasets, places, trainings


@pytest.fixture
def torch(need):
    """PyTorch, or no test where it is absent."""
    try:
        import torch
    except ImportError:
        need(False, "no PyTorch: the extra `torch` of pyproject.toml names its version")
    return torch


@pytest.fixture
def work(tmp_path, monkeypatch):
    """An empty folder for everything that trainings leave."""
    for name in ("samples", "trainings", "pretrained"):
        module = __import__(f"quality.{name}", fromlist=["WORK"])
        monkeypatch.setattr(module, "WORK", tmp_path)
    trainings._data.cache_clear()
    yield tmp_path
    trainings._data.cache_clear()


@pytest.fixture
def micropython(need):
    """MicroPython with fast kernels, or no test."""
    need(places.MICROPYTHON.exists(), "build/unix-fast/micropython is missing: make unix-fast")


@pytest.fixture
def few_digits():
    """A function that returns 300 digits to learn from and 100 to test with."""

    def data():
        return datasets.Split(*(np.array(items) for items in _cut(datasets.digits())))

    return data


def _cut(split):
    return split.x[:300], split.y[:300], split.test_x[:100], split.test_y[:100]
