"""og_update.c against octograd_ref/update.py, bit for bit."""

import numpy as np
import pytest

from octograd_ref.update import Rate, halve, step_shifts, update_bias, update_rows

seeds = pytest.mark.parametrize("seed", range(10))
residuals = pytest.mark.parametrize("with_residual", [True, False], ids=["two-byte", "one-byte"])


def cases(seed):
    """Ten generators for each seed, as a test of its own for each takes pytest longer."""
    return map(np.random.default_rng, range(10 * seed, 10 * seed + 10))


def int8(rng, n):
    return rng.integers(-128, 128, n, dtype=np.int8)


@seeds
def test_step_shifts_equal_reference(kernels, seed):
    for rng in cases(seed):
        e_dy, e_x, e_w = rng.integers(-511, 512, 3).tolist()
        n = int(rng.integers(1, 100))
        g = rng.integers(-(2**14), 2**14 + 1, (1, n)) >> rng.integers(0, 16)
        sum_abs = int(np.abs(g).sum())

        for normalize in (0, 1):
            rate = Rate(int(rng.integers(1, 16)), int(rng.integers(0, 31)), normalize)
            expected = [int(np.squeeze(s)) for s in step_shifts(rate, e_dy, e_x, e_w, g)]

            assert expected == [*kernels.step_shifts(rate, e_dy, e_x, e_w, sum_abs, n)]


@pytest.mark.parametrize("n", [1, 2, 3, 255, 32768])
@pytest.mark.parametrize("mean", [0, 1, 2, 3, 5, 6, 127, 2**14 - 1, 2**14])
def test_step_shifts_normalized_equal_reference_at_every_bend(kernels, n, mean):
    for sum_abs in {mean * n, mean * n + n - 1}:
        g = np.full((1, n), mean)
        g[0, : sum_abs - mean * n] += 1
        rate = Rate(1, 0, 1)
        expected = [int(np.squeeze(s)) for s in step_shifts(rate, 0, -7, -8, g)]

        assert expected == [*kernels.step_shifts(rate, 0, -7, -8, sum_abs, n)]


@seeds
@residuals
def test_update_weights_equals_reference(kernels, seed, with_residual):
    for rng in cases(seed):
        n = int(rng.integers(1, 40))
        w = int8(rng, n)
        low = int8(rng, n) if with_residual else None
        g = rng.integers(-(2**30), 2**30 + 1, n) >> rng.integers(0, 31, n)
        shift = int(rng.choice([-1100, -30, -3, 0, 3, 10, 20, 30, 31, 1100]))
        state = int(rng.integers(1, 2**32))

        expected_w, expected_low, after, clamped = update_rows(
            w[None], None if low is None else low[None], g[None], shift, state
        )

        expected = expected_w[0], None if low is None else expected_low[0], after, clamped
        np.testing.assert_equal(kernels.update_rows(w, low, g, shift, state), expected)


@residuals
def test_update_weights_equals_reference_for_all_weights_at_the_ends(kernels, with_residual):
    w = np.repeat(np.arange(-128, 128).astype(np.int8), 5)
    low = np.tile(np.array([-128, -127, 0, 126, 127], np.int8), 256) if with_residual else None
    for step in (-(2**30), -1, 0, 1, 2**30):
        g = np.full(w.size, step)

        expected_w, expected_low, after, clamped = update_rows(
            w[None], None if low is None else low[None], g[None], 0, 3
        )

        expected = expected_w[0], None if low is None else expected_low[0], after, clamped
        np.testing.assert_equal(kernels.update_rows(w, low, g, 0, 3), expected)


def test_update_bias_equals_reference(kernels):
    rng = np.random.default_rng(0)
    ends = [-(2**31), -(2**31) + 1, -(2**29) - 1, -(2**29), 0, 2**29, 2**31 - 1]
    for b in [*ends, *rng.integers(-(2**31), 2**31, 30).tolist()]:
        for g in (-(2**30), -1920, -1, 0, 1, 1920, 2**30):
            for shift in (-1100, -29, -1, 0, 1, 7, 30, 31, 1100):
                assert int(update_bias(b, g, shift)) == kernels.update_bias(b, g, shift)


@seeds
@residuals
def test_halve_equals_reference(kernels, seed, with_residual):
    for rng in cases(seed):
        n = int(rng.integers(1, 40))
        w, low = int8(rng, n), int8(rng, n) if with_residual else None
        e_w, state = int(rng.integers(-128, 127)), int(rng.integers(1, 2**32))

        np.testing.assert_equal(kernels.halve(w, low, e_w, state), halve(w, low, e_w, state))


@residuals
@pytest.mark.parametrize("e_w", [-128, 126, 127])
def test_halve_equals_reference_for_every_weight_at_the_ends(kernels, with_residual, e_w):
    w = np.repeat(np.arange(-128, 128).astype(np.int8), 5)
    low = np.tile(np.array([-128, -127, 0, 126, 127], np.int8), 256) if with_residual else None

    np.testing.assert_equal(kernels.halve(w, low, e_w, 5), halve(w, low, e_w, 5))
