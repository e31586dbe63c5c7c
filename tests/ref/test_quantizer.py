"""Statistics and quantised values are those of exact fractions, within what they say."""

from array import array
from fractions import Fraction
from math import floor, isqrt

from hypothesis import given
from hypothesis import strategies as st

import octograd as og

counts = st.integers(-32768, 32767)
streams = st.one_of(
    st.lists(counts, min_size=1, max_size=60),
    st.lists(st.integers(-3, 3), min_size=1, max_size=60),
    st.tuples(counts, st.lists(st.integers(-200, 200), min_size=1, max_size=60)).map(
        lambda pair: [max(-32768, min(pair[0] + d, 32767)) for d in pair[1]]
    ),
)


@given(streams)
def test_mean_is_exact_to_a_256th(stream):
    statistics = og.RunningStatistics()
    for value in stream:
        statistics.add((value,))

    assert floor(Fraction(256 * sum(stream), len(stream))) == statistics.mean()


@given(streams)
def test_deviation_is_near_to_the_exact_one(stream):
    statistics = og.RunningStatistics()
    for value in stream:
        statistics.add((value,))
    n, mean = len(stream), Fraction(sum(stream), len(stream))
    exact = isqrt(floor(65536 * sum((value - mean) ** 2 for value in stream) / n))

    # The first delta is from 0, and deltas have 15 bits relative to the largest.
    largest = max(abs(value) for value in stream)
    largest = max([largest] + [abs(a - b) for a in stream for b in stream])
    assert abs(exact - statistics.deviation()) <= exact / 64 + largest / 16 + 16


@given(counts, st.integers(-9, 23), st.integers(-32768, 32767))
def test_an_int_is_rounded_half_up(value, shift, offset):
    quantizer = og.Quantizer(shift=shift)
    quantizer.offset[0] = offset

    expected = floor(Fraction(value - offset) / Fraction(2) ** shift + Fraction(1, 2))

    assert max(-127, min(expected, 127)) == quantizer.quantize(value)


@given(st.floats(-1e6, 1e6, width=32), st.integers(-30, 23))
def test_a_float_is_rounded_half_up(value, shift):
    expected = floor(Fraction(value) / Fraction(2) ** shift + Fraction(1, 2))

    assert max(-127, min(expected, 127)) == og.Quantizer(shift=shift).quantize(value)


@given(st.lists(counts, min_size=1, max_size=9))
def test_a_calibrated_scale_is_the_finest_that_fits(values):
    quantizer = og.Quantizer()
    quantizer.calibrate(values)
    shift = quantizer.shift[0]

    peak = max(abs(value) for value in values)
    assert Fraction(peak) / Fraction(2) ** shift < Fraction(255, 2)
    assert shift == -7 or Fraction(peak) / Fraction(2) ** (shift - 1) >= Fraction(255, 2)


@given(
    st.lists(st.integers(-128, 127), min_size=1, max_size=40),
    st.integers(0, 50),
    st.integers(0, 50),
    st.integers(0, 2**30 - 1),
)
def test_a_moved_and_warped_window_has_the_items_of_the_old_in_order(items, shift, warp, seed):
    window, out = array("b", items), array("b", bytes(len(items)))
    places = array("b", range(len(items)))

    og.Augment(shift=shift, warp=warp, seed=seed).augment_into(places, out)
    order = list(out)
    og.Augment(shift=shift, warp=warp, seed=seed).augment_into(window, out)

    assert sorted(order) == order
    assert [max(items[k], -127) for k in order] == list(out)
