"""og_loss.c against octograd_ref/loss.py, bit for bit."""

import functools
import itertools

import numpy as np
import pytest

from octograd_ref import loss
from octograd_ref.loss import (
    argmax,
    binary_cross_entropy,
    error_largest,
    error_quantize,
    huber,
    mean_squared_error,
    softmax,
    softmax_cross_entropy,
)

from .draw import INT32_MAX, INT32_MIN, MAX_LENGTH, cases, seeds

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


@pytest.fixture(autouse=True, scope="module")
def fast_logarithm():
    """The reference takes a logarithm for each item; there are few different ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loss, "_negative_log", functools.cache(loss._negative_log))
        yield


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
    for distance in range(-(2**12), 2**12, 29):
        y = np.array([distance, 0, 3], np.int32)
        expected = softmax_cross_entropy(y, -8, 0)
        np.testing.assert_equal(kernels.softmax_cross_entropy(y, -8, 0), expected)


def against(function, *delta):
    """A loss against targets: its name, and a function of the reference and one of C."""
    return pytest.param(function, delta, id="-".join([function.__name__, *map(str, delta)]))


DELTAS = [1, 327, 32768, 2**20 - 17, 2**29]
targeted = pytest.mark.parametrize(
    ("function", "delta"),
    [
        *(against(mean_squared_error), against(binary_cross_entropy)),
        *(against(huber, delta) for delta in DELTAS),
    ],
)


@seeds
@targeted
def test_loss_against_targets_equals_reference(kernels, function, delta, seed):
    for rng in cases(seed):
        y, e_y = random_sums(rng)
        args = y, e_y, rng.integers(-128, 128, y.size, dtype=np.int8), *delta

        np.testing.assert_equal(getattr(kernels, function.__name__)(*args), function(*args))


@sums
@targeted
def test_loss_against_targets_equals_reference_at_edges(kernels, function, delta, y):
    # The reference goes through some losses item by item in Python.
    y = np.array(y[:: max(len(y) // 50, 1)], np.int32)
    for e_y, t in itertools.product(EXPONENTS, (-128, 127)):
        args = y, e_y, np.full(y.size, t, np.int8), *delta
        np.testing.assert_equal(getattr(kernels, function.__name__)(*args), function(*args))


@targeted
def test_loss_against_targets_equals_reference_for_all_targets_and_table_entries(
    kernels, function, delta
):
    for t in range(-128, 128, 15):
        y = np.arange(-140, 141, dtype=np.int32)
        args = y, -4, np.full(y.size, t, np.int8), *delta
        np.testing.assert_equal(getattr(kernels, function.__name__)(*args), function(*args))


@targeted
def test_loss_against_targets_of_the_longest_saturates_as_reference(kernels, function, delta):
    for value, t in ((INT32_MAX, -128), (INT32_MIN, 127)):
        args = np.full(MAX_LENGTH, value, np.int32), 0, np.full(MAX_LENGTH, t, np.int8), *delta

        expected = function(*args)

        np.testing.assert_equal(getattr(kernels, function.__name__)(*args), expected)
        assert abs(expected[1]) <= 2**29


@seeds
def test_error_quantize_equals_reference(kernels, seed):
    for rng in cases(seed):
        error, _ = random_sums(rng)

        np.testing.assert_equal(kernels.error_quantize(error), error_quantize(error))
        assert kernels.error_largest(error) == error_largest(error)


@pytest.mark.parametrize(
    "largest",
    [0, 1, 63, 64, 126, 127, 128, 254, 255, 256, 509, 510, 511, 32767, 32768, 2**30, INT32_MAX],
)
@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_error_quantize_equals_reference_at_edges(kernels, largest, sign, n):
    error = np.full(n, sign * largest, np.int32)
    error[1:] //= 3

    np.testing.assert_equal(kernels.error_quantize(error), error_quantize(error))
    assert kernels.error_largest(error) == error_largest(error)


@pytest.mark.parametrize("error", [[INT32_MIN], [INT32_MIN, INT32_MAX], [1, INT32_MIN, -1]])
def test_error_quantize_of_the_least_int32_equals_reference(kernels, error):
    error = np.array(error, np.int32)

    np.testing.assert_equal(kernels.error_quantize(error), error_quantize(error))
    assert kernels.error_largest(error) == error_largest(error) == 32768


@seeds
def test_argmax_equals_reference(kernels, seed):
    for rng in cases(seed):
        y = rng.integers(-3, 4, int(rng.integers(1, 12)), dtype=np.int32)

        assert argmax(y) == kernels.argmax(y)


@sums
def test_argmax_equals_reference_at_edges(kernels, y):
    y = np.array(y, np.int32)

    assert argmax(y) == kernels.argmax(y)
