"""og_dense.c against octograd_ref/dense.py, bit for bit."""

import itertools

import numpy as np
import pytest

from octograd_ref.activation import LINEAR, RELU
from octograd_ref.dense import dense_backward_x, dense_forward, dense_forward_s32, dense_update
from octograd_ref.range import WINDOW, Range
from octograd_ref.update import Rate

MAX_LENGTH = 32768
INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1

seeds = pytest.mark.parametrize("seed", range(16))
activations = pytest.mark.parametrize("activation", [LINEAR, RELU])
residuals = pytest.mark.parametrize("with_residual", [True, False], ids=["two-byte", "one-byte"])
# Ones, the block of 32 and its neighbours, and what is no multiple of four.
shapes = pytest.mark.parametrize(
    ("n_in", "n_out"),
    [(1, 1), (1, 7), (7, 1), (3, 2), (4, 4), (5, 3), (31, 2), (32, 3), (33, 2), (64, 5), (65, 1)],
)
longest = pytest.mark.parametrize(("n_in", "n_out"), [(MAX_LENGTH, 1), (1, MAX_LENGTH)])
RANGES = [
    Range(),
    Range(0, 0, 0),
    Range(-20, 127, WINDOW - 1),
    Range(-3, 1, WINDOW - 1),
    Range(511, 127, 100),
    Range(-511, 0, WINDOW - 1),
]


def cases(seed):
    """Ten generators for each seed, as a test of its own for each takes pytest longer."""
    return map(np.random.default_rng, range(10 * seed, 10 * seed + 10))


def int8(rng, *shape):
    """Any bytes, on the whole large, small or mostly zero."""
    a = rng.integers(-128, 128, shape, dtype=np.int8) >> int(rng.integers(0, 8))
    return np.where(rng.random(shape) < rng.choice([0.0, 0.3, 0.9]), 0, a).astype(np.int8)


def int32(rng, n):
    return rng.integers(INT32_MIN, INT32_MAX + 1, n, dtype=np.int32) >> int(rng.integers(0, 31))


def exponent(rng):
    """As they are in practice, or anything the border lets in."""
    return int(rng.integers(-20, 5) if rng.random() < 0.7 else rng.integers(-511, 512))


def random_range(rng, near):
    if rng.random() < 0.3:
        return Range()
    count = int(rng.choice([0, 1, 100, WINDOW - 2, WINDOW - 1]))
    return Range(near + int(rng.integers(-3, 20)), int(rng.integers(0, 128)), count)


def sizes(rng):
    return rng.integers(1, rng.choice([6, 40, 100]), 2)


@seeds
def test_forward_s32_equals_reference(kernels, seed):
    for rng in cases(seed):
        n_in, n_out = sizes(rng)
        e_x, e_w = exponent(rng), exponent(rng)
        args = int8(rng, n_in), int8(rng, n_out, n_in), int32(rng, n_out), e_x, e_w

        np.testing.assert_equal(kernels.dense_forward_s32(*args), dense_forward_s32(*args))


@seeds
@activations
def test_forward_equals_reference(kernels, seed, activation):
    for rng in cases(seed):
        n_in, n_out = sizes(rng)
        e_x, e_w = exponent(rng), exponent(rng)
        layer = int8(rng, n_in), int8(rng, n_out, n_in), int32(rng, n_out), e_x, e_w
        args = *layer, activation, random_range(rng, e_x + e_w)

        np.testing.assert_equal(kernels.dense_forward(*args), dense_forward(*args))


@seeds
def test_forward_without_training_makes_the_same_and_leaves_the_range(kernels, seed):
    for rng in cases(seed):
        n_in, n_out = sizes(rng)
        layer = int8(rng, n_in), int8(rng, n_out, n_in), int32(rng, n_out), -7, -8
        r = random_range(rng, -15)

        y, e_y, after = kernels.dense_forward(*layer, RELU, r, training=False)

        np.testing.assert_equal((y, e_y), dense_forward(*layer, RELU, r)[:2])
        assert r == after


@shapes
@activations
def test_forward_equals_reference_at_edges(kernels, n_in, n_out, activation):
    rng = np.random.default_rng(n_in)
    w = int8(rng, n_out, n_in)
    xs = int8(rng, n_in), np.full(n_in, -128, np.int8), np.zeros(n_in, np.int8)
    bs = int32(rng, n_out), np.zeros(n_out, np.int32)
    for r, x, b in itertools.product(RANGES, xs, bs):
        args = x, w, b, -7, -8, activation, r

        np.testing.assert_equal(kernels.dense_forward(*args), dense_forward(*args))


@longest
@pytest.mark.parametrize("bias", [INT32_MIN, 0, INT32_MAX])
@pytest.mark.parametrize("sign", [-128, 127])
@pytest.mark.parametrize("e", [-511, -7, 511])
def test_forward_of_the_longest_layer_does_not_overflow(kernels, n_in, n_out, bias, sign, e):
    x, w = np.full(n_in, sign, np.int8), np.full((n_out, n_in), -128, np.int8)
    layer = x, w, np.full(n_out, bias, np.int32), e, e

    np.testing.assert_equal(kernels.dense_forward_s32(*layer), dense_forward_s32(*layer))
    for r in (Range(), Range(e, 0, WINDOW - 1)):
        args = *layer, LINEAR, r
        np.testing.assert_equal(kernels.dense_forward(*args), dense_forward(*args))


def test_forward_s32_reaches_its_bound(kernels):
    low = np.full(MAX_LENGTH, -128, np.int8)
    b = np.array([INT32_MAX], np.int32)

    y, _ = kernels.dense_forward_s32(low, low[None], b, -511, -511)

    assert [2**30] == y.tolist()


@seeds
@activations
def test_backward_x_equals_reference(kernels, seed, activation):
    for rng in cases(seed):
        n_in, n_out = sizes(rng)
        dy, w, x = int8(rng, n_out), int8(rng, n_out, n_in), int8(rng, n_in)
        args = dy, w, x, exponent(rng), exponent(rng), activation, random_range(rng, 0)

        np.testing.assert_equal(kernels.dense_backward_x(*args), dense_backward_x(*args))


@shapes
@activations
def test_backward_x_equals_reference_at_edges(kernels, n_in, n_out, activation):
    rng = np.random.default_rng(n_in)
    w, x = int8(rng, n_out, n_in), int8(rng, n_in)
    dys = int8(rng, n_out), np.full(n_out, -128, np.int8), np.zeros(n_out, np.int8)
    for r, dy in itertools.product(RANGES, dys):
        args = dy, w, x, 511, -511, activation, r

        np.testing.assert_equal(kernels.dense_backward_x(*args), dense_backward_x(*args))


@longest
@pytest.mark.parametrize("sign", [-128, 127])
def test_backward_x_of_the_longest_layer_does_not_overflow(kernels, n_in, n_out, sign):
    dy, w = np.full(n_out, sign, np.int8), np.full((n_out, n_in), -128, np.int8)
    for r in (Range(), Range(0, 0, WINDOW - 1)):
        args = dy, w, np.ones(n_in, np.int8), -511, -511, RELU, r

        np.testing.assert_equal(kernels.dense_backward_x(*args), dense_backward_x(*args))


def update_args(rng, n_in, n_out, with_residual, rate):
    w = int8(rng, n_out, n_in)
    low = rng.integers(-128, 128, w.shape, dtype=np.int8) if with_residual else None
    return int8(rng, n_out), int8(rng, n_in), rate, w, low, int32(rng, n_out)


@seeds
@residuals
@pytest.mark.parametrize("normalize", [0, 1], ids=["plain", "normalized"])
def test_update_equals_reference(kernels, seed, with_residual, normalize):
    for rng in cases(seed):
        rate = Rate(int(rng.integers(1, 16)), int(rng.integers(0, 31)), normalize)
        dy, x, *rest = update_args(rng, *sizes(rng), with_residual, rate)
        e_w, state = int(rng.integers(-12, 3)), int(rng.integers(1, 2**32))
        # Mostly such that a step is neither 0 nor larger than every weight.
        e_dy = exponent(rng)
        if rng.random() < 0.8:
            e_dy = e_w - 1 + rate.shift - int(rng.integers(0, 22))
        args = dy, x, e_dy, -7, *rest, e_w, state

        np.testing.assert_equal(kernels.dense_update(*args), dense_update(*args))


@shapes
@residuals
@pytest.mark.parametrize("e_w", [-128, -8, 126, 127])
def test_update_that_overflows_equals_reference(kernels, n_in, n_out, with_residual, e_w):
    rng = np.random.default_rng(n_in)
    dy, x, *rest = update_args(rng, n_in, n_out, with_residual, Rate(15, 0))
    dy[-1] = x[-1] = -128

    args = dy, x, 511, 511, *rest, e_w, 9

    updated = kernels.dense_update(*args)
    np.testing.assert_equal(updated, dense_update(*args))
    assert min(e_w + 1, 127) == updated[3]


@residuals
@pytest.mark.parametrize("e_dy", [-511, 511])
@pytest.mark.parametrize("e_x", [-511, 511])
@pytest.mark.parametrize("e_w", [-128, 127])
@pytest.mark.parametrize("rate", [Rate(15, 0), Rate(15, 30), Rate(1, 0, 1), Rate(15, 30, 1)])
def test_update_equals_reference_at_extreme_exponents(
    kernels, with_residual, e_dy, e_x, e_w, rate
):
    rng = np.random.default_rng(1)
    dy, x, *rest = update_args(rng, 33, 3, with_residual, rate)
    dy[:], rest[-1][:] = [-128, 0, 127], [INT32_MIN, INT32_MAX, INT32_MAX]

    args = dy, x, e_dy, e_x, *rest, e_w, 1

    np.testing.assert_equal(kernels.dense_update(*args), dense_update(*args))


@pytest.mark.parametrize("n_in", [1, 2, 3, 5, 33, 67])
def test_update_of_one_byte_draws_anew_in_each_row_but_in_none_of_zero_error(kernels, n_in):
    rng = np.random.default_rng(n_in)
    _, x, *rest = update_args(rng, n_in, 6, False, Rate(1, 0))
    dy = np.array([5, 0, -7, 0, 0, 3], np.int8)

    for e_dy in (-20, -8, 0):
        args = dy, x, e_dy, -7, *rest, -8, 1
        np.testing.assert_equal(kernels.dense_update(*args), dense_update(*args))


@residuals
def test_update_of_no_error_changes_nothing_and_draws_nothing(kernels, with_residual):
    rng = np.random.default_rng(0)
    _, x, rate, *rest = update_args(rng, 35, 4, with_residual, Rate(15, 0, 1))

    updated = kernels.dense_update(np.zeros(4, np.int8), x, 0, 0, rate, *rest, -8, 77)

    np.testing.assert_equal(updated, (*rest, -8, 77))


@longest
@residuals
@pytest.mark.parametrize("rate", [Rate(15, 0), Rate(15, 0, 1), Rate(1, 30)])
def test_update_of_the_longest_layer_does_not_overflow(kernels, n_in, n_out, with_residual, rate):
    low = np.full((n_out, n_in), -128, np.int8)
    args = (
        *(np.full(n_out, -128, np.int8), np.full(n_in, -128, np.int8), -7, -7, rate),
        *(low, low if with_residual else None, np.full(n_out, INT32_MIN, np.int32), -8, 1),
    )

    np.testing.assert_equal(kernels.dense_update(*args), dense_update(*args))
