"""octograd_ref/range.py: properties of delayed scales."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from octograd_ref.activation import LEAKY, LINEAR, RELU, RELU6, activate
from octograd_ref.fixed import round_shift
from octograd_ref.range import (
    FRESH,
    WINDOW,
    Error,
    Range,
    begin,
    learn,
    requantize,
    requantize_error,
    widen,
)

exponents = st.integers(-511, 511)
magnitudes = st.integers(1, 2**30)
small = st.integers(1, 127)
seen = st.builds(Range, exponents, st.integers(0, 127), st.integers(0, WINDOW - 1))
sums = st.lists(st.integers(-(2**30), 2**30), min_size=1).map(lambda v: np.array(v, np.int64))


@given(exponents)
def test_begin_of_a_fresh_range_starts_at_the_floor(floor):
    assert (Range(floor, 0, 0), True) == begin(Range(exponent=17), floor)


@given(seen, exponents)
def test_begin_of_a_known_range_only_rises_to_the_floor(r, floor):
    used, fresh = begin(r, floor)

    assert not fresh
    assert r._replace(exponent=max(r.exponent, floor)) == used


@given(exponents, st.integers(0, 2**30))
@example(0, 127)
@example(0, 128)
@example(0, 255)
def test_widen_makes_the_largest_fit_and_wastes_less_than_a_bit(exponent, t):
    steps = widen(Range(exponent, 0, 0), t).exponent - exponent

    assert round_shift(t, steps) <= 128
    assert steps == 0 or t / 2**steps > 63


@given(seen, magnitudes)
def test_learn_raises_the_exponent_at_once_if_the_largest_exceeds_127(r, t):
    t += 127

    rise = learn(r._replace(count=0), r, t).exponent - r.exponent

    # At the end of a window it may not have to fall either.
    assert rise >= 1
    assert 63 < t / 2**rise <= 127.5


@given(seen, small)
def test_learn_keeps_the_exponent_within_a_window(r, t):
    r = r._replace(count=min(r.count, WINDOW - 2))

    assert Range(r.exponent, max(r.maximum, t), r.count + 1) == learn(r, r, t)


@given(seen, small)
def test_learn_at_the_end_of_a_window_falls_until_the_maximum_fills_int8(r, t):
    r = r._replace(count=WINDOW - 1)

    learnt = learn(r, r, t)

    assert (0, 0) == (learnt.maximum, learnt.count)
    assert 64 <= max(r.maximum, t) * 2 ** (r.exponent - learnt.exponent) <= 127


@given(seen, st.lists(magnitudes, min_size=1, max_size=40))
def test_learn_never_lowers_the_exponent_within_a_window(r, largest):
    r = r._replace(count=0)
    for t in largest:
        learnt = learn(r, r, t)
        assert learnt.exponent >= r.exponent
        assert learnt.maximum <= 127
        r = learnt


@given(seen)
def test_learn_of_zeros_keeps_a_fresh_record_as_it_was_before_begin(used):
    assert Range() == learn(Range(), used, 0)


@given(seen)
def test_learn_of_a_window_of_zeros_lowers_the_exponent_by_six(r):
    start = r = r._replace(maximum=0, count=0)
    for _ in range(WINDOW):
        r = learn(r, r, 0)

    assert Range(start.exponent - 6, 0, 0) == r


def alive(v, acc):
    """What is above 0 stays above 0."""
    return np.where((v == 0) & (acc > 0), 1, v)


@pytest.mark.parametrize("activation", [RELU, RELU6, LEAKY + 1, LEAKY + 7])
def test_what_is_just_above_0_stays_so_and_passes_its_gradient(activation):
    acc = np.array([-(2**9), -1, 0, 1, 2**9, 2**20])

    y, *_ = requantize(acc, Range(-1, 0, 0), -14, activation)
    dx, *_ = requantize_error(np.full(6, 100), 0, Error(y, -1, activation), Range())

    np.testing.assert_array_equal(y > 0, acc > 0)
    np.testing.assert_array_equal(dx == 100, (acc > 0) & ((y < 12) | (activation != RELU6)))


@given(sums, exponents, st.sampled_from([LINEAR, RELU]))
def test_requantize_with_a_fresh_range_does_not_saturate(acc, floor, activation):
    y, exponent, _ = requantize(acc, Range(), floor, activation)

    exact = round_shift(acc, exponent - floor)
    exact = alive(np.maximum(exact, 0), acc) if activation == RELU else exact
    # 127.5 rounds to 128, the one value that is cut after widening.
    assert np.abs(exact).max() <= 128
    np.testing.assert_array_equal(np.clip(exact, -127, 127), y)
    assert exponent == floor or np.abs(y.astype(int)).max() >= 63


@given(sums, seen, exponents)
def test_requantize_with_a_known_range_saturates_and_learns_for_the_next(acc, r, floor):
    y, exponent, learnt = requantize(acc, r, floor, LINEAR)

    assert max(r.exponent, floor) == exponent
    np.testing.assert_array_equal(np.clip(round_shift(acc, exponent - floor), -127, 127), y)
    if np.abs(y.astype(int)).max() == 127:
        assert learnt.count == 0 or learnt.exponent >= exponent


def test_requantize_of_zeros_leaves_a_fresh_range_fresh():
    _, exponent, learnt = requantize(np.zeros(3, np.int64), Range(), -14, LINEAR)

    assert -14 == exponent
    assert FRESH == learnt.count


@pytest.mark.parametrize("size", [2**7, 10**3, 10**6, 10**9])
def test_requantize_follows_a_signal_that_shrinks_within_five_windows(size):
    # Even one that rounds to nothing at first.
    _, _, r = requantize(np.array([2**30]), Range(), -30, LINEAR)

    for _ in range(5 * WINDOW):
        y, _, r = requantize(np.array([size]), r, -30, LINEAR)

    assert 63 <= y[0] <= 127


@given(sums, seen, exponents, st.sampled_from([LINEAR, RELU, RELU6, LEAKY + 1, LEAKY + 7]))
def test_requantize_saturates_after_the_activation(acc, r, floor, activation):
    y, e, learnt = requantize(acc, r, floor, activation)

    v = activate(round_shift(acc, e - floor), activation, e)
    v = v if activation == LINEAR else alive(v, acc)
    np.testing.assert_array_equal(np.clip(v, -127, 127), y)
    # What is learnt from is not saturated.
    assert learn(r, r._replace(exponent=e), int(np.abs(v).max())) == learnt


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=6), st.integers(0, 99), seen)
def test_requantize_of_columns_is_that_of_each_column(offsets, seed, r):
    acc = np.random.default_rng(seed).integers(-(2**20), 2**20, (7, len(offsets)))
    base = np.array(offsets) - 12

    y, e, _ = requantize(acc, r, base)

    for column, own in zip(range(len(offsets)), base.tolist(), strict=True):
        known = Range(e, 0, 0)
        alone, _, _ = requantize(acc[:, column], known, own)
        np.testing.assert_array_equal(alone, y[:, column])


@given(sums, st.integers(-20, 20), st.integers(0, 99))
def test_requantize_error_adds_what_is_pending_before_the_activation(acc, finer, seed):
    rng = np.random.default_rng(seed)
    acc = np.clip(acc, -(2**29), 2**29)
    x, q = (rng.integers(-127, 128, acc.size, dtype=np.int8) for _ in range(2))

    together, e, _ = requantize_error(acc, -20, Error(x, -7, RELU, q, -20 - finer), Range())
    added = acc + np.clip(round_shift(q.astype(np.int64), finer), -(2**29), 2**29)
    alone, expected, _ = requantize_error(added, -20, Error(x, -7, RELU), Range())

    np.testing.assert_array_equal(alone, together)
    assert expected == e


@given(sums, seen)
def test_requantize_error_learns_from_half_its_largest(acc, r):
    acc = np.clip(acc, -(2**29), 2**29)
    x = np.ones(acc.size, np.int8)

    dx, e, learnt = requantize_error(acc, -20, Error(x), r)

    largest = int(np.abs(round_shift(acc, e + 20)).max())
    half = learn(r, r._replace(exponent=e), round_shift(largest, 1))
    assert (half if acc.any() else r) == learnt
    np.testing.assert_array_equal(np.clip(round_shift(acc, e + 20), -127, 127), dx)


def test_requantize_error_lets_errors_saturate_that_are_up_to_twice_as_large():
    acc, r = np.array([254, -254, 100]), Range(0, 0, 0)

    for _ in range(2 * WINDOW):
        dx, e, r = requantize_error(acc, 0, Error(np.ones(3, np.int8)), r)

    np.testing.assert_array_equal([127, -127, 100], dx)
    assert 0 == e


def test_requantize_error_learns_from_sums_that_round_to_nothing_but_not_from_none():
    r = Range(20, 5, 7)
    x = np.array([1, -1], np.int8)

    for sums, learns in (([9, 0], True), ([0, 9], False), ([0, 0], False)):
        _, _, learnt = requantize_error(np.array(sums), -20, Error(x, -7, RELU), r)

        assert (r._replace(count=8) if learns else r) == learnt
