"""og_range.h against octograd_ref/range.py, bit for bit."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from octograd_ref.range import WINDOW, Range, begin, learn, widen

# Wider than any caller: sums of two exponents that the binding lets in.
exponents = st.integers(-1100, 1100)
magnitudes = st.one_of(st.integers(0, 300), st.integers(0, 2**30))
seen = st.builds(Range, exponents, st.integers(0, 127), st.integers(0, WINDOW - 1))
ranges = st.one_of(seen, st.builds(Range, exponents, st.integers(0, 127), st.just(-1)))


def test_range_is_three_int16_without_padding(kernels):
    assert 2 * 3 == kernels.call("shim_range_bytes")


@given(r=ranges, floor=exponents)
def test_begin_equals_reference(kernels, r, floor):
    assert begin(r, floor) == kernels.begin(r, floor)


@given(r=seen, t=magnitudes)
@example(r=Range(0, 0, 0), t=127)
@example(r=Range(0, 0, 0), t=128)
@example(r=Range(0, 0, 0), t=255)
@example(r=Range(1022, 0, 0), t=2**30)
def test_widen_equals_reference(kernels, r, t):
    assert widen(r, t) == kernels.widen(r, t)


@given(r=ranges, used=seen, t=magnitudes)
@example(r=Range(), used=Range(0, 0, 0), t=0)
@example(r=Range(5, 7, WINDOW - 1), used=Range(5, 7, WINDOW - 1), t=0)
@example(r=Range(5, 0, WINDOW - 1), used=Range(5, 0, WINDOW - 1), t=1)
@example(r=Range(5, 127, WINDOW - 1), used=Range(5, 127, WINDOW - 1), t=128)
@example(r=Range(5, 64, WINDOW - 1), used=Range(5, 64, WINDOW - 1), t=63)
@example(r=Range(), used=Range(0, 0, 0), t=2**30)
def test_learn_equals_reference(kernels, r, used, t):
    assert learn(r, used, t) == kernels.learn(r, used, t)


@pytest.mark.parametrize("t", [1, 63, 64, 127, 128, 1000, 2**30])
def test_learn_equals_reference_through_whole_windows(kernels, t):
    ours = theirs = Range(-14, 0, 0)
    for k in range(2 * WINDOW + 3):
        size = max(t >> k % 5, 1)
        ours, theirs = learn(ours, ours, size), kernels.learn(theirs, theirs, size)
        assert ours == theirs
