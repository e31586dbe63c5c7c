"""octograd_ref/latent.py against float64."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octograd_ref.latent import CODE_EXPONENT, latent_backward, latent_forward, latent_kl
from octograd_ref.rng import rng_seed
from octograd_ref.tables import NORMAL


def random_latent(seed, spread=1.0):
    """Return a random generator, sums, their exponent, and the latent of a training step."""
    rng = np.random.default_rng(seed)
    k, e_y = int(rng.integers(1, 20)), int(rng.integers(-20, -9))
    sums = np.round(rng.normal(0, spread, 2 * k) * 2.0**-e_y).astype(np.int32)
    return rng, sums, e_y, latent_forward(sums, e_y, rng_seed(seed))[0]


def real(latent):
    """Return mean, log-variance and noise as reals."""
    return latent.mean / 256, latent.log_variance / 16, latent.noise / 256


@pytest.mark.parametrize("seed", range(50))
def test_forward_is_mean_and_noise_within_rounding(seed):
    rng, sums, e_y, latent = random_latent(seed)
    k = sums.size // 2
    mean, log_variance, noise = real(latent)

    exact = sums * 2.0**e_y
    assert np.abs(mean - exact[:k]).max() <= 1 / 512
    assert np.abs(log_variance - exact[k:]).max() <= 1 / 32
    z = latent.code * 2.0**CODE_EXPONENT
    assert np.abs(z - np.clip(mean + noise, -127 / 32, 127 / 32)).max() <= 1 / 64


def test_forward_in_inference_draws_nothing_and_takes_the_mean():
    sums = np.array([300, -300, 99999, 4, 5, 6], np.int32)

    latent, state = latent_forward(sums, -8)

    assert state is None
    assert not latent.noise.any()
    assert [38, -37, 127] == latent.code.tolist()  # halves up


@pytest.mark.parametrize("log_variance", [-40, -16, 0, 16, 40])
def test_noise_has_the_standard_deviation_that_was_learnt(log_variance):
    k = 4000
    sums = np.concatenate([np.zeros(k), np.full(k, log_variance)]).astype(np.int32)

    latent, _ = latent_forward(sums, -4, rng_seed(3))

    noise = latent.noise / 256
    sigma = np.exp(log_variance / 32)
    assert abs(noise.mean()) < 0.06 * sigma
    assert abs(noise.std() / sigma - 1) < 0.03


def test_quantiles_are_symmetric_and_have_nearly_variance_one():
    quantiles = NORMAL.astype(int)

    assert quantiles.tolist() == (-quantiles[::-1]).tolist()
    assert abs((quantiles / 32).std() - 1) < 0.005


@pytest.mark.parametrize("factor, shift", [(256, 8), (256, 10), (77, 8), (3840, 16), (0, 8)])
@pytest.mark.parametrize("seed", range(10))
def test_backward_is_the_gradient_of_loss_and_kl(seed, factor, shift):
    rng, _, _, latent = random_latent(seed)
    dz = rng.integers(-127, 128, latent.code.size).astype(np.int8)
    e_dz = int(rng.integers(-12, -3))
    beta = factor * 2.0**-shift

    dy, e_loss = latent_backward(dz, e_dz, latent, factor, shift)

    mean, log_variance, noise = real(latent)
    epsilon = noise / np.exp(log_variance / 2)

    def objective(m, v):
        z = m + np.exp(v / 2) * epsilon
        return (dz * 2.0**e_dz * z).sum() + beta * (m**2 + np.exp(v) - 1 - v).sum() / 2

    h, k = 1e-4, latent.code.size
    at, nudges = np.concatenate([mean, log_variance]), np.eye(2 * k) * h
    gradient = [
        (objective(*np.split(at + d, 2)) - objective(*np.split(at - d, 2))) / (2 * h)
        for d in nudges
    ]
    # Half a step of int8, half of the 8 bits below dz twice, and half of each table's.
    bound = 2.0 ** (e_loss - 1) + 2.0 ** (e_dz - 8) + beta / 512 + 1e-6
    assert np.abs(dy * 2.0**e_loss - gradient).max() <= bound
    assert 64 <= np.abs(dy.astype(int)).max() <= 127


@pytest.mark.parametrize("seed", range(30))
def test_kl_is_the_divergence_within_its_table(seed):
    _, _, _, latent = random_latent(seed, 1.5)
    mean, v, _ = real(latent)

    exact = (mean**2 + np.exp(v) - 1 - v).sum() / 2
    # A table's value is half a step of 2^-8 off at the most, and limited where e^v > 256.
    bound = latent.code.size * (2 + 0.5 + 0.5) / 1024
    assert latent_kl(latent) / 1024 <= exact + bound
    if v.max() < 5.5:
        assert latent_kl(latent) / 1024 >= exact - bound


def test_kl_of_the_standard_normal_is_nothing():
    assert 0 == latent_kl(latent_forward(np.zeros(12, np.int32), -14)[0])


any_sums = st.lists(st.integers(-(2**31), 2**31 - 1), min_size=2, max_size=12)


@given(any_sums, st.integers(-511, 511), st.integers(1, 2**32 - 1), st.integers(-511, 511))
def test_any_values_stay_within_their_bounds(items, e_y, state, e_dz):
    sums = np.array(items[: len(items) // 2 * 2], np.int64)
    for s in (state, None):
        latent, _ = latent_forward(sums, e_y, s)
        dz = np.full(latent.code.size, -127, np.int8)
        dy, e_loss = latent_backward(dz, e_dz, latent, 15 * 256, 8)

        assert np.abs(latent.mean).max() <= 32767
        assert np.abs(latent.noise).max() <= 32767
        assert np.abs(latent.log_variance).max() <= 127
        assert np.abs(latent.code.astype(int)).max() <= 127
        assert np.abs(dy.astype(int)).max() <= 127
        assert e_loss >= e_dz - 8
        assert 0 <= latent_kl(latent) <= 2**29
