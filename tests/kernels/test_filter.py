"""og_filter.c against octograd_ref/filter.py, bit for bit."""

import numpy as np
import pytest

import octograd as og
from octograd_ref.filter import Section, filter_apply

from .draw import INT32_MAX, INT32_MIN, cases, int32, pick, seeds


def random_section(rng):
    """A section of a filter, or anything that the border lets in."""
    if rng.random() < 0.6:
        kind = pick(rng, [{"highpass": 40}, {"lowpass": 399}, {"lowpass": 1}])
        return Section(*og.Filter(1000, **kind).sections)
    factors = [(int(rng.integers(0, 32768)), int(rng.integers(-15, 31))) for _ in range(3)]
    return Section(int(rng.integers(2)), *(field for factor in factors for field in factor))


def check(kernels, sections, x, state):
    expected = filter_apply(sections, x, state)
    for in_place in (False, True):
        made = kernels.filter_apply(sections, x, state, in_place)
        for ours, theirs in zip(made, expected, strict=True):
            np.testing.assert_array_equal(theirs, ours)


def test_record_is_seven_int16(kernels):
    assert 2 * 7 == kernels.call("shim_section_bytes")


@seeds
def test_apply_equals_reference(kernels, seed):
    for rng in cases(seed, 40):
        channels, sections = pick(rng, [1, 2, 3]), [random_section(rng) for _ in range(3)]
        sections = sections[: int(rng.integers(1, 4))]
        x = rng.integers(-32768, 32768, (60, channels), np.int16) >> int(rng.integers(0, 12))
        n = channels * len(sections) * 2
        state = int32(rng, n) if rng.random() < 0.5 else np.zeros(n, np.int32)

        check(kernels, sections, x, state.reshape(channels, -1, 2))


@pytest.mark.parametrize("held", [INT32_MIN, INT32_MAX, 0])
@pytest.mark.parametrize("shift", [-15, 0, 30])
@pytest.mark.parametrize("high", [0, 1])
def test_apply_equals_reference_at_extremes(kernels, held, shift, high):
    section = Section(high, *(32767, shift) * 3)
    for x in ([-32768] * 40, [32767] * 40, [32767, -32768] * 20):
        x = np.array(x, np.int16).reshape(-1, 1)

        check(kernels, [section] * 8, x, np.full((1, 8, 2), held, np.int32))
