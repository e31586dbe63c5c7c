"""Random data, the same everywhere."""

from array import array

import _octograd


def random_bytes(n, seed):
    """Return n random bytes, all but -128."""
    rng = array("I", [0])
    _octograd.rng_seed(rng, seed)
    data = bytearray(n)
    _octograd.rng_uniform(rng, 32512, data)
    return data
