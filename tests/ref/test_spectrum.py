"""Spectra against NumPy's transform in float64, and bands against SciPy's periodogram."""

from array import array

import numpy as np
import pytest
from scipy import signal

import octograd as og
from octograd_ref.sine import cosine, sine
from octograd_ref.spectrum import power_spectrum


def samples(rng, n, level):
    """Two tones, one 60 dB below the other, and noise below that."""
    k = np.arange(n)
    x = np.sin(0.21 * k) + 0.001 * np.sin(1.7 * k) + rng.normal(0, 0.001, n)
    return np.round(level * x + 3000).astype(np.int16)


def test_sines_are_within_their_error():
    phase = np.random.default_rng(0).integers(0, 2**32, 100000)
    angle = 2 * np.pi * phase / 2**32

    assert abs(sine(phase) - 32768 * np.sin(angle)).max() < 1.2
    assert abs(cosine(phase) - 32768 * np.cos(angle)).max() < 1.2


@pytest.mark.parametrize("log2_n", range(3, 11))
@pytest.mark.parametrize("level", [20, 1000, 28000])
def test_power_is_that_of_the_exact_transform(log2_n, level):
    rng, size = np.random.default_rng(log2_n), 2**log2_n
    for n in (size, 2 * size // 3):
        x = samples(rng, n, level)
        exact = np.fft.rfft((x - x.mean()) * signal.get_window("hann", n), size)
        power, e = power_spectrum(x, log2_n)

        error = abs(np.sqrt(power * 4.0**e) - abs(exact)).max()

        # 15 bits of the largest bin; half of the last bit of the mean, N / 2 times, in the first
        # bins; and of each sample half of its last bit, which add up as noise does.
        bits = 2.0 ** (2 * log2_n - 15) + 2.0 ** (1.5 * log2_n - 12)
        assert error < abs(exact).max() * 2.0**-13 + bits


def test_a_constant_is_nothing():
    for value in (-32768, 0, 32767):
        power, _ = power_spectrum(np.full(300, value, np.int16), 9)
        assert not power.any()


@pytest.mark.parametrize("size", [64, 100, 512, 1000])
def test_bands_are_those_of_the_periodogram(size):
    rng = np.random.default_rng(size)
    edges = (10, 40, 90, 100, 190)
    for level in (30, 3000, 30000):
        x = samples(rng, size, level) - 3000
        spectrum = og.Spectrum(400, size, edges)
        out = array("h", bytes(8))
        spectrum.extract_into(array("h", x.tolist()), out)
        n = 8
        while n < size:
            n *= 2
        _, density = signal.periodogram(x.astype(float), 400, "hann", n, "constant")
        bins = [-(-edge * n // 400) for edge in edges]
        squares = [density[a:b].sum() * 400 / n for a, b in zip(bins, bins[1:], strict=False)]

        assert bins == list(spectrum.edges)
        assert abs(np.array(out) - np.sqrt(squares)).max() < 1


def test_bands_together_are_the_deviation():
    x = np.round(5000 * np.sin(0.3 * np.arange(256)) + 12000).astype(np.int16)
    out = array("h", [0])
    og.Spectrum(256, 256, (0, 128), unit=-2).extract_into(array("h", x.tolist()), out)

    assert abs(out[0] - 4 * 5000 / 2**0.5) < 4 * 20
