"""The samples of one training, as files that both interpreters read."""

from typing import NamedTuple

import numpy as np

from quality.datasets import Split, draw
from quality.places import WORK, digest, write_atomically

# Share of the training set that rates are tuned on.
HELD_OUT = 0.2


class Samples(NamedTuple):
    """
    Files train-x, train-y, test-x, test-y in a folder.

    Attributes:
        folder: Where.
        key: Digest of their contents.
        n: Number of training samples.
        counts: Number of test samples of each class.
    """

    folder: str
    key: str
    n: int
    counts: list


def held_out(split, seed, limit):
    """Return a Split of the training set alone, of `limit` samples at most."""
    n = limit or len(split.y)
    some = draw(split.x, split.y, min(n, len(split.y)), seed)
    return draw(some.x, some.y, round((1 - HELD_OUT) * len(some.y)), seed)


def held_out_as_is(split, seed, limit):
    """The same, with about as many of each class as there are."""
    order = np.random.default_rng(seed).permutation(len(split.y))[: limit or None]
    some, rest = np.split(order, [round((1 - HELD_OUT) * len(order))])
    return Split(split.x[some], split.y[some], split.x[rest], split.y[rest])


def write(split):
    """Write a Split to its folder, if it is not there; return Samples."""
    split = Split(*(np.ascontiguousarray(items) for items in split))
    key = digest(*(items.tobytes() for items in split))
    folder = WORK / "samples" / key
    names = ("train-x", "train-y", "test-x", "test-y")
    for name, items in zip(names, split, strict=True):
        if not (folder / name).exists():
            write_atomically(folder / name, lambda path, items=items: path.write_bytes(items))
    counts = np.bincount(split.test_y, minlength=int(split.y.max()) + 1)
    return Samples(str(folder), key, len(split.y), counts.tolist())


def read(folder, kind, n, items):
    """Return n samples of one kind as float32 (n, items), 1 is 128 units, and their labels."""
    if not n:
        return np.empty((0, items), np.float32), []
    x = np.fromfile(f"{folder}/{kind}-x", np.int8).reshape(n, items)
    return x.astype(np.float32) / 128, np.fromfile(f"{folder}/{kind}-y", np.uint8).tolist()
