"""Mel bands and cepstra against the formulas of librosa and SciPy in float64."""

from array import array

import numpy as np
import pytest
from scipy import fft, signal

import octograd as og
from octograd_ref.mel import cosine_transform

CASES = [(16000, 400, 40, 20, None), (8000, 200, 20, 100, 3800), (44100, 1024, 64, 50, 16000)]


def filters(rate, n_fft, bands, low, high):
    """librosa.filters.mel(htk=True, norm=None)."""
    ends = 2595 * np.log10(1 + np.array([low, high]) / 700)
    points = 700 * (10 ** (np.linspace(*ends, bands + 2) / 2595) - 1)
    f = np.arange(n_fft // 2 + 1) * rate / n_fft
    rise = (f - points[:-2, None]) / np.diff(points)[:-1, None]
    fall = (points[2:, None] - f) / np.diff(points)[1:, None]
    return np.maximum(0, np.minimum(rise, fall))


def exact_log_mel(x, rate, bands, low, high):
    n_fft = 1 << (x.size - 1).bit_length()
    power = abs(np.fft.rfft((x - x.mean()) * signal.get_window("hann", x.size), n_fft)) ** 2
    energy = filters(rate, n_fft, bands, low, high or rate / 2) @ power
    return 256 * np.log2(np.maximum(energy, 1))


def voice(rng, rate, n, level):
    """Harmonics of 170 Hz that fall by 6 dB an octave, and some noise."""
    t, k = np.arange(n) / rate, np.arange(1, 20)[:, None]
    x = (np.sin(2 * np.pi * 170 * k * t + k * k) / k).sum(axis=0) + rng.normal(0, 0.01, n)
    return np.round(level * x + rng.normal(0, 1, n)).astype(np.int16)


@pytest.mark.parametrize("rate, size, bands, low, high", CASES)
def test_weights_are_those_of_librosa(rate, size, bands, low, high):
    mel = og.LogMel(rate, size, bands=bands, low=low, high=high)
    exact = filters(rate, len(mel._power) - 2, bands, low, high or rate / 2)
    made = np.zeros(exact.shape)
    for b in range(bands):
        rise, fall, end = mel.edges[b : b + 3]
        made[b, rise:fall] = np.array(mel.weights[rise:fall]) / 32768
        made[b, fall:end] = 1 - np.array(mel.weights[fall:end]) / 32768

    assert abs(made - exact).max() < 2.0**-14


@pytest.mark.parametrize("rate, size, bands, low, high", CASES)
@pytest.mark.parametrize("level, most", [(30, 40), (300, 12), (8000, 12)])
def test_log_mel_is_within_its_error(rate, size, bands, low, high, level, most):
    rng = np.random.default_rng(level)
    x = voice(rng, rate, size, level)
    mel, out = og.LogMel(rate, size, bands=bands, low=low, high=high), array("h", bytes(2 * bands))
    mel.extract_into(array("h", x.tolist()), out)

    # In 1/256 of a factor of two of power: 40 is 0.5 dB.
    assert abs(np.array(out) - exact_log_mel(x, rate, bands, low, high)).max() < most


@pytest.mark.parametrize("n", [1, 2, 13, 40, 128])
def test_cosine_transform_is_that_of_scipy(n):
    x = np.random.default_rng(n).integers(0, 12800, n).astype(np.int16)

    assert abs(cosine_transform(x, n) - fft.dct(x.astype(float)) / n).max() < 1


def test_mfcc_is_the_transform_of_log_mel():
    x = voice(np.random.default_rng(3), 8000, 200, 2000)
    mfcc, out = og.MFCC(8000, 200, bands=20, coefficients=20), array("h", bytes(40))
    mfcc.extract_into(array("h", x.tolist()), out)

    exact = fft.dct(exact_log_mel(x, 8000, 20, 20, None)) / 20

    assert abs(np.array(out) - exact).max() < 4
