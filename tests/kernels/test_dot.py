"""og_dot.h against sums in int64: the inner loops of the core that the library is built for."""

import numpy as np
import pytest

from octograd_ref.fixed import round_shift

from .draw import INT32_MAX, INT32_MIN, cases, int8, low, seeds
from .library import outputs

LENGTHS = [*range(1, 71), 1000, 32767, 32768]


def acc_of(rng, n):
    return rng.integers(INT32_MIN // 4, INT32_MAX // 4, n, dtype=np.int32)


@pytest.mark.parametrize("n", LENGTHS)
def test_rows_are_exact(kernels, n):
    rng = np.random.default_rng(n)
    for rows in (1, 2, 3, 4, 5, 8, 11) if n < 100 else (1, 4):
        for x, w in ((int8(rng, n), int8(rng, rows, n)), (low(n), low(rows, n))):
            acc = acc_of(rng, rows)
            expected = acc + w.astype(np.int32) @ x.astype(np.int32)
            np.testing.assert_array_equal(expected, kernels.dot_rows(x, w, acc))


def test_rows_leave_what_is_between_them(kernels):
    rng = np.random.default_rng(0)
    for n in range(1, 40):
        x, w, acc = int8(rng, n), int8(rng, 5, n + 3), acc_of(rng, 5)
        expected = acc + w[:, :n].astype(np.int32) @ x.astype(np.int32)
        # Behind the last row there is nothing.
        flat, found = w.ravel()[: w.size - 3].copy(), acc.copy()
        kernels.call("og_dot_rows_s8", x, flat, n + 3, 5, n, found, found)
        np.testing.assert_array_equal(expected, found)


def random_walk(rng, n, channels):
    """A walk within two tensors, all of which is read: its fields and their lengths."""
    n_j, n_k = rng.integers(1, 12, 2).tolist()
    d_k, a_k = rng.integers(1, 9), rng.integers(1, 9) + n
    d_k += n if channels else 0
    d_j, a_j = (int(rng.integers(0, 3)) + n_k * int(step) for step in (d_k, a_k))
    last = (n_j - 1) * d_j + (n_k - 1) * int(d_k), (n_j - 1) * a_j + (n_k - 1) * int(a_k)
    sizes = last[0] + (n if channels else 1), last[1] + n
    return (n_j, n_k, d_j, int(d_k), a_j, int(a_k)), sizes


def expected_walk(walk, d, a, acc, channels):
    n_j, n_k, d_j, d_k, a_j, a_k = walk
    sums = acc.astype(np.int64)
    for j in range(n_j):
        for k in range(n_k):
            first, second = j * d_j + k * d_k, j * a_j + k * a_k
            factor = d[first : first + acc.size] if channels else d[first]
            sums += factor.astype(np.int64) * a[second : second + acc.size]
    return sums


@seeds
@pytest.mark.parametrize("channels", [False, True], ids=["columns", "channels"])
def test_walks_are_exact(kernels, seed, channels):
    name = "og_dot_channels_s8" if channels else "og_dot_columns_s8"
    for rng in cases(seed, 40):
        n = int(rng.integers(1, 40))
        walk, sizes = random_walk(rng, n, channels)
        values = (
            (low(sizes[0]), low(sizes[1])) if rng.random() < 0.1 else map(int8, (rng, rng), sizes)
        )
        (d, a), acc = values, acc_of(rng, n)
        expected = expected_walk(walk, d, a, acc, channels)
        np.testing.assert_array_equal(expected, kernels.dot_walk(name, walk, d, a, acc))


@seeds
@pytest.mark.parametrize("kind", ["round", "masked", "rectify"])
def test_items_stop_at_the_first_that_is_too_large(kernels, seed, kind):
    for rng in cases(seed, 40):
        n, shift, limit = rng.integers([1, 1, 0], [40, 31, 128]).tolist()
        sums = rng.integers(-(2**30), 2**30 + 1, n, dtype=np.int32) >> int(rng.integers(0, 31))
        v = round_shift(sums.astype(np.int64), shift)
        if kind == "rectify":
            v = np.where(sums > 0, np.maximum(v, 1), 0)
        mask = int8(rng, n) if kind == "masked" else None
        if mask is not None:
            v = np.where(mask > 0, v, 0)
        count = int(np.argmax(np.append(np.abs(v) > limit, True)))
        y = outputs(n, np.int8)
        expected = y.copy()
        expected[:count] = v[:count]

        if kind == "rectify":
            found = kernels.call("og_rectify_items_s8", sums, n, shift, limit, y)
        else:
            found = kernels.call("og_round_items_s8", sums, mask, n, shift, limit, y)
        assert count == found
        np.testing.assert_array_equal(expected, y)


def moved(w, residual, steps):
    """What 16-bit weights are after steps, and whether one was limited."""
    before = 256 * w.astype(np.int64) + residual
    after = np.where(steps == 0, before, np.clip(before - steps, -32639, 32639))
    high = np.where(steps == 0, w, (after + 128) >> 8)
    return high, after - 256 * high, bool((after != before - steps).any())


@seeds
@pytest.mark.parametrize("kind", ["products", "weights"])
def test_moves_are_exact(kernels, seed, kind):
    for rng in cases(seed, 60):
        n, shift, factor = rng.integers([1, 0, -1920], [70, 31, 1921]).tolist()
        g = int8(rng, n)
        if kind == "weights":
            g = rng.integers(-(2**26), 2**26 + 1, n, dtype=np.int32) >> int(rng.integers(0, 26))
            factor = int(rng.integers(1, 16))
        # As far as weights may be, or far from the ends.
        most = 128 if rng.random() < 0.5 else 120
        w = rng.integers(-most, most, n, dtype=np.int8)
        residual = rng.integers(-128, 128, n, dtype=np.int8)
        high, low, clamped = moved(w, residual, round_shift(g.astype(np.int64) * factor, shift))

        assert clamped == kernels.call(f"og_move_{kind}_s8", w, residual, g, n, factor, shift)
        np.testing.assert_array_equal(high, w)
        np.testing.assert_array_equal(low, residual)
