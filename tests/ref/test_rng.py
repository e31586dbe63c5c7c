"""octograd_ref/rng.py: the values of the spec, and what a generator promises."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from octograd_ref.rng import rng_below, rng_next, rng_seed, rng_uniform, uniform_limit

states = st.integers(1, 2**32 - 1)


def test_rng_next_gives_the_draws_of_the_spec():
    draws = [1]
    for _ in range(4):
        draws.append(rng_next(draws[-1]))

    assert [0x00042021, 0x04080601, 0x9DCCA8C5, 0x1255994F] == draws[1:]


@given(states)
@example(2**32 - 1)
def test_rng_next_stays_a_uint32_other_than_zero(state):
    assert 0 < rng_next(state) < 2**32


@given(states, states)
def test_rng_next_never_joins_two_states(a, b):
    assert (a == b) == (rng_next(a) == rng_next(b))


@given(st.integers(0, 2**32 - 1))
@example(2**32 - 0x9E3779B9)  # the one seed whose hash is 0
def test_rng_seed_is_a_uint32_other_than_zero(seed):
    assert 0 < rng_seed(seed) < 2**32


def test_rng_seed_tells_small_seeds_apart_by_half_of_the_bits():
    seeds = [rng_seed(s) for s in range(1000)]

    distances = [(a ^ b).bit_count() for a, b in zip(seeds, seeds[1:], strict=False)]

    assert len(set(seeds)) == len(seeds)
    assert 15.5 < np.mean(distances) < 16.5
    assert min(distances) >= 3


@given(states, st.integers(1, 65536))
@example(1, 1)
@example(2**32 - 1, 65536)
def test_rng_below_is_in_range_and_draws_once(state, n):
    after, draw = rng_below(state, n)

    assert rng_next(state) == after
    assert 0 <= draw < n
    assert math.floor((after >> 16) / 65536 * n) == draw


def test_rng_below_is_uniform():
    state, counts = rng_seed(0), np.zeros(10)
    for _ in range(20000):
        state, draw = rng_below(state, 10)
        counts[draw] += 1

    # Chi squared with 9 degrees of freedom exceeds 33.7 once in 10000.
    assert ((counts - 2000) ** 2 / 2000).sum() < 33.7


@pytest.mark.parametrize("limit", [1, 127, 128, 1000, 16256, 32512])
def test_rng_uniform_has_bounds_mean_and_variance_of_its_limit(limit):
    n = 20000
    _, w = rng_uniform(rng_seed(3), n, limit)

    assert np.int8 == w.dtype
    w = w.astype(float)
    sigma = limit / 256 / math.sqrt(3)
    assert np.abs(w).max() <= math.floor(limit / 256 + 0.5)
    # Within five standard errors, and what rounding adds: up to 1/4 where all is within a step.
    assert abs(w.mean()) < 5 * max(sigma, 0.5) / math.sqrt(n)
    assert abs(w.var() - sigma**2) < 5 * sigma**2 / math.sqrt(n) + 0.25


def test_rng_uniform_draws_once_for_each_weight():
    state = rng_seed(5)
    after, _ = rng_uniform(state, 3, 1000)

    assert rng_next(rng_next(rng_next(state))) == after


@pytest.mark.parametrize("c", [3, 6])
def test_uniform_limit_is_the_square_root_as_fine_as_int8_allows(c):
    for n_in in [*range(1, 2000), *range(2000, 32768, 97), 32768]:
        limit, e_w = uniform_limit(n_in, c)

        exact = math.sqrt(c / n_in) * 2.0 ** (8 - e_w)
        assert limit <= exact * (1 + 1e-12)
        assert exact < limit + 1 + 1e-6
        assert e_w <= 0
        assert 16256 <= limit <= 32512
