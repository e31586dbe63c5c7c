"""og_dot.h against sums in int64: the inner loops of the core that the library is built for."""

import numpy as np
import pytest

from .draw import INT32_MAX, INT32_MIN, cases, int8, low, seeds

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
        kernels.call("og_dot_rows_s8", x, flat, n + 3, 5, n, found)
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
        values = (low(sizes[0]), low(sizes[1])) if rng.random() < 0.1 else map(int8, (rng, rng), sizes)
        (d, a), acc = values, acc_of(rng, n)
        expected = expected_walk(walk, d, a, acc, channels)
        np.testing.assert_array_equal(expected, kernels.dot_walk(name, walk, d, a, acc))
