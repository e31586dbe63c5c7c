"""The data sets: int8 samples in units of 2**-7, labels, and an official test set of each."""

import functools
import gzip
import os
import pathlib
from typing import NamedTuple

import numpy as np

FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")


class Missing(Exception):
    """A data set is not there; the text says how to get it."""


class Split(NamedTuple):
    """
    Samples to learn from, and samples to test with.

    Attributes:
        x, test_x: (n, items) int8.
        y, test_y: (n,) uint8.
    """

    x: np.ndarray
    y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray


def draw(x, y, n, seed):
    """Return n samples to learn from, evenly of all classes, and the rest: a Split."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    # The k-th sample of each class comes before the k+1-th of any.
    rank = np.empty(len(y), int)
    for label in np.unique(y):
        rank[order[y[order] == label]] = np.arange((y == label).sum())
    order = order[np.argsort(rank[order], kind="stable")]
    some, rest = rng.permutation(order[:n]), order[n:]
    return Split(x[some], y[some], x[rest], y[rest])


def folder():
    """Return the folder that OCTOGRAD_DATA names."""
    name = os.environ.get("OCTOGRAD_DATA", "")
    if not name or not pathlib.Path(name).is_dir():
        raise Missing(f"OCTOGRAD_DATA names no folder with data sets: {name or 'not set'}")
    return pathlib.Path(name)


@functools.cache
def archive(name):
    """Return the arrays of one file in the folder."""
    path = folder() / f"{name}.npz"
    if not path.exists():
        raise Missing(f"{path.name} is not in the folder that OCTOGRAD_DATA names")
    with np.load(path) as file:
        return {key: file[key] for key in file.files}


def _official(name):
    a = archive(name)
    return Split(
        _items(a["x_train"]),
        a["y_train"].astype(np.uint8),
        _items(a["x_test"]),
        a["y_test"].astype(np.uint8),
    )


def _items(x):
    # -128 and -127 are the same to a net that was trained on neither.
    return np.maximum(x, -127).astype(np.int8).reshape(len(x), -1)


@functools.cache
def digits():
    """scikit-learn's digits: 1347 and 450."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    # Pixels are 0 to 16, and an input of 127 means almost 1.
    x = np.minimum(8 * images, 127).astype(np.int8)
    x, test_x, y, test_y = train_test_split(
        x, labels.astype(np.uint8), test_size=450, stratify=labels, random_state=0
    )
    return Split(x, y, test_x, test_y)


@functools.cache
def fashion():
    """Fashion-MNIST: 60,000 and 10,000."""
    if not FASHION.is_dir():
        raise Missing("dataset-fashion-mnist is missing: make fashion")

    def read(name, head):
        with gzip.open(FASHION / f"{name}.gz") as file:
            return np.frombuffer(file.read()[head:], np.uint8)

    def images(name):
        return (read(f"{name}-images-idx3-ubyte", 16) >> 1).astype(np.int8).reshape(-1, 784)

    train, test = "train", "t10k"
    return Split(
        images(train),
        read(f"{train}-labels-idx1-ubyte", 8),
        images(test),
        read(f"{test}-labels-idx1-ubyte", 8),
    )


@functools.cache
def fashion_unlabelled():
    """Fashion-MNIST: 8,000 to learn from, 2,000 to test with."""
    s = fashion()
    return Split(s.x[:8000], s.y[:8000], s.test_x[:2000], s.test_y[:2000])


@functools.cache
def fashion_part():
    """Fashion-MNIST: 8,000 to learn from, 4,000 to test with."""
    s = fashion()
    return Split(s.x[:8000], s.y[:8000], s.test_x[:4000], s.test_y[:4000])


def keywords():
    """Speech Commands, 12 classes, by speaker: 3840 and 1050."""
    return _official("gsc12_mfcc")


def keywords_yesno():
    """Speech Commands, yes, no, unknown and silence: 1287 and 353."""
    return _official("gsc_yesno_mfcc")


def spoken_digits():
    """Spoken digits of six people: 2700 and 300."""
    return _official("fsdd_mfcc")


@functools.cache
def ecg():
    """Heart beats, by patient: 3,000 to learn from, 3,000 to test with, classes even."""
    s = _official("mitbih_nv")
    train, test = draw(s.x, s.y, 3000, 0), draw(s.test_x, s.test_y, 3000, 0)
    return Split(train.x, train.y, test.x, test.y)


def fan():
    """Vibration of a ceiling fan: 3068 and 1021."""
    return _official("fan_fft")


def fan_anomalies():
    """The same: 0 is the fan as it was, 1 with a weight on a blade."""
    s = fan()
    strange = archive("fan_fft")["anomaly"].astype(np.uint8)
    return s._replace(y=strange[s.y], test_y=strange[s.test_y])


def wand_digits():
    """Digits written in the air: 800 and 200."""
    s = _official("wand_digits_stroke")
    return s._replace(x=3 * s.x, test_x=3 * s.test_x)  # at most 34 before


@functools.cache
def wand():
    """Gestures of person A: 800 and 200."""
    a = archive("spells")
    return Split(gestures(a["x_train"]), a["y_train"], gestures(a["x_test"]), a["y_test"])


def gestures(x):
    """Return readings as int8: 4 g and 1000 degrees a second are 1."""
    return np.clip((x.astype(np.int32) + 64) >> 7, -127, 127).astype(np.int8).reshape(len(x), -1)
