"""og_mel.c against octograd_ref/mel.py, bit for bit."""

import numpy as np
import pytest

from octograd_ref.mel import cosine_transform, mel_energy

from .draw import cases, pick, seeds


@seeds
def test_mel_energy_equals_reference(kernels, seed):
    for rng in cases(seed, 40):
        bins = pick(rng, [5, 129, 513])
        power = rng.integers(0, 2**32, bins, np.uint32) >> rng.integers(0, 32, dtype=np.uint32)
        edges = np.sort(rng.integers(0, bins + 1, int(rng.integers(3, 40)))).astype(np.int16)
        weights = rng.integers(-32768, 32768, edges[-1], np.int16)
        args = power[: edges[-1]], int(rng.integers(-10, 15)), edges, weights

        np.testing.assert_array_equal(mel_energy(*args), kernels.mel_energy(*args))


@pytest.mark.parametrize("value", [0, 1, 2**15 - 1, 2**31, 2**32 - 1])
@pytest.mark.parametrize("weight", [0, 1, 32767, -1, -32768])
def test_mel_energy_equals_reference_at_extremes(kernels, value, weight):
    edges = np.array([0, 0, 256, 513, 513], np.int16)
    for e in (-10, 14):
        args = np.full(513, value, np.uint32), e, edges, np.full(513, weight, np.int16)

        np.testing.assert_array_equal(mel_energy(*args), kernels.mel_energy(*args))


@pytest.mark.parametrize("n", [1, 2, 3, 13, 40, 127, 128])
def test_cosine_transform_equals_reference(kernels, n):
    rng = np.random.default_rng(n)
    windows = [rng.integers(-32768, 32768, n, np.int16) >> k for k in range(0, 15, 2)]
    windows += [np.resize(v, n).astype(np.int16) for v in ([-32768], [32767], [-32768, 32767])]
    for x in windows:
        for n_out in {1, n // 2 + 1, n}:
            made = kernels.cosine_transform(x, n_out)

            np.testing.assert_array_equal(cosine_transform(x, n_out), made)
