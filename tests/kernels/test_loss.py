"""og_loss.c against octograd_ref/loss.py, bit for bit."""

import itertools

import numpy as np
import pytest

from octograd_ref.loss import (
    argmax,
    error_quantize,
    mean_squared_error,
    softmax,
    softmax_cross_entropy,
)

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1
MAX_LENGTH = 32768

seeds = pytest.mark.parametrize("seed", range(16))
sums = pytest.mark.parametrize(
    "y",
    [
        [0],
        [INT32_MIN],
        [INT32_MAX],
        [INT32_MIN, INT32_MAX],
        [INT32_MAX] * 5,
        [INT32_MIN] * 5,
        [2**29, 2**29 - 1, 2**29 + 1, -(2**29), -(2**29) - 1],
        [2**30, 2**30 + 1, -(2**30), -(2**30) - 1],
        [-1, 0, 1],
        [0] * MAX_LENGTH,
        [*range(MAX_LENGTH)],
    ],
    ids=lambda y: f"{y[0]}-{y[-1]}-of-{len(y)}",
)
EXPONENTS = [-1022, -511, -35, -34, -20, -14, -4, -3, 0, 25, 1022]


def cases(seed):
    """Ten generators for each seed, as a test of its own for each takes pytest longer."""
    return map(np.random.default_rng, range(10 * seed, 10 * seed + 10))


def random_sums(rng):
    n = int(rng.integers(1, rng.choice([4, 20, 300])))
    y = rng.integers(INT32_MIN, INT32_MAX + 1, n, dtype=np.int32) >> int(rng.integers(0, 31))
    e_y = int(rng.integers(-24, 1) if rng.random() < 0.8 else rng.integers(-1022, 1023))
    return y, e_y


@seeds
def test_softmax_equals_reference(kernels, seed):
    for rng in cases(seed):
        args = random_sums(rng)

        np.testing.assert_array_equal(softmax(*args), kernels.softmax(*args))


@sums
def test_softmax_equals_reference_at_edges(kernels, y):
    y = np.array(y, np.int32)

    for e_y in EXPONENTS:
        np.testing.assert_array_equal(softmax(y, e_y), kernels.softmax(y, e_y))


@seeds
def test_softmax_cross_entropy_equals_reference(kernels, seed):
    for rng in cases(seed):
        y, e_y = random_sums(rng)

        # The first, the last and the likeliest.
        for label in {0, y.size - 1, argmax(y)}:
            expected = softmax_cross_entropy(y, e_y, label)
            np.testing.assert_equal(kernels.softmax_cross_entropy(y, e_y, label), expected)


@sums
def test_softmax_cross_entropy_equals_reference_at_edges(kernels, y):
    y = np.array(y, np.int32)

    for e_y, label in itertools.product(EXPONENTS, (0, y.size - 1)):
        expected = softmax_cross_entropy(y, e_y, label)
        np.testing.assert_equal(kernels.softmax_cross_entropy(y, e_y, label), expected)


def test_softmax_cross_entropy_loss_equals_reference_from_sure_to_impossible(kernels):
    for distance in range(-(2**12), 2**12, 7):
        y = np.array([distance, 0, 3], np.int32)
        expected = softmax_cross_entropy(y, -8, 0)
        np.testing.assert_equal(kernels.softmax_cross_entropy(y, -8, 0), expected)


@seeds
def test_mean_squared_error_equals_reference(kernels, seed):
    for rng in cases(seed):
        y, e_y = random_sums(rng)
        target = rng.integers(-128, 128, y.size, dtype=np.int8)

        expected = mean_squared_error(y, e_y, target)

        np.testing.assert_equal(kernels.mean_squared_error(y, e_y, target), expected)


@sums
@pytest.mark.parametrize("t", [-128, 127])
def test_mean_squared_error_equals_reference_at_edges(kernels, y, t):
    # The reference goes through the loss item by item in Python.
    y = np.array(y[:: max(len(y) // 500, 1)], np.int32)
    target = np.full(y.size, t, np.int8)

    for e_y in EXPONENTS:
        expected = mean_squared_error(y, e_y, target)
        np.testing.assert_equal(kernels.mean_squared_error(y, e_y, target), expected)


def test_mean_squared_error_loss_of_the_longest_saturates_as_reference(kernels):
    y, target = np.full(MAX_LENGTH, INT32_MAX, np.int32), np.full(MAX_LENGTH, -128, np.int8)

    expected = mean_squared_error(y, 0, target)

    np.testing.assert_equal(kernels.mean_squared_error(y, 0, target), expected)
    assert 2**29 == expected[1]


@seeds
def test_error_quantize_equals_reference(kernels, seed):
    for rng in cases(seed):
        error, _ = random_sums(rng)

        for skip in (0, 1, 2048, 32768, int(np.abs(error.astype(np.int64)).max() % 2**15)):
            np.testing.assert_equal(
                kernels.error_quantize(error, skip), error_quantize(error, skip)
            )


@pytest.mark.parametrize(
    "largest",
    [0, 1, 63, 64, 126, 127, 128, 254, 255, 256, 509, 510, 511, 32767, 32768, 2**30, INT32_MAX],
)
@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_error_quantize_equals_reference_at_edges(kernels, largest, sign, n):
    error = np.full(n, sign * largest, np.int32)
    error[1:] //= 3

    # On either side of the threshold, too.
    for skip in (0, min(largest, 32768), min(largest + 1, 32768)):
        np.testing.assert_equal(kernels.error_quantize(error, skip), error_quantize(error, skip))


@pytest.mark.parametrize("error", [[INT32_MIN], [INT32_MIN, INT32_MAX], [1, INT32_MIN, -1]])
def test_error_quantize_of_the_least_int32_equals_reference(kernels, error):
    error = np.array(error, np.int32)

    np.testing.assert_equal(kernels.error_quantize(error, 32768), error_quantize(error, 32768))


@seeds
def test_argmax_equals_reference(kernels, seed):
    for rng in cases(seed):
        y = rng.integers(-3, 4, int(rng.integers(1, 12)), dtype=np.int32)

        assert argmax(y) == kernels.argmax(y)


@sums
def test_argmax_equals_reference_at_edges(kernels, y):
    y = np.array(y, np.int32)

    assert argmax(y) == kernels.argmax(y)
