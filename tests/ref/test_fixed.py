"""octograd_ref/fixed.py against exact rational arithmetic."""

import math
from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from octograd_ref.fixed import clamp, round_shift

values = st.integers(-(2**30), 2**30)
right = st.integers(0, 40)
left = st.integers(-1100, -1)
any_shift = st.integers(-1100, 1100)


@given(values, right)
@example(2**30, 30)
@example(-(2**30), 30)
@example(2**29, 40)
@example(-(2**29), 31)
def test_round_shift_is_the_nearest_with_halves_up(v, s):
    exact = Fraction(v, 2 ** min(s, 30))

    assert math.floor(exact + Fraction(1, 2)) == round_shift(v, s)


@given(values, left)
@example(2**30, -1)
@example(1, -29)
@example(1, -30)
@example(2, -29)
@example(-1, -1100)
def test_round_shift_of_a_negative_shift_multiplies_or_saturates(v, s):
    k = min(-s, 29)
    product = v * 2**k

    assert (product if abs(product) <= 2**29 else math.copysign(2**29, v)) == round_shift(v, s)


@given(values, values, any_shift)
def test_round_shift_is_monotone(v, u, s):
    low, high = sorted((v, u))

    assert round_shift(low, s) <= round_shift(high, s)


@given(values, any_shift)
def test_round_shift_is_odd_except_for_halves(v, s):
    half = s > 0 and (2 * v) % 2 ** min(s, 30) == 0 and v % 2 ** min(s, 30) != 0

    assert -round_shift(v, s) + half == round_shift(-v, s)


@given(st.lists(st.tuples(values, any_shift), min_size=1))
def test_round_shift_of_arrays_is_that_of_their_items(pairs):
    v, s = np.array(pairs, np.int64).T

    rounded = round_shift(v, s)

    assert [round_shift(a, b) for a, b in pairs] == rounded.tolist()


@given(st.lists(values, min_size=1), any_shift)
def test_round_shift_of_an_array_by_an_int_is_that_of_its_items(items, s):
    rounded = round_shift(np.array(items, np.int64), s)

    assert np.int64 == rounded.dtype
    assert [round_shift(v, s) for v in items] == rounded.tolist()


@given(values, st.integers(0, 2**30))
def test_clamp_limits_and_keeps_what_is_within(v, limit):
    clamped = int(clamp(v, limit))

    assert abs(clamped) == min(abs(v), limit)
    assert clamped * v >= 0
