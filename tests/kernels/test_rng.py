"""og_rng.c against octograd_ref/rng.py, bit for bit."""

import numpy as np
import pytest

from octograd_ref.rng import rng_below, rng_next, rng_seed, rng_uniform

EDGES = [1, 2, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
STATES = [*EDGES, *np.random.default_rng(0).integers(1, 2**32, 100).tolist()]


def test_rng_next_equals_reference(kernels):
    assert [rng_next(s) for s in STATES] == [kernels.rng_next(s) for s in STATES]


def test_rng_seed_equals_reference(kernels):
    # The last one is the seed whose hash is 0.
    seeds = [0, *STATES, 2**32 - 0x9E3779B9]

    assert [rng_seed(s) for s in seeds] == [kernels.rng_seed(s) for s in seeds]


@pytest.mark.parametrize("n", [1, 2, 3, 10, 32767, 65025, 65535, 65536])
def test_rng_below_equals_reference(kernels, n):
    assert [rng_below(s, n) for s in STATES] == [kernels.rng_below(s, n) for s in STATES]


@pytest.mark.parametrize("limit", [1, 127, 128, 16256, 20066, 32511, 32512])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 32, 33, 1000])
def test_rng_uniform_equals_reference(kernels, limit, n):
    state = rng_seed(n)

    np.testing.assert_equal(kernels.rng_uniform(state, n, limit), rng_uniform(state, n, limit))


def test_rng_uniform_of_no_weights_draws_nothing(kernels):
    state, w = kernels.rng_uniform(9, 0, 1000)

    assert 9 == state
    assert 0 == w.size
