"""og_update.c against octograd_ref/update.py, bit for bit."""

import numpy as np
import pytest

from octograd_ref.update import (
    Batch,
    Rate,
    Weights,
    batch_apply,
    halve,
    step_shifts,
    weight_decay,
    weight_pull,
)

from .draw import (
    INT32_MAX,
    INT32_MIN,
    cases,
    int8,
    momenta,
    pick,
    random_rate,
    random_weights,
    residuals,
    seeds,
    telling_exponent,
)

LOWS = np.array([-128, -127, 0, 126, 127], np.int8)


def all_weights(with_residual, e_w=-8, velocity=None):
    """Every byte of a weight, with low bytes at the ends, as one row with one bias."""
    w = np.repeat(np.arange(-128, 128).astype(np.int8), 5)[None]
    if velocity is not None:
        velocity = np.full(w.size + 1, velocity, np.int16)
    residual = np.tile(LOWS, 256)[None] if with_residual else None
    return Weights(w, residual, velocity, np.zeros(1, np.int32), e_w, 3)


def test_records_are_int16_without_padding(kernels):
    assert 2 * 4 == kernels.call("shim_rate_bytes")
    assert 2 * 3 == kernels.call("shim_batch_bytes")


@seeds
def test_step_shifts_equal_reference(kernels, seed):
    for rng in cases(seed):
        e_gw, e_gb = rng.integers(-1022, 1023, 2).tolist()
        e_w, n = int(rng.integers(-128, 128)), int(rng.integers(1, 100))
        g = rng.integers(-(2**26), 2**26 + 1, (1, n)) >> int(rng.integers(0, 27))
        sum_abs = min(int(np.abs(g).sum()), 2**31)

        for normalize in (0, 1):
            rate = random_rate(rng)._replace(normalize=normalize)
            expected = [int(np.squeeze(s)) for s in step_shifts(rate, e_gw, e_gb, e_w, g)]

            assert expected == [*kernels.step_shifts(rate, e_gw, e_gb, e_w, sum_abs, n)]


@pytest.mark.parametrize("n", [1, 2, 3, 32])
@pytest.mark.parametrize("mean", [0, 1, 2, 3, 5, 6, 127, 2**14 - 1, 2**14, 2**26 - 1, 2**26])
def test_step_shifts_normalized_equal_reference_at_every_bend(kernels, n, mean):
    for sum_abs in {mean * n, min(mean * n + n - 1, 2**26 * n)}:
        g = np.full((1, n), mean)
        g[0, : sum_abs - mean * n] += 1
        rate = Rate(1, 0, 1)
        expected = [int(np.squeeze(s)) for s in step_shifts(rate, 0, -7, -8, g)]

        assert expected == [*kernels.step_shifts(rate, 0, -7, -8, sum_abs, n)]


def random_batch(rng, layer, rate):
    """Sums of a batch, of any size, some rows without any."""
    rows = len(layer.w)
    size = int(rng.integers(0, 27))
    g = rng.integers(-(2**size), 2**size + 1, layer.w.shape)
    g_bias = rng.integers(-(2**size), 2**size + 1, layer.b.size)
    zero = rng.random(rows) < pick(rng, [0.0, 0.5, 1.0])
    g[zero] = 0
    if rng.random() < 0.7:
        g_bias[np.repeat(zero, layer.b.size // rows)] = 0
    e_gb = telling_exponent(rng, layer, rate, size)
    return Batch(g, g_bias, e_gb - 7, e_gb, int(rng.integers(0, 5)))


@seeds
@residuals
@pytest.mark.parametrize("one_row", [False, True], ids=["rows", "one-row"])
def test_batch_apply_equals_reference(kernels, seed, with_residual, one_row):
    for rng in cases(seed, 40):
        rows, n, rate = int(rng.integers(1, 9)), int(rng.integers(1, 40)), random_rate(rng)
        shape = (1, rows * n, rows) if one_row else (rows, n, rows)
        layer = random_weights(rng, *shape, with_residual, rate.momentum > 0)
        args = layer, random_batch(rng, layer, rate), rate

        np.testing.assert_equal(kernels.batch_apply(*args), batch_apply(*args))


@residuals
@momenta
@pytest.mark.parametrize("e_w", [-128, -8, 126, 127])
def test_batch_apply_equals_reference_for_all_weights_at_the_ends(
    kernels, with_residual, momentum, e_w
):
    for velocity in (-32768, 32767) if momentum else (None,):
        layer = all_weights(with_residual, e_w, velocity)
        for g, e_g in ((-1, 0), (1, 0), (2**26, 0), (-(2**26), -1022), (2**26, 1022)):
            gs = np.full(layer.w.shape, g)
            # An exponent of 0 makes steps of g as it is.
            batch = Batch(gs, np.array([g]), e_w - 8 + e_g, -16 + e_g, 1)
            for rate in (Rate(1, 0, 0, momentum), Rate(15, 30, 1, momentum)):
                args = layer, batch, rate
                np.testing.assert_equal(kernels.batch_apply(*args), batch_apply(*args))


@residuals
@pytest.mark.parametrize("n", [1, 255, 256, 511, 512, 1100])
def test_batch_apply_halves_from_the_same_number_of_clamped_weights_on(kernels, n, with_residual):
    residual = np.zeros((1, n), np.int8) if with_residual else None
    for clamped in sorted({0, 1, 2, 3, 4, 5} & set(range(n + 1))):
        w = np.zeros((1, n), np.int8)
        w[0, n - clamped :] = -127
        layer = Weights(w, residual, None, np.zeros(1, np.int32), -8, 3)
        # Each step is one of the int8 grid, which clamps whatever the low byte is.
        args = layer, Batch(np.full((1, n), 256), np.zeros(1), 0, 0, 1), Rate(1, 16)

        new = kernels.batch_apply(*args)

        np.testing.assert_equal(new, batch_apply(*args))
        enough = 1 if with_residual else n // 256 + 1
        assert new.e_w == layer.e_w + (clamped >= enough)


@momenta
def test_batch_apply_equals_reference_for_biases_at_the_ends(kernels, momentum):
    rng = np.random.default_rng(0)
    ends = [INT32_MIN, INT32_MIN + 1, -(2**29) - 1, -(2**29), 0, 2**29, INT32_MAX]
    b = np.array([*ends, *rng.integers(INT32_MIN, INT32_MAX + 1, 30)], np.int32)
    layer = random_weights(rng, b.size, 1, b.size, True, momentum > 0)._replace(b=b)
    for g in (-(2**26), -1920, -1, 0, 1, 1920, 2**26):
        batch = Batch(np.ones((b.size, 1), np.int64), np.full(b.size, g), 0, 0, 1)
        for shift in (-1022, -45, -17, -16, -15, 0, 14, 15, 1022):
            for factor in (1, 15):
                args = layer, batch._replace(e_gb=shift), Rate(factor, 0, 0, momentum)
                np.testing.assert_equal(kernels.batch_apply(*args), batch_apply(*args))


@residuals
@momenta
def test_batch_apply_without_biases_leaves_all_that_is_theirs(kernels, with_residual, momentum):
    rng = np.random.default_rng(0)
    rate = random_rate(rng)._replace(momentum=momentum)
    layer = random_weights(rng, 3, 40, 3, with_residual, momentum > 0)
    batch = random_batch(rng, layer, rate)._replace(begun=1)
    expected, n = batch_apply(layer, batch, rate), layer.w.size
    if momentum:
        expected.velocity[n:] = layer.velocity[n:]

    updated = kernels.batch_apply(layer, batch, rate, biases=False)

    np.testing.assert_equal(updated, expected._replace(b=layer.b))


@pytest.mark.parametrize("momentum", range(1, 8))
def test_batch_apply_with_every_momentum_equals_reference_for_many_steps(kernels, momentum):
    rng, rate = np.random.default_rng(momentum), Rate(9, 8, 0, momentum)
    ours = theirs = random_weights(rng, 3, 7, 3, momentum % 2, True)
    for _ in range(30):
        batch = Batch(rng.integers(-999, 999, (3, 7)), rng.integers(-99, 99, 3), -16, -9, 1)
        ours, theirs = batch_apply(ours, batch, rate), kernels.batch_apply(theirs, batch, rate)
        np.testing.assert_equal(theirs, ours)


@residuals
def test_batch_apply_of_no_sample_changes_nothing(kernels, with_residual):
    layer = all_weights(with_residual, velocity=999)
    batch = Batch(np.ones(layer.w.shape, np.int64), np.ones(1, np.int64), 0, 0, 0)

    updated = kernels.batch_apply(layer, batch._replace(begun=0), Rate(15, 0, 0, 1))

    np.testing.assert_equal(updated, layer)


@pytest.mark.parametrize("momentum", [0, 1])
@pytest.mark.parametrize("normalize", [0, 1])
def test_batch_apply_to_any_sums_does_not_overflow(kernels, momentum, normalize):
    layer, ends = all_weights(True, velocity=-32768 if momentum else None), [INT32_MIN, INT32_MAX]
    g = np.resize(ends, layer.w.shape).astype(np.int64)
    # The reference has no abs of the least int32 to fear; C limits before it.
    args = layer, Batch(g, g[0, :1], -9, -9, 1), Rate(15, 0, normalize, momentum)

    np.testing.assert_equal(kernels.batch_apply(*args), batch_apply(*args))


@seeds
@residuals
@pytest.mark.parametrize("with_velocity", [False, True])
def test_halve_and_decay_equal_reference(kernels, seed, with_residual, with_velocity):
    for rng in cases(seed):
        n_b = int(rng.integers(1, 5))
        layer = random_weights(
            rng, n_b, int(rng.integers(1, 40)), n_b, with_residual, with_velocity
        )

        np.testing.assert_equal(kernels.halve(layer), halve(layer))
        np.testing.assert_equal(kernels.decay(layer), weight_decay(layer))


@residuals
@pytest.mark.parametrize("e_w", [-128, 126, 127])
def test_halve_and_decay_equal_reference_for_every_weight_at_the_ends(kernels, with_residual, e_w):
    for velocity in (-32768, -1, 32767):
        layer = all_weights(with_residual, e_w, velocity)

        np.testing.assert_equal(kernels.halve(layer), halve(layer))
        np.testing.assert_equal(kernels.decay(layer), weight_decay(layer))


@seeds
@residuals
def test_pull_equals_reference(kernels, seed, with_residual):
    for rng in cases(seed, 40):
        layer = random_weights(rng, 3, int(rng.integers(1, 40)), 3, with_residual, False)
        shape = layer.w.shape
        e_anchor = layer.e_w + int(rng.integers(-3, 4)) if rng.random() < 0.8 else 511
        args = random_rate(rng), int8(rng, *shape), int8(rng, *shape), e_anchor

        np.testing.assert_equal(kernels.pull(layer, *args), weight_pull(layer, *args))


@residuals
@pytest.mark.parametrize("e_w", [-128, -8, 127])
def test_pull_equals_reference_for_every_weight_at_the_ends(kernels, with_residual, e_w):
    layer = all_weights(with_residual, e_w)
    for anchor in (-128, 0, 127):
        for importance in (-128, 0, 1, 127):
            for e_anchor in (-511, e_w - 1, e_w, e_w + 1, 511):
                for rate in (Rate(15, 0), Rate(1, 30), Rate(1, 0)):
                    bytes_ = (np.full(layer.w.shape, v, np.int8) for v in (importance, anchor))
                    args = layer, rate, *bytes_, e_anchor
                    np.testing.assert_equal(kernels.pull(*args), weight_pull(*args))


def test_decay_of_no_weights_draws_nothing(kernels):
    none = np.zeros((1, 0), np.int8)

    decayed = kernels.decay(Weights(none, None, None, np.zeros(1, np.int32), 0, 9))

    assert 9 == decayed.state
