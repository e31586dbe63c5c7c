"""og_spectrum.c and og_sine.h against octograd_ref/spectrum.py and sine.py, bit for bit."""

import numpy as np
import pytest

from octograd_ref.sine import cosine, sine, sine_step
from octograd_ref.spectrum import band_magnitude, power_spectrum

from .draw import cases, pick, seeds

PHASES = np.concatenate([np.arange(0, 2**32, 2**22 // 3), 2**32 - 1 - np.arange(9)])
sizes = pytest.mark.parametrize("log2_n", range(3, 11))


def samples(rng, n):
    """A tone and noise, loud or quiet, with an offset."""
    loud, level = 2.0 ** rng.uniform(0, 14.9), rng.uniform(-32768, 32767)
    tone = loud * np.sin(rng.uniform(0, np.pi) * np.arange(n))
    x = pick(rng, [0, level]) + tone + rng.normal(0, loud * pick(rng, [0, 0.001, 1]), n)
    return np.clip(x, -32768, 32767).astype(np.int16)


def test_sines_equal_reference(kernels):
    phases = PHASES.astype(np.uint32)

    for name, function in (("shim_sine", sine), ("shim_cosine", cosine)):
        np.testing.assert_array_equal(function(PHASES), kernels.map(name, phases))
    steps = np.arange(3000, dtype=np.uint32)
    expected = sine_step(steps.astype(np.int64))
    np.testing.assert_array_equal(expected, kernels.map("shim_sine_step", steps))


@sizes
@seeds
def test_power_spectrum_equals_reference(kernels, log2_n, seed):
    for rng in cases(seed, 8):
        n = pick(rng, [2**log2_n, int(rng.integers(2, 2**log2_n + 1))])
        x = samples(rng, n)
        expected, e = power_spectrum(x, log2_n)

        for stride in (1, 3):
            made = kernels.power_spectrum(x, log2_n, stride)
            assert e == made[1]
            np.testing.assert_array_equal(expected, made[0])


@sizes
def test_power_spectrum_equals_reference_at_extremes(kernels, log2_n):
    n = 2**log2_n
    for x in ([-32768], [32767], [-32768, 32767], [32767] * (n // 2) + [-32768] * (n // 2), [0]):
        x = np.resize(x, n).astype(np.int16)
        expected, e = power_spectrum(x, log2_n)
        made = kernels.power_spectrum(x, log2_n, 1)

        assert -10 <= e <= 14
        assert e == made[1]
        np.testing.assert_array_equal(expected, made[0])
    loudest = np.where(np.arange(n) % (n // 2) < n // 4, 32767, -32768).astype(np.int16)
    np.testing.assert_array_equal(
        power_spectrum(loudest, log2_n)[0], kernels.power_spectrum(loudest, log2_n, 1)[0]
    )


@seeds
def test_band_magnitude_equals_reference(kernels, seed):
    for rng in cases(seed, 40):
        log2_n = int(rng.integers(3, 11))
        bins = 2 ** (log2_n - 1) + 1
        power = rng.integers(0, 2**32, bins, np.uint32) >> rng.integers(0, 32, dtype=np.uint32)
        edges = np.sort(rng.integers(0, bins + 1, int(rng.integers(2, 20)))).astype(np.int16)
        e, unit = int(rng.integers(-10, 15)), int(rng.integers(-8, 9))
        args = power, e, int(rng.integers(2, 2**log2_n + 1)), log2_n, edges, unit

        np.testing.assert_array_equal(band_magnitude(*args), kernels.band_magnitude(*args))


@pytest.mark.parametrize("value", [0, 1, 2**31, 2**32 - 1])
@sizes
def test_band_magnitude_equals_reference_at_extremes(kernels, value, log2_n):
    bins = 2 ** (log2_n - 1) + 1
    power = np.full(bins, value, np.uint32)
    for n in (2, 3, 2**log2_n):
        for e in (-10, 0, 14):
            for unit in (-8, 0, 8):
                args = power, e, n, log2_n, np.array([0, 1, 1, bins], np.int16), unit
                made = kernels.band_magnitude(*args)

                np.testing.assert_array_equal(band_magnitude(*args), made)
