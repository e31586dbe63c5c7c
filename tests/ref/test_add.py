"""octograd_ref/add.py against float64: additions, and what dropout promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octograd_ref.activation import LEAKY, LINEAR, RELU, RELU6, rectifies
from octograd_ref.add import add_forward, dropout
from octograd_ref.range import Range
from octograd_ref.rng import rng_next, rng_seed

exponents = st.integers(-40, 10)


def int8(rng, n):
    return rng.integers(-127, 128, n, dtype=np.int8)


@given(
    st.integers(0, 1000), exponents, exponents, st.sampled_from([LINEAR, RELU, RELU6, LEAKY + 3])
)
def test_add_forward_is_within_half_a_step_of_float(seed, e_a, e_b, activation):
    rng = np.random.default_rng(seed)
    a, b = int8(rng, 50), int8(rng, 50)

    z, e_z, _ = add_forward(a, b, e_a, e_b, activation, Range())

    exact, step = a * 2.0**e_a + b * 2.0**e_b, 2.0**e_z
    if activation:
        slope = 2.0 ** (LEAKY - activation) if activation >= LEAKY else 0
        exact = np.where(exact < 0, exact * slope, exact)
    exact = np.minimum(exact, 6) if activation == RELU6 else exact
    # The finer one is rounded only where exponents are more than 15 apart.
    bound = step / 2 + 2.0 ** (max(e_a, e_b) - 16) * (abs(e_a - e_b) > 15)
    bound += step / 2 * (activation >= LEAKY)
    assert np.abs(exact).max() <= 128 * step + bound
    bound += step / 2 * (rectifies(activation) & (z == 1))
    assert np.all(np.abs(z * step - np.clip(exact, -127.5 * step, 127.5 * step)) <= bound)


@given(st.integers(0, 1000), exponents, exponents)
def test_add_forward_does_not_care_which_one_is_first(seed, e_a, e_b):
    rng = np.random.default_rng(seed)
    a, b = int8(rng, 20), int8(rng, 20)

    z = add_forward(a, b, e_a, e_b, RELU, Range())

    np.testing.assert_equal(add_forward(b, a, e_b, e_a, RELU, Range()), z)


def test_add_forward_of_exponents_any_distance_apart_is_the_coarser():
    a, b = int8(np.random.default_rng(1), 20), np.ones(20, np.int8)

    z, e_z, _ = add_forward(a, b, 511, -511, LINEAR, Range(511, 0, 0))

    np.testing.assert_array_equal(a, z)
    assert 511 == e_z


def parameters(rate):
    """keep, scale and j by docs/numerics.md, section 10."""
    j = 0
    while 2**j * (1 - rate) < 1:
        j += 1
    return int(65536 * (1 - rate) + 0.5), int(256 / (2**j * (1 - rate)) + 0.5), j


rates = pytest.mark.parametrize("rate", [0.01, 0.1, 0.25, 0.5, 0.6, 0.9])


@rates
def test_dropout_keeps_the_expectation(rate):
    keep, scale, j = parameters(rate)
    n, value = 60000, 80

    y, _ = dropout(np.full(n, value, np.int8), keep, scale, rng_seed(1))

    real = y * 2.0**j / value
    # Five standard errors, and half a step of what is kept.
    error = 5 * np.sqrt(rate / (1 - rate) / n) + 0.5 * 2**j / value
    assert abs(real.mean() - 1) < error
    assert abs((y == 0).mean() - rate) < 5 * np.sqrt(rate * (1 - rate) / n)
    assert 128 <= scale <= 256


@rates
def test_dropout_scales_each_item_it_keeps_within_half_a_step(rate):
    keep, scale, j = parameters(rate)
    x = int8(np.random.default_rng(3), 3000)
    x[x == 0] = 1

    y, _ = dropout(x, keep, scale, rng_seed(2))

    kept = y != 0  # nothing that is kept becomes 0
    exact = x / (1 - rate) * 2.0**-j
    # The scale is rounded to 1/256, by which an item of 127 is worth 1/4 step.
    assert np.abs(y - exact)[kept].max() <= 0.5 + 127 / 512
    assert np.all((y[kept] > 0) == (x[kept] > 0))


@rates
def test_dropout_backward_has_the_same_mask(rate):
    keep, scale, _ = parameters(rate)
    rng = np.random.default_rng(5)
    x, dy = (np.where(v == 0, 1, v).astype(np.int8) for v in (int8(rng, 500), int8(rng, 500)))

    y, after = dropout(x, keep, scale, 77)
    dx, again = dropout(dy, keep, scale, 77)

    np.testing.assert_array_equal(y != 0, dx != 0)
    assert after == again


def test_dropout_draws_once_for_each_item_and_keeps_it_by_the_upper_half():
    keep, state, kept = 30000, 9, []
    for _ in range(200):
        state = rng_next(state)
        kept.append(state // 65536 < keep)

    y, after = dropout(np.ones(200, np.int8), keep, 256, 9)

    assert kept == y.tolist()
    assert state == after
