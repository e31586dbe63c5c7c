"""og_wide.c against octograd_ref/wide.py, bit for bit."""

import numpy as np
import pytest

from octograd_ref import wide

VALUES = sorted(
    {v for k in range(64) for v in (2**k - 1, 2**k, 2**k + 1, 3 << k) if v < 2**64}
    | {k * k + d for k in (3, 1000, 46341, 65535, 2**31 - 1, 2**32 - 1) for d in (-1, 0, 1)}
    | {2**64 - 1}
)


@pytest.mark.parametrize("d", [1, 2, 3, 400, 3072, 65535, 2**30 + 1, 2**31 - 1])
def test_divide_equals_reference(kernels, d):
    for v in VALUES:
        assert wide.divide(v, d) == kernels.divide(v, d)


def test_root_equals_reference(kernels):
    for v in VALUES:
        assert wide.root(v) == kernels.root(v)


def test_log2_equals_reference(kernels):
    rng = np.random.default_rng(1)
    more = (
        rng.integers(0, 2**64, 2000, np.uint64) >> rng.integers(0, 64, 2000, np.uint64)
    ).tolist()
    for v in VALUES + more + list(range(2000)):
        assert wide.log2(v) == kernels.log2(v)
