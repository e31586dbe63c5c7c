"""octograd_ref/window.py against TensorFlow's rule, PyTorch, and its own adjoint."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octograd_ref.window import (
    Axis,
    axis_source,
    gather,
    scatter,
    window_inputs,
    window_source,
    window_uses,
)

sizes, kernels, strides = st.integers(1, 12), st.integers(1, 6), st.integers(1, 4)

# Shape, kernel and strides: odd sizes, strides that do not divide, larger than the kernel,
# one pixel, one column, even kernels.
SHAPES = [
    ((7, 5), (3, 3), (1, 1)),
    ((7, 5), (3, 2), (2, 2)),
    ((6, 9), (3, 3), (2, 2)),
    ((8, 7), (2, 1), (3, 2)),
    ((5, 5), (4, 5), (3, 1)),
    ((11, 1), (5, 1), (2, 1)),
    ((1, 1), (1, 1), (1, 1)),
    ((1, 1), (3, 3), (2, 2)),
    ((13, 10), (1, 1), (2, 3)),
]


def relation(source):
    """The (output, tap, input) of every value that is read."""
    outputs, taps = np.nonzero(source >= 0)
    return set(zip(outputs.tolist(), taps.tolist(), source[outputs, taps].tolist(), strict=True))


@given(sizes, kernels, strides)
def test_axis_source_of_same_is_that_of_tensorflow(axis, n, k, s):
    a = axis("conv", n, k, s, same=True)

    # https://www.tensorflow.org/api_docs/python/tf/nn, "Notes on padding".
    total = max(k - s, 0) if n % s == 0 else max(k - n % s, 0)
    padded = [-1] * (total // 2) + list(range(n)) + [-1] * (total - total // 2)
    n_out = math.ceil(n / s)
    assert n_out == a.n_out
    expected = [padded[o * s : o * s + k] for o in range(n_out)]
    np.testing.assert_array_equal(expected, axis_source(a))


@given(sizes, kernels, strides)
def test_axis_source_of_valid_reads_a_value_at_every_tap(axis, n, k, s):
    n += k - 1
    a = axis("conv", n, k, s)

    assert math.ceil((n - k + 1) / s) == a.n_out
    expected = [[o * s + t for t in range(k)] for o in range(a.n_out)]
    np.testing.assert_array_equal(expected, axis_source(a))


@given(sizes, kernels, strides, st.booleans())
def test_axis_source_of_transposed_is_the_adjoint_of_the_convolution(axis, n, k, s, same):
    back = axis("transposed", n, k, s, same)

    there = axis("conv", back.n_out, k, s, same)

    assert n == there.n_out
    reverse = {(i, t, o) for o, t, i in relation(axis_source(there))}
    assert reverse == relation(axis_source(back))


@given(sizes, kernels, strides, st.booleans())
def test_axis_source_of_upsampled_is_the_convolution_of_the_repeated_image(axis, n, k, f, same):
    if not same:
        n += k // f
    fused = axis("upsampled", n, k, f, same)

    plain = axis("conv", n * f, k, 1, same)

    source = axis_source(plain)
    np.testing.assert_array_equal(np.where(source < 0, -1, source // f), axis_source(fused))


@given(sizes, kernels, strides, st.booleans(), st.sampled_from(["conv", "transposed"]))
def test_axis_source_reads_every_input_of_a_kernel_as_large_as_its_stride(
    axis, n, k, s, same, kind
):
    if k < s or (kind == "conv" and not same):
        return  # these may leave out inputs

    source = axis_source(axis(kind, n, k, s, same))

    assert set(range(n)) == set(source[source >= 0].tolist())


@given(
    sizes, sizes, kernels, kernels, strides, st.sampled_from(["conv", "transposed", "upsampled"])
)
def test_window_uses_bounds_how_often_an_input_is_read(window, h, w, k_h, k_w, s, kind):
    n = window(kind, (h, w, 1), (k_h, k_w), (s, s), same=True)

    source = window_source(n)

    counts = np.bincount(source[source >= 0], minlength=window_inputs(n))
    assert counts.max() <= window_uses(n)


@pytest.mark.parametrize("same", [False, True])
@pytest.mark.parametrize(("shape", "k", "s"), SHAPES)
def test_window_source_is_the_unfold_of_pytorch(window, real, shape, k, s, same):
    if not same:
        shape = max(shape[0], k[0]), max(shape[1], k[1])  # else there is no output
    n = window("conv", (*shape, 1), k, s, same)
    numbers = real.tensor(np.arange(1, 1 + shape[0] * shape[1]), 0, (*shape, 1))

    read = real.f.unfold(real._pad(numbers, n.y, n.x), k, stride=s)[0].T

    np.testing.assert_array_equal(read.detach().numpy() - 1, window_source(n))


def test_window_source_counts_pixels_and_taps_row_by_row():
    # Two rows of three pixels, one tap in each of two rows, the columns reversed by stride 2.
    y, x = Axis(2, 1, 2), Axis(3, 2, 1, stride=2)
    window = type("W", (), {"y": y, "x": x})

    np.testing.assert_array_equal([[0, 3], [2, 5]], window_source(window))


@pytest.mark.parametrize("kind", ["conv", "transposed", "upsampled"])
@pytest.mark.parametrize(("shape", "k", "s"), SHAPES)
def test_scatter_is_the_adjoint_of_gather(window, kind, shape, k, s):
    rng = np.random.default_rng(1)
    n = window(kind, (*shape, 3), k, s, same=True)
    source = window_source(n)
    x = rng.integers(-127, 128, (window_inputs(n), 3), dtype=np.int8)
    values = rng.integers(-127, 128, (*source.shape, 3))

    forward = (gather(x, source) * values).sum()

    assert forward == (scatter(values, source, window_inputs(n)) * x).sum()
