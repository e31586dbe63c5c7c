"""og_add.c against octograd_ref/add.py and activation.py, bit for bit."""

import itertools

import numpy as np
import pytest

from octograd_ref.activation import activation_backward_bytes
from octograd_ref.add import add_forward, dropout

from .draw import (
    ACTIVATIONS,
    MAX_LENGTH,
    RANGES,
    activations,
    cases,
    exponent,
    int8,
    low,
    pick,
    random_range,
    seeds,
)


@seeds
def test_add_forward_equals_reference(kernels, seed):
    for rng in cases(seed):
        n, e_a = int(rng.integers(1, 80)), exponent(rng)
        e_b = e_a + int(rng.integers(-25, 26)) if rng.random() < 0.8 else exponent(rng)
        r = random_range(rng, max(min(e_a, e_b), max(e_a, e_b) - 15))
        args = int8(rng, n), int8(rng, n), e_a, e_b, pick(rng, ACTIVATIONS), r

        made = kernels.add_forward(*args)
        *tensor, after = kernels.add_forward(*args, training=False)

        np.testing.assert_equal(made, add_forward(*args))
        np.testing.assert_equal((*tensor, after), (*made[:2], r))


@pytest.mark.parametrize("apart", [0, 1, 14, 15, 16, 22, 23, 24, 31, 1022])
def test_add_forward_equals_reference_however_far_exponents_are_apart(kernels, apart):
    a, b = (m.ravel() for m in np.meshgrid(*2 * [np.arange(-128, 128, dtype=np.int8)]))
    ends = [(-511, apart - 511), (apart - 511, -511), (-7, min(apart - 7, 511))]
    for (e_a, e_b), r in itertools.product(ends, RANGES[:3]):
        args = a, b, e_a, e_b, pick(np.random.default_rng(apart), ACTIVATIONS), r
        np.testing.assert_equal(kernels.add_forward(*args), add_forward(*args))


@activations
def test_add_forward_equals_reference_at_edges(kernels, activation):
    for r, sign, n in itertools.product(RANGES, (0, 1), (1, MAX_LENGTH)):
        args = sign * low(n), sign * low(n), -7, -3, activation, r
        np.testing.assert_equal(kernels.add_forward(*args), add_forward(*args))


@activations
@pytest.mark.parametrize("in_place", [False, True])
def test_activation_backward_of_all_bytes_equals_reference(kernels, activation, in_place):
    dy, y = (m.ravel() for m in np.meshgrid(*2 * [np.arange(-128, 128, dtype=np.int8)]))
    dy = dy.copy()
    for e_y in (-511, -30, -7, -5, -4, -1, 0, 1, 3, 4, 511):
        expected = activation_backward_bytes(dy, y, activation, e_y)
        made = kernels.activation_backward_bytes(dy, y, activation, e_y, in_place)
        np.testing.assert_array_equal(expected, made)


# The first draws from state 1 are 4 and 1032 above; an item is kept below `keep`.
@pytest.mark.parametrize("keep", [1, 4, 5, 1032, 1033, 32768, 65535, 65536])
@pytest.mark.parametrize("scale", [128, 142, 256])
@pytest.mark.parametrize("in_place", [False, True])
def test_dropout_equals_reference(kernels, keep, scale, in_place):
    x = np.tile(np.arange(-128, 128).astype(np.int8), 3)
    for n, state in ((1, 1), (x.size, 1), (x.size, 2**32 - 1)):
        args = x[:n].copy(), keep, scale, state

        np.testing.assert_equal(kernels.dropout(*args, in_place), dropout(*args))
