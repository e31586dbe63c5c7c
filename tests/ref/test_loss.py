"""octograd_ref/loss.py against float64."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from octograd_ref.loss import (
    argmax,
    binary_cross_entropy,
    error_largest,
    error_quantize,
    huber,
    mean_squared_error,
    softmax,
    softmax_cross_entropy,
)


def float_softmax(y):
    e = np.exp(y - y.max())
    return e / e.sum()


def random_sums(rng):
    """Sums as they are in practice: some nats apart, at any fine enough exponent."""
    n, e_y = int(rng.integers(1, 40)), int(rng.integers(-22, -3))
    spread = rng.uniform(0, 8)
    return np.round(rng.normal(0, spread, n) * 2.0**-e_y).astype(np.int32), e_y


@pytest.mark.parametrize("seed", range(100))
def test_softmax_is_within_its_bound_of_the_real_one(seed):
    y, e_y = random_sums(np.random.default_rng(seed))

    p = softmax(y, e_y) / 32768

    # A distance is rounded to 1/16, so log-odds are off by at most 1/16 and p by at most
    # tanh(1/64); the table adds half a step for each class, and p is rounded once more.
    bound = math.tanh(1 / 64) + (y.size + 1) / 32768
    assert np.abs(p - float_softmax(y * 2.0**e_y)).max() <= bound


@pytest.mark.parametrize("seed", range(100))
def test_softmax_sums_to_one_within_rounding(seed):
    y, e_y = random_sums(np.random.default_rng(seed))

    p = softmax(y, e_y)

    assert abs(int(p.sum()) - 32768) <= (y.size + 1) / 2
    assert p.min() >= 0


@given(
    st.lists(st.integers(-(2**30), 2**30), min_size=1, max_size=30),
    st.integers(-1022, 1022),
)
def test_softmax_keeps_the_order_of_the_sums(items, e_y):
    y = np.array(items, np.int32)

    p = softmax(y, e_y)

    order = np.argsort(y, kind="stable")
    assert np.all(np.diff(p[order]) >= 0)
    assert p.min() >= 0
    assert p.max() >= 32768 // len(items)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 1000, 32768])
def test_softmax_of_equal_sums_is_uniform(n):
    p = softmax(np.full(n, -12345, np.int32), -14)

    np.testing.assert_array_equal((32768 + n // 2) // n, p)


def test_softmax_cross_entropy_loss_is_minus_log_p_for_every_p():
    checked = set()
    # One class against another that is further and further away, both ways.
    for distance in range(-180, 181):
        y = np.array([distance, 0], np.int32)
        p = int(softmax(y, -4)[0])
        _, loss = softmax_cross_entropy(y, -4, 0)

        # Nothing counts as half a step.
        assert abs(loss / 1024 + math.log(max(p, 0.5) / 32768)) < 0.01
        checked.add(p)
    assert {0, 1, 16384, 32768} <= checked


@pytest.mark.parametrize("n", [*range(2, 60), 100, 1000, 5000, 32768])
def test_softmax_cross_entropy_loss_of_equal_sums_is_log_n(n):
    _, loss = softmax_cross_entropy(np.zeros(n, np.int32), -14, n - 1)

    p = (32768 + n // 2) // n / 32768
    assert abs(loss / 1024 + math.log(p)) < 0.01


@pytest.mark.parametrize("seed", range(100))
def test_softmax_cross_entropy_error_is_the_gradient_of_the_loss(seed):
    rng = np.random.default_rng(seed)
    y, e_y = random_sums(rng)
    label = int(rng.integers(y.size))

    error, _ = softmax_cross_entropy(y, e_y, label)

    real, h = y * 2.0**e_y, 1e-5
    nudges = np.eye(y.size) * h
    gradient = [
        (math.log(float_softmax(real - d)[label]) - math.log(float_softmax(real + d)[label]))
        / (2 * h)
        for d in nudges
    ]
    bound = math.tanh(1 / 64) + (y.size + 1) / 32768 + 1e-6
    assert np.abs(error / 32768 - gradient).max() <= bound


@pytest.mark.parametrize("seed", range(100))
def test_mean_squared_error_is_the_difference_and_half_its_square(seed):
    rng = np.random.default_rng(seed)
    n, e_y = int(rng.integers(1, 40)), int(rng.integers(-24, -4))
    y = np.round(rng.normal(0, 2, n) * 2.0**-e_y).astype(np.int32)
    target = rng.integers(-128, 128, n, dtype=np.int8)

    error, loss = mean_squared_error(y, e_y, target)

    exact = y * 2.0**e_y - target / 128
    assert np.abs(error / 32768 - exact).max() <= 0.5 / 32768
    # An error e is rounded to 2^-10, and so is each half square.
    bound = ((np.abs(exact) + 0.5 / 1024) * 0.5 / 1024 + 0.5 / 1024).sum() + 1e-3
    assert abs(loss / 1024 - (exact**2).sum() / 2) <= bound


def test_mean_squared_error_loss_saturates():
    _, loss = mean_squared_error(np.full(4096, 2**30, np.int32), 0, np.zeros(4096, np.int8))

    assert 2**29 == loss


def regression(seed):
    """Sums, their exponent, and int8 targets."""
    rng = np.random.default_rng(seed)
    n, e_y = int(rng.integers(1, 40)), int(rng.integers(-24, -4))
    y = np.round(rng.normal(0, 2, n) * 2.0**-e_y).astype(np.int32)
    return y, e_y, rng.integers(-128, 128, n, dtype=np.int8)


@pytest.mark.parametrize("seed", range(50))
def test_mean_squared_error_is_that_of_pytorch(seed, real):
    y, e_y, target = regression(seed)
    x = real.tensor(y, e_y)
    exact = real.f.mse_loss(x, real.tensor(target, -7).detach(), reduction="sum") / 2
    exact.backward()

    error, loss = mean_squared_error(y, e_y, target)

    assert np.abs(error / 32768 - x.grad.numpy()).max() <= 0.5 / 32768
    off = np.abs(x.grad.numpy())
    bound = ((off + 0.5 / 1024) * 0.5 / 1024 + 0.5 / 1024).sum() + 1e-3
    assert abs(loss / 1024 - exact.item()) <= bound


@pytest.mark.parametrize("delta", [100, 4096, 32768, 3 * 32768])
@pytest.mark.parametrize("seed", range(20))
def test_huber_is_that_of_pytorch(seed, delta, real):
    y, e_y, target = regression(seed)
    x = real.tensor(y, e_y)
    args = x, real.tensor(target, -7).detach()
    exact = real.f.huber_loss(*args, reduction="sum", delta=delta / 32768)
    exact.backward()

    error, loss = huber(y, e_y, target, delta)

    assert np.abs(error / 32768 - x.grad.numpy()).max() <= 0.5 / 32768
    # The difference, the limit and what is beyond it are rounded to 2^-10.  A limit counts as
    # at most 32 in the value, and so does what is beyond it.
    off = np.abs((args[0] - args[1]).detach().numpy())
    bound = ((off + delta / 32768 + 0.001) / 1024 + 1 / 1024).sum()
    assert abs(loss / 1024 - exact.item()) <= bound


@pytest.mark.parametrize("value", [-(2**30), 2**30])
def test_huber_of_any_difference_and_any_limit_stays_within_2_to_the_30(value):
    y, target = np.full(300, value, np.int32), np.full(300, -128, np.int8)

    for delta in (0, 1, 2**20, 2**30):
        for e_y in (-40, -15, 30):
            error, loss = huber(y, e_y, target, delta)

            assert np.abs(error.astype(int)).max() <= delta
            assert 0 <= loss <= 2**29


@pytest.mark.parametrize("seed", range(50))
def test_binary_cross_entropy_is_that_of_pytorch(seed, real):
    rng = np.random.default_rng(seed)
    n, e_y = int(rng.integers(1, 40)), int(rng.integers(-22, -3))
    y = np.round(np.clip(rng.normal(0, 2, n), -4, 4) * 2.0**-e_y).astype(np.int32)
    target = rng.integers(0, 128, n, dtype=np.int8)
    x = real.tensor(y, e_y)
    args = x, real.tensor(target, -7).detach()
    exact = real.f.binary_cross_entropy_with_logits(*args, reduction="sum")
    exact.backward()

    error, loss = binary_cross_entropy(y, e_y, target)

    # The argument is rounded to 1/16, where the slope of the sigmoid is at most 1/4.
    assert np.abs(error / 32768 - x.grad.numpy()).max() <= 1 / 128 + 1 / 65536
    # Where the slope of the loss is at most 1, the logarithm off by 0.01, and rounded.
    assert abs(loss / 1024 - exact.item()) <= n * (1 / 32 + 0.01 + 1 / 2048)


@pytest.mark.parametrize("target", [-128, -1, 0, 1, 64, 127])
def test_binary_cross_entropy_of_an_even_chance_is_log_2_for_every_target(target):
    error, loss = binary_cross_entropy(np.array([0], np.int32), -4, np.array([target], np.int8))

    assert 16384 - 256 * target == error[0]
    assert 710 == loss


@pytest.mark.parametrize("logit", [-1000, -20, -9, -8, 8, 9, 20, 1000])
@pytest.mark.parametrize("target", [0, 127])
def test_binary_cross_entropy_of_far_logits_is_nearly_sure(logit, target):
    error, loss = binary_cross_entropy(
        np.array([logit * 16], np.int32), -4, np.array([target], np.int8)
    )

    p = 0.0 if logit < 0 else 1.0
    # The table ends at 8, where the sigmoid is 0.0003 from its limit.
    assert abs(error[0] / 32768 - (p - target / 128)) < 0.0004
    right = (logit > 0) == (target > 0)
    assert (loss < 0.1 * 1024) == right
    assert loss >= 0


errors = st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1).map(
    lambda v: np.array(v, np.int32)
)


@given(errors)
@example(np.array([-(2**31)], np.int32))
@example(np.array([127], np.int32))
@example(np.array([-128], np.int32))
@example(np.array([255], np.int32))
def test_error_quantize_fills_int8_and_loses_half_a_step(error):
    dy, e_dy = error_quantize(error)

    held = np.clip(error.astype(np.int64), -(2**30), 2**30)
    largest = np.abs(held).max()
    if largest <= 127:
        assert -15 == e_dy
        np.testing.assert_array_equal(error, dy)
    else:
        assert 64 <= np.abs(dy.astype(int)).max() <= 127
        # Only 127.5 steps and less are called 127.
        assert np.abs(dy * 2.0 ** (e_dy + 15) - held).max() <= 2.0 ** (e_dy + 14)


@given(errors)
@example(np.array([-(2**31)], np.int32))
@example(np.array([32767], np.int32))
def test_error_largest_is_that_magnitude_up_to_one(error):
    assert min(np.abs(error.astype(np.int64)).max(), 32768) == error_largest(error)


@given(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1))
def test_argmax_is_the_first_of_the_largest(items):
    assert items.index(max(items)) == argmax(np.array(items, np.int32))
