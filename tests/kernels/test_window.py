"""og_window.h against octograd_ref/window.py, bit for bit."""

import itertools

import numpy as np
import pytest

from octograd_ref.window import Axis, Window, axis_source, window_source, window_uses

from .draw import any_axis, axis, cases, kinds, random_axis, random_window, seeds


def check(kernels, window):
    """Runs, uses and spans yield each pair of the map once, and nothing else."""
    source = window_source(window)
    for walk in (kernels.runs, kernels.uses, kernels.source_spans, kernels.use_spans):
        found, again = walk(window)
        np.testing.assert_array_equal(source, found)
        assert 0 == again
    _, counts = np.unique(source[source >= 0], return_counts=True)
    assert max(counts, default=0) <= window_uses(window)


def test_records_are_int16_without_padding(kernels):
    assert 2 * 8 == kernels.call("shim_axis_bytes")
    assert 2 * 18 == kernels.call("shim_window_bytes")


@kinds
def test_axis_source_equals_reference(kernels, kind):
    for n_in, kernel, step in itertools.product(range(1, 9), range(1, 8), range(1, 5)):
        made = axis(kind, n_in, kernel, step)
        if made.n_out >= 1:
            np.testing.assert_array_equal(axis_source(made), kernels.axis_source(made))


@kinds
def test_axis_source_of_long_axes_equals_reference(kernels, kind):
    for kernel, step in itertools.product([1, 2, 5, 11], [1, 2, 3, 4]):
        made = axis(kind, 32767 // 8, kernel, step)

        np.testing.assert_array_equal(axis_source(made), kernels.axis_source(made))


@seeds
@kinds
def test_walks_equal_reference(kernels, seed, kind):
    for rng in cases(seed):
        check(kernels, random_window(rng, kind, 1, 1))


@kinds
def test_walks_over_images_of_width_1_equal_reference(kernels, kind):
    """Rows are a signal and columns one pixel and one tap, and the other way round."""
    for rng in cases(0):
        made, one = random_axis(rng, kind, 20), Axis(1, 1, 1)

        check(kernels, Window(made, one, 1, 1))
        check(kernels, Window(one, made, 1, 1))


@pytest.mark.parametrize("step", [1, 2, 3, 4, 9])
def test_walks_with_kernels_larger_than_the_image_equal_reference(kernels, step):
    for kind, n_in, kernel in itertools.product(["same", "up-same"], [1, 2, 3], [4, 5, 8, 17]):
        made = axis(kind, n_in, kernel, step)

        check(kernels, Window(made, made, 1, 1))


def test_walks_with_a_kind_for_each_axis_equal_reference(kernels):
    for rng in cases(0, 40):
        y, x = (random_axis(rng, str(rng.choice(["valid", "same", "up-same"]))) for _ in "yx")

        check(kernels, Window(y, x, 1, 1))


@seeds
def test_walks_over_any_window_equal_reference(kernels, seed):
    for rng in cases(seed, 30):
        check(kernels, Window(any_axis(rng), any_axis(rng), 1, 1))


@pytest.mark.parametrize("exact", [0, 1])
@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("offset", [-32768, -1, 0, 32767])
def test_walks_over_the_largest_fields_equal_reference(kernels, exact, sign, offset):
    big = 32767
    for fields in (
        (big, 3, 2, big, sign, offset, 1, exact),
        (3, 3, 2, big, sign, offset, big, exact),
        (2, 40, 2, 1, sign, offset, big, exact),
        (1, 2, 30, big, sign, offset, 7, exact),
        (2, big, 1, big, sign, offset, 2, exact),
    ):
        check(kernels, Window(Axis(*fields), Axis(1, 1, 1), 1, 1))
        check(kernels, Window(Axis(1, 1, 1), Axis(*fields), 1, 1))
