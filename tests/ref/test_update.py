"""octograd_ref/update.py against float stochastic gradient descent."""

import math

import numpy as np
import pytest

from octograd_ref.rng import rng_next, rng_seed
from octograd_ref.update import (
    BIAS_MAX,
    WEIGHT_EXPONENT_MAX,
    WEIGHT_MAX,
    Batch,
    Rate,
    Weights,
    add_to_batch,
    batch_apply,
    halve,
    make_room,
    noise,
    row_noise,
    split,
    step_shifts,
    update_layer,
    update_velocity,
    weight_decay,
    weight_pull,
    whole,
)

seeds = pytest.mark.parametrize("seed", range(30))


def random_layer(rng, shape, most=WEIGHT_MAX, e_w=-8, momentum=False):
    w, residual = split(rng.integers(-most, most + 1, shape))
    b = rng.integers(-(2**20), 2**20, shape[0]).astype(np.int32)
    velocity = np.zeros(w.size + b.size, np.int16) if momentum else None
    return Weights(w, residual, velocity, b, e_w, 1)


def one_byte(w, state=1, e_w=-8):
    return Weights(w, None, None, np.zeros(len(w), np.int32), e_w, state)


def full(layer):
    """The 16-bit weights, as int64."""
    return layer.w.astype(np.int64) * 256 + layer.residual


def move(layer, g, shift, rate=None):
    """Update all rows with steps of ``g >> shift``; biases stay."""
    rate = rate or Rate(1, 0)
    g_bias = np.zeros(len(layer.b), np.int64)
    moved = np.ones(len(g), bool)
    return update_layer(layer, g, g_bias, moved, layer.e_w - 8 - shift, 0, rate)


def test_split_gives_bytes_that_make_up_every_16_bit_weight():
    w16 = np.arange(-WEIGHT_MAX, WEIGHT_MAX + 1)

    w, residual = split(w16)

    np.testing.assert_array_equal(w16, w.astype(int) * 256 + residual)
    assert (-127, 127) == (w.min(), w.max())
    assert (np.int8, np.int8) == (w.dtype, residual.dtype)


@pytest.mark.parametrize("shift", [-8, -1, 0, 1, 7, 13, 30])
def test_update_layer_moves_16_bit_weights_by_the_step_within_half_a_unit(shift):
    rng = np.random.default_rng(shift + 100)
    layer = random_layer(rng, (20, 30), most=WEIGHT_MAX - 20)
    g = rng.integers(-(15 * 2**14), 15 * 2**14, layer.w.shape)

    new = move(layer, g, shift)

    exact = full(layer) - g * 2.0**-shift
    halved = (np.abs(np.round(exact)) > WEIGHT_MAX).any()
    exact = np.clip(exact, -WEIGHT_MAX, WEIGHT_MAX)
    assert layer.e_w + halved == new.e_w
    assert 1 == new.state
    # Half a unit of the step, half of it and half a unit more after halving.
    error = np.abs(full(new) - exact / (1 + halved)).max()
    assert error <= (0.75 if halved else 0.5)
    assert new.w.min() >= -127


def test_update_layer_leaves_rows_alone_that_have_no_error():
    rng = np.random.default_rng(1)
    layer = random_layer(rng, (6, 7), most=2**13)
    g, g_bias = rng.integers(-999, 999, (6, 7)), rng.integers(-999, 999, 6)
    moved = np.array([True, False, True, False, False, True])

    new = update_layer(layer, g, g_bias, moved, -17, -16, Rate(1, 0))

    for k, row in enumerate(moved):
        assert row == (new.w[k] != layer.w[k]).any() or row == (new.b[k] != layer.b[k])
    np.testing.assert_array_equal(full(new)[~moved], full(layer)[~moved])
    np.testing.assert_array_equal(new.b[~moved], layer.b[~moved])


@pytest.mark.parametrize("g", [-2000, -255, -1, 1, 128, 256, 777])
@pytest.mark.parametrize("w", [-120, 0, 3, 119])
def test_update_layer_of_one_byte_is_right_on_average(g, w):
    n = 40000
    layer = one_byte(np.full((1, n), w, np.int8), rng_seed(1))

    new = move(layer, np.full((1, n), g), 0)

    # One of two neighbours is drawn, with a variance of at most 1/4.
    mean = new.w.astype(float).mean()
    assert new.residual is None
    assert layer.e_w == new.e_w
    assert abs(mean - (w - g / 256)) < 5 * 0.5 / math.sqrt(n)
    assert set(np.unique(new.w)) <= {math.floor(w - g / 256), math.ceil(w - g / 256)}


def test_update_layer_of_one_byte_is_right_on_average_over_generator_states():
    row, g, n = np.array([[5]], np.int8), np.array([[-100]]), 5000

    moved = [int(move(one_byte(row, rng_seed(s)), g, 0).w[0, 0]) for s in range(n)]

    assert abs(np.mean(moved) - (5 + 100 / 256)) < 5 * 0.5 / math.sqrt(n)


def test_update_layer_of_one_byte_draws_for_every_four_weights_of_a_row():
    expected = 9
    new = move(one_byte(np.zeros((3, 5), np.int8), 9), np.zeros((3, 5), np.int64), 0)

    for _ in range(3 * 2):
        expected = rng_next(expected)
    assert expected == new.state


def test_row_noise_begins_each_row_with_a_draw_and_noise_does_not():
    state, rows = row_noise(1, (3, 5))
    after, flat = noise(1, 15)

    assert not np.array_equal(rows.ravel(), flat)
    np.testing.assert_array_equal(rows[0], flat[:5])
    np.testing.assert_array_equal(rows[1, :4], noise(1, 12)[1][8:])
    assert state != after


def test_noise_is_the_bytes_of_each_draw_low_first():
    after, low = noise(1, 7)

    assert [0x21, 0x20, 0x04, 0x00, 0x01, 0x06, 0x08] == low.tolist()
    assert 0x04080601 == after


def test_noise_is_read_as_int8():
    _, low = noise(0x04080601, 4)  # draws 9dcca8c5

    assert [0xC5 - 256, 0xA8 - 256, 0xCC - 256, 0x9D - 256] == low.tolist()


@pytest.mark.parametrize("shift", [-25, -3, 0, 4, 30])
def test_update_layer_moves_biases_within_half_a_unit_and_saturates(shift):
    rng = np.random.default_rng(7)
    b = rng.integers(-BIAS_MAX, BIAS_MAX + 1, 1000).astype(np.int32)
    b[:2] = 2**31 - 1, -(2**31)  # any bytes
    g = rng.integers(-(15 * 128), 15 * 128, 1000)
    layer = one_byte(np.zeros((1000, 1), np.int8))._replace(b=b)

    new = update_layer(
        layer, np.zeros((1000, 1), np.int64), g, np.ones(1000, bool), 0, -16 - shift, Rate(1, 0)
    )

    held = np.clip(b.astype(float), -BIAS_MAX, BIAS_MAX)
    exact = np.clip(held - np.clip(g * 2.0**-shift, -BIAS_MAX, BIAS_MAX), -BIAS_MAX, BIAS_MAX)
    assert np.abs(new.b - exact).max() <= 0.5
    assert np.abs(new.b).max() <= BIAS_MAX


def test_halve_keeps_what_16_bit_weights_are_worth():
    layer = random_layer(np.random.default_rng(3), (40, 50), momentum=True)
    layer.velocity[:] = np.random.default_rng(4).integers(-32767, 32768, layer.velocity.size)

    half = halve(layer)

    assert (-7, 1) == (half.e_w, half.state)
    assert np.abs(full(half) - full(layer) / 2).max() <= 0.5
    n = layer.w.size
    assert np.abs(half.velocity[:n] - layer.velocity[:n] / 2).max() <= 0.5
    # Biases keep their exponent.
    np.testing.assert_array_equal(layer.velocity[n:], half.velocity[n:])
    np.testing.assert_array_equal(layer.b, half.b)


def test_halve_of_one_byte_keeps_what_weights_are_worth_on_average():
    n = 20000
    for value in (-127, -126, -1, 0, 1, 126, 127):
        half = halve(one_byte(np.full((1, n), value, np.int8), rng_seed(2), 3))

        assert half.residual is None
        assert 4 == half.e_w
        assert np.abs(half.w - value / 2).max() <= 0.5
        # Its low byte is one of 256, so a half may be off by 1/256.
        assert abs(half.w.mean() - value / 2) < 5 * 0.5 / math.sqrt(n) + 1 / 256


@pytest.mark.parametrize("n", [1, 255, 256, 767, 768, 5000])
def test_one_byte_weights_are_halved_once_more_than_a_256th_is_clamped(n):
    w = one_byte(np.full((1, n), 5, np.int8), rng_seed(2), 3)
    stored = w._replace(residual=np.zeros((1, n), np.int8))

    assert [3, 3, 4] == [make_room(w, k).e_w for k in (0, n // 256, n // 256 + 1)]
    assert [3, 4] == [make_room(stored, k).e_w for k in (0, 1)]


def test_halve_at_the_largest_exponent_does_nothing():
    layer = one_byte(np.array([[127]], np.int8), 5, WEIGHT_EXPONENT_MAX)

    assert layer is halve(layer)


def test_step_shifts_turn_gradients_into_steps_of_the_weights_and_biases():
    e_gw, e_gb, e_w, rate = -24, -17, -8, Rate(1, 5)

    weight, bias = step_shifts(rate, e_gw, e_gb, e_w, None)

    # g is worth 2^e_gw, a step 2^(e_w - 8), times the rate.
    assert 2.0 ** (e_gw - 5) == 2.0 ** (e_w - 8 - weight)
    assert 2.0 ** (e_gb - 5) == 2.0 ** (-16 - bias)


@seeds
def test_step_shifts_normalized_make_the_mean_step_about_the_rate(seed):
    rng = np.random.default_rng(seed)
    e_w, rate = int(rng.integers(-12, 0)), Rate(1, int(rng.integers(0, 10)), 1)
    g = rng.integers(-(2 ** int(rng.integers(3, 15))), 2**14, (6, 20))

    shifts, bias_shifts = step_shifts(rate, -24, -17, e_w, g)
    _, far = step_shifts(rate, 293, 300, e_w, g)

    mean = (np.abs(g) * 2.0 ** (-shifts + e_w - 8)).mean(1) * 2.0**rate.shift
    assert np.all(mean > 0.66)
    assert np.all(mean < 1.5)
    np.testing.assert_array_equal(bias_shifts, far)
    # Bias and weights take steps of the same rate: e_x is all that is between them.
    np.testing.assert_array_equal(bias_shifts + 16 + 7, shifts - e_w + 8)


@pytest.mark.parametrize("m", range(1, 8))
def test_update_velocity_follows_the_float_recursion_within_its_rounding(m):
    rng = np.random.default_rng(m)
    v, exact = np.zeros(200, np.int16), np.zeros(200)
    for _ in range(300):
        g = rng.integers(-100, 101, 200)
        v = update_velocity(v, g, m).astype(np.int16)
        exact = exact * (1 - 2.0**-m) + g

        # Less than a unit is lost in each step, and decays like the rest.
        assert np.abs(v - exact).max() <= 2**m


def test_update_velocity_saturates_and_comes_back():
    v = update_velocity(np.array([32767, -32767], np.int16), np.array([2**29, -(2**29)]), 7)

    assert [32767, -32767] == v.tolist()
    for _ in range(2000):
        v = update_velocity(v.astype(np.int16), np.zeros(2, np.int64), 7)
    assert not v.any()


@pytest.mark.parametrize("m", [1, 3, 5])
def test_momentum_is_that_of_float_within_rounding(m):
    rng = np.random.default_rng(m)
    layer = random_layer(rng, (5, 6), most=2**12, momentum=True)
    shift, steps = 3, 100
    w, b = full(layer).astype(float), layer.b.astype(float)
    v_w, v_b = np.zeros(w.shape), np.zeros(b.shape)

    for k in range(steps):
        g, g_bias = rng.integers(-99, 100, w.shape), rng.integers(-99, 100, 5)
        g[2], g_bias[2] = 0, 0
        moved = np.array([True, True, k == 0, True, True])  # all rows move nevertheless
        rate = Rate(3, shift, 0, m)
        layer = update_layer(layer, g, g_bias, moved, -16, -16, rate)
        v_w = v_w * (1 - 2.0**-m) + 3 * g * 2.0**-shift
        v_b = v_b * (1 - 2.0**-m) + 3 * g_bias * 2.0**-shift
        w, b = w - v_w, b - v_b

    # The state is off by at most 2^m units, 1/16 step each for a weight, and each step of a
    # weight is rounded once more.
    assert layer.e_w == -8
    assert np.abs(full(layer) - w).max() <= steps * (2**m / 16 + 0.5)
    assert np.abs(layer.b - b).max() <= steps * 2**m


def test_momentum_of_a_constant_gradient_is_as_many_steps_as_it_remembers():
    layer = random_layer(np.random.default_rng(0), (1, 4), most=0, momentum=True)
    g, rate = np.array([[16, -16, 160, 3]]), Rate(1, 4, 0, 3)
    for _ in range(200):
        before = full(layer)
        args = np.zeros(1, np.int64), np.ones(1, bool), layer.e_w - 8, 0
        layer = update_layer(layer, g, *args, rate)

    # One step is g / 16, eight of them are remembered; less than half a sixteenth is not.
    np.testing.assert_allclose(before - full(layer), g / 16 * 8, atol=0.5)


@seeds
def test_batch_is_a_step_of_the_mean_gradient_within_rounding(seed):
    rng = np.random.default_rng(seed)
    layer = random_layer(rng, (4, 6), most=2**13)
    n = int(rng.integers(1, 9))
    batch, mean, mean_bias, e_first = Batch(), 0, 0, -24
    for k in range(n):
        e = e_first if k == 0 else e_first + int(rng.integers(-3, 4))
        g, g_bias = rng.integers(-(2**15), 2**15, (4, 6)), rng.integers(-(2**12), 2**12, 4)
        batch = add_to_batch(batch, g, g_bias, np.ones(len(g), bool), e, e + 7)
        mean, mean_bias = mean + g * 2.0**e / n, mean_bias + g_bias * 2.0 ** (e + 7) / n

    # The caller divides the rate by n; here the sum is n times the mean.
    new = batch_apply(layer, batch, Rate(1, 3))

    assert 1 == batch.begun
    lr = n / 8
    unit, lost = 2.0 ** (layer.e_w - 8), (n - 1) / 2 / n
    moved = (full(new) - full(layer)) * unit
    assert np.abs(moved + lr * mean).max() <= unit / 2 + lr * lost * 2.0**e_first
    moved = (new.b.astype(float) - layer.b) * 2.0**-16
    assert np.abs(moved + lr * mean_bias).max() <= 2.0**-17 + lr * lost * 2.0 ** (e_first + 7)


def test_batch_of_nothing_makes_no_step():
    layer = random_layer(np.random.default_rng(0), (2, 3), momentum=True)
    layer.velocity[:] = 1000

    assert layer is batch_apply(layer, Batch(), Rate(1, 0, 0, 3))


def test_batch_moves_a_row_whose_sums_cancel_only_with_momentum():
    rng = np.random.default_rng(0)
    g, g_bias = np.array([[5000, 3], [70, 7000]]), np.array([9, 8])
    opposite = g.copy()
    opposite[0] *= -1
    for momentum in (False, True):
        layer = random_layer(rng, (2, 2), most=2**12, momentum=momentum)
        if momentum:
            layer.velocity[:] = 1600
        batch = add_to_batch(Batch(), g, g_bias, np.ones(len(g), bool), -16, -16)
        batch = add_to_batch(batch, opposite, np.array([-9, 8]), np.ones(2, bool), -16, -16)

        new = batch_apply(layer, batch, Rate(1, 0, 0, 3 * momentum))

        assert momentum == (full(new)[0] != full(layer)[0]).any()
        assert (full(new)[1] != full(layer)[1]).any()


def test_batch_saturates_instead_of_overflowing():
    batch = Batch()
    for _ in range(3):
        batch = add_to_batch(
            batch, np.full((1, 2), 2**29), np.full(1, -(2**29)), np.ones(1, bool), 0, 0
        )

    assert [[2**26, 2**26], [-(2**26)]] == [batch.g[0].tolist(), batch.g_bias.tolist()]


def test_decay_takes_one_part_in_256_of_each_weight():
    layer = random_layer(np.random.default_rng(3), (40, 50))

    new = weight_decay(layer)

    assert np.abs(full(new) - full(layer) * 255 / 256).max() <= 0.5
    np.testing.assert_array_equal(layer.b, new.b)
    assert (layer.e_w, layer.state) == (new.e_w, new.state)


@pytest.mark.parametrize("value", [-127, -64, -1, 0, 1, 100, 127])
def test_decay_of_one_byte_is_right_on_average(value):
    n = 40000

    new = weight_decay(one_byte(np.full((1, n), value, np.int8), rng_seed(5)))

    # The drawn byte is a half low on average, which is 2^-9 and decays with the rest.
    assert abs(new.w.mean() - value * 255 / 256) < 5 * 0.5 / math.sqrt(n) + 2**-8
    assert np.abs(new.w - value).max() <= 1


def test_pull_takes_its_share_of_the_way_from_the_anchor():
    rng = np.random.default_rng(3)
    layer = random_layer(rng, (40, 50))
    importance, anchor = rng.integers(0, 128, (2, 40, 50)).astype(np.int8)

    new = weight_pull(layer, Rate(3, 4), importance, anchor, layer.e_w - 1)

    way = full(layer) - 128 * anchor.astype(float)
    assert np.abs(full(layer) - 3 / 16 * importance / 128 * way - full(new)).max() <= 0.5
    np.testing.assert_array_equal(layer.b, new.b)
    assert (layer.e_w, layer.state) == (new.e_w, new.state)


@pytest.mark.parametrize("residual", [True, False])
def test_pull_leaves_what_does_not_matter_and_what_has_not_moved(residual):
    rng = np.random.default_rng(4)
    layer = random_layer(rng, (6, 50))
    layer = layer._replace(residual=np.zeros_like(layer.w) if residual else None, state=7)
    none, all_ = np.zeros_like(layer.w), np.full_like(layer.w, 127)
    anchor = rng.integers(-127, 128, layer.w.shape).astype(np.int8)

    free = weight_pull(layer, Rate(1, 0), none, anchor, layer.e_w)
    there = weight_pull(layer, Rate(1, 3), all_, layer.w, layer.e_w)

    for new in (free, there):
        np.testing.assert_array_equal(layer.w, new.w)
        assert (new.state == 7) == residual
    assert not residual or not there.residual.any()


def test_pull_of_one_byte_is_right_on_average():
    n = 40000
    layer = one_byte(np.full((1, n), 90, np.int8), rng_seed(5))
    matter, anchor = np.full((1, n), 64, np.int8), np.full((1, n), 70, np.int8)

    new = weight_pull(layer, Rate(1, 5), matter, anchor, layer.e_w)

    # A 64th of 20, and of what the drawn byte adds: a half low.
    assert abs(new.w.mean() - (90 - 20 / 64)) < 5 * 0.5 / math.sqrt(n) + 2**-8


def test_whole_draws_through_the_layer_and_not_by_row():
    layer = one_byte(np.zeros((3, 5), np.int8), 1)

    w16, state = whole(layer)

    after, low = noise(1, 15)
    np.testing.assert_array_equal(low, w16.ravel())
    assert after == state
