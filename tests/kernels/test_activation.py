"""og_activation.h against octograd_ref/activation.py, bit for bit."""

import numpy as np
import pytest

from octograd_ref.activation import activate, activation_backward
from octograd_ref.fixed import round_shift

from .draw import ACTIVATIONS, activations

# Where 6.0 is nothing, rounded, exact, more than a byte, and as large as it may become.
EXPONENTS = [-1150, -29, -28, -27, -10, -5, -4, -3, -1, 0, 1, 2, 3, 4, 30, 1150]
EDGES = [0, 1, 5, 6, 7, 95, 96, 97, 126, 127, 128, 129, 191, 192, 193, 2**29, 2**30 - 1, 2**30]


def any_int32(seed, bits, n):
    rng = np.random.default_rng(seed)
    v = rng.integers(-(2**bits), 2**bits + 1, n) >> rng.integers(0, bits + 1, n)
    ends = np.array(EDGES)[np.array(EDGES) <= 2**bits]
    return np.concatenate([ends, -ends, v]).astype(np.int32)


@activations
def test_forward_equals_reference(kernels, activation):
    for e in EXPONENTS:
        v, six = any_int32(e + 2000, 30, 500), round_shift(6, e)

        made = kernels.map("shim_activation_forward", v, activation, six)

        np.testing.assert_array_equal(activate(v.astype(np.int64), activation, e), made)


@activations
def test_backward_of_any_byte_equals_reference(kernels, activation):
    for e in EXPONENTS:
        d, y = np.meshgrid(any_int32(e + 2000, 30, 20), np.arange(-128, 128).astype(np.int8))
        d, y = d.flatten(), y.flatten()

        made = kernels.map("shim_activation_backward", d, y, activation, round_shift(6, e))

        expected = activation_backward(d.astype(np.int64), y, activation, e)
        np.testing.assert_array_equal(expected, made)
        assert np.abs(expected).max() <= 2**30


@pytest.mark.parametrize("code", [-(2**31), -1, *range(20), 255, 2**31 - 1])
def test_activation_ok_knows_all_codes(kernels, code):
    assert (code in ACTIVATIONS) == kernels.call("shim_activation_ok", code)
