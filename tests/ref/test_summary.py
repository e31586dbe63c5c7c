"""Summaries against exact fractions and NumPy's floats."""

import math
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from octograd_ref.summary import summary

windows = st.lists(st.integers(-32768, 32767), min_size=1, max_size=40)


@given(windows)
def test_mean_and_deviation_are_the_nearest(values):
    mean, deviation, *_ = summary(np.array(values, np.int16).reshape(-1, 1))[0].tolist()
    n, total = len(values), sum(values)
    variance = Fraction(sum(v * v for v in values), n) - Fraction(total, n) ** 2

    assert math.floor(Fraction(total, n) + Fraction(1, 2)) == mean
    # deviation - 1/2 <= root < deviation + 1/2, in whole numbers.
    assert (2 * deviation - 1) ** 2 <= 4 * variance or deviation == 0
    assert 4 * variance < (2 * deviation + 1) ** 2


@given(windows)
def test_energy_crossings_and_peak_are_those_of_numpy(values):
    x = np.array(values, np.int16).reshape(-1, 1)
    _, _, energy, crossings, peak = summary(x)[0].tolist()
    square = np.mean(x.astype(float) ** 2)

    assert abs(energy - max(256 * np.log2(max(square, 1e-9)), 0)) <= 1.2
    assert np.count_nonzero(np.diff(np.signbit(x.astype(float)), axis=0)) == crossings
    assert min(np.abs(x.astype(int)).max(), 32767) == peak


def test_largest_deviation_saturates():
    x = np.array([-32768, 32767] * 16384, np.int16).reshape(-1, 1)

    assert [0, 32767, 7680, 32767, 32767] == summary(x)[0].tolist()
