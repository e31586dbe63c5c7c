"""octograd_ref/update.py against float stochastic gradient descent."""

import math

import numpy as np
import pytest

from octograd_ref.rng import rng_next, rng_seed
from octograd_ref.update import (
    BIAS_MAX,
    WEIGHT_EXPONENT_MAX,
    WEIGHT_MAX,
    Rate,
    halve,
    noise,
    split,
    step_shifts,
    update_bias,
    update_rows,
)


def full(w, residual):
    """The 16-bit weights, as int64."""
    return w.astype(np.int64) * 256 + residual


def random_weights(rng, shape):
    return split(rng.integers(-WEIGHT_MAX, WEIGHT_MAX + 1, shape))


def test_split_gives_bytes_that_make_up_every_16_bit_weight():
    w16 = np.arange(-WEIGHT_MAX, WEIGHT_MAX + 1)

    w, residual = split(w16)

    np.testing.assert_array_equal(w16, full(w, residual))
    assert (-127, 127) == (w.min(), w.max())
    assert (np.int8, np.int8) == (w.dtype, residual.dtype)


@pytest.mark.parametrize("shift", [-8, -1, 0, 1, 7, 13, 30])
def test_update_rows_moves_16_bit_weights_by_the_step_within_half_a_unit(shift):
    rng = np.random.default_rng(shift + 100)
    w, low = random_weights(rng, (20, 30))
    g = rng.integers(-(15 * 2**14), 15 * 2**14, w.shape)

    new_w, new_low, state, clamped = update_rows(w, low, g, shift, 1)

    exact = full(w, low) - g * 2.0**-shift
    assert 1 == state
    assert clamped == (np.abs(np.round(exact)) > WEIGHT_MAX).any()
    assert np.abs(full(new_w, new_low) - np.clip(exact, -WEIGHT_MAX, WEIGHT_MAX)).max() <= 0.5
    assert new_w.min() >= -127


@pytest.mark.parametrize("g", [-2000, -255, -1, 1, 128, 256, 777])
@pytest.mark.parametrize("w", [-120, 0, 3, 119])
def test_update_rows_of_one_byte_is_right_on_average(g, w):
    n = 40000
    row = np.full((1, n), w, np.int8)

    moved, residual, _, clamped = update_rows(row, None, np.full((1, n), g), 0, rng_seed(1))

    # One of two neighbours is drawn, with a variance of at most 1/4.
    mean = moved.astype(float).mean()
    assert residual is None
    assert not clamped
    assert abs(mean - (w - g / 256)) < 5 * 0.5 / math.sqrt(n)
    assert set(np.unique(moved)) <= {math.floor(w - g / 256), math.ceil(w - g / 256)}


def test_update_rows_of_one_byte_is_right_on_average_over_generator_states():
    row, g, n = np.array([[5]], np.int8), np.array([[-100]]), 5000

    moved = [int(update_rows(row, None, g, 0, rng_seed(s))[0][0, 0]) for s in range(n)]

    assert abs(np.mean(moved) - (5 + 100 / 256)) < 5 * 0.5 / math.sqrt(n)


def test_update_rows_of_one_byte_draws_for_every_four_weights_of_a_row():
    state, expected = 9, 9
    w = np.zeros((3, 5), np.int8)

    _, _, after, _ = update_rows(w, None, np.zeros((3, 5), np.int64), 0, state)

    for _ in range(3 * 2):
        expected = rng_next(expected)
    assert expected == after


def test_noise_is_the_bytes_of_each_draw_low_first():
    after, low = noise(1, 7)

    assert [0x21, 0x20, 0x04, 0x00, 0x01, 0x06, 0x08] == low.tolist()
    assert 0x04080601 == after


def test_noise_is_read_as_int8():
    _, low = noise(0x04080601, 4)  # draws 9dcca8c5

    assert [0xC5 - 256, 0xA8 - 256, 0xCC - 256, 0x9D - 256] == low.tolist()


def test_update_bias_moves_within_half_a_unit_and_saturates():
    rng = np.random.default_rng(7)
    b = rng.integers(-BIAS_MAX, BIAS_MAX + 1, 1000)
    g = rng.integers(-(15 * 128), 15 * 128, 1000)
    for shift in (-25, -3, 0, 4, 30):
        moved = update_bias(b, g, shift)

        exact = np.clip(b - np.clip(g * 2.0**-shift, -BIAS_MAX, BIAS_MAX), -BIAS_MAX, BIAS_MAX)
        assert np.abs(moved - exact).max() <= 0.5
        assert np.abs(moved).max() <= BIAS_MAX


def test_halve_keeps_what_16_bit_weights_are_worth():
    w, low = random_weights(np.random.default_rng(3), (40, 50))

    half_w, half_low, e_w, state = halve(w, low, -8, 1)

    assert (-7, 1) == (e_w, state)
    assert np.abs(full(half_w, half_low) - full(w, low) / 2).max() <= 0.5


def test_halve_of_one_byte_keeps_what_weights_are_worth_on_average():
    n = 20000
    for value in (-127, -126, -1, 0, 1, 126, 127):
        w = np.full((1, n), value, np.int8)

        half, residual, e_w, _ = halve(w, None, 3, rng_seed(2))

        assert residual is None
        assert 4 == e_w
        assert np.abs(half - value / 2).max() <= 0.5
        # Its low byte is one of 256, so a half may be off by 1/256.
        assert abs(half.mean() - value / 2) < 5 * 0.5 / math.sqrt(n) + 1 / 256


def test_halve_at_the_largest_exponent_does_nothing():
    w = np.array([[127]], np.int8)

    assert (w, None, WEIGHT_EXPONENT_MAX, 5) == halve(w, None, WEIGHT_EXPONENT_MAX, 5)


def test_step_shifts_turn_gradients_into_steps_of_the_weights_and_biases():
    e_dy, e_x, e_w, rate = -17, -7, -8, Rate(1, 5)

    weight, bias = step_shifts(rate, e_dy, e_x, e_w, None)

    # g is worth 2^(e_dy + e_x), a step 2^(e_w - 8), times the rate.
    assert 2.0 ** (e_dy + e_x - 5) == 2.0 ** (e_w - 8 - weight)
    assert 2.0 ** (e_dy - 5) == 2.0 ** (-16 - bias)


@pytest.mark.parametrize("seed", range(30))
def test_step_shifts_normalized_make_the_mean_step_about_the_rate(seed):
    rng = np.random.default_rng(seed)
    e_w, rate = int(rng.integers(-12, 0)), Rate(1, int(rng.integers(0, 10)), 1)
    g = rng.integers(-(2 ** int(rng.integers(3, 15))), 2**14, (6, 20))

    shifts, bias_shifts = step_shifts(rate, -17, -7, e_w, g)
    _, far = step_shifts(rate, 300, -7, e_w, g)

    mean = (np.abs(g) * 2.0 ** (-shifts + e_w - 8)).mean(1) * 2.0**rate.shift
    assert np.all(mean > 0.66)
    assert np.all(mean < 1.5)
    np.testing.assert_array_equal(bias_shifts, far)
    # Bias and weights take steps of the same rate: e_x is all that is between them.
    np.testing.assert_array_equal(bias_shifts + 16 + 7, shifts - e_w + 8)
