"""octograd_ref/tables.py: the values of the spec, and the C file made of them."""

import math
import runpy
import zlib
from statistics import NormalDist

import numpy as np
import pytest

from octograd_ref import tables


def x(i):
    return (i - 128) / 16


@pytest.mark.parametrize(
    ("table", "crc"),
    [
        (tables.EXP.astype("<u2"), 0x363453D8),
        (tables.SIGMOID_Q15.astype("<u2"), 0x1915658F),
        (tables.SIGMOID.astype("i1"), 0xE0E183E9),
        (tables.TANH.astype("i1"), 0xC49342ED),
        (tables.SIGMA.astype("<u2"), 0xC417795F),
        (tables.KL_SLOPE.astype("<i2"), 0x7F289716),
        (tables.NORMAL.astype("i1"), 0x187674FA),
        (tables.LOG2.astype("<u2"), 0x76C66676),
        (tables.SINE.astype("<u2"), 0x3088C21D),
    ],
    ids=["exp", "sigmoid-q15", "sigmoid", "tanh", "sigma", "kl-slope", "normal", "log2", "sine"],
)
def test_tables_have_the_check_sums_of_the_spec(table, crc):
    assert table.size in (256, 33, 257)
    assert crc == zlib.crc32(table.tobytes())


@pytest.mark.parametrize(
    ("table", "formula", "most"),
    [
        (tables.EXP, lambda i: 32767 * math.exp(-i / 16), 32767),
        (tables.SIGMOID_Q15, lambda i: 32768 / (1 + math.exp(-x(i))), 32768),
        (tables.SIGMOID, lambda i: 128 / (1 + math.exp(-x(i))), 127),
        (tables.TANH, lambda i: 128 * math.tanh(x(i)), 127),
        (tables.SIGMA, lambda i: 256 * math.exp(x(i) / 2), 65535),
        (tables.KL_SLOPE, lambda i: 128 * (math.exp(x(i)) - 1), 32767),
        (tables.NORMAL, lambda i: 32 * NormalDist().inv_cdf((i + 0.5) / 256), 127),
    ],
    ids=["exp", "sigmoid-q15", "sigmoid", "tanh", "sigma", "kl-slope", "normal"],
)
def test_tables_are_the_nearest_to_their_formulas(table, formula, most):
    errors = [v - np.clip(formula(i), -most, most) for i, v in enumerate(table.tolist())]

    assert max(map(abs, errors)) <= 0.5
    # No value is so near to a half that another machine's exp could round it otherwise.
    halves = [abs(formula(i) % 1 - 0.5) for i in range(256)]
    assert min(halves) > 1e-9


def test_cosine_of_the_spec_has_its_check_sum():
    values = [math.floor(128 * (1 + math.cos(math.pi * i / 64)) + 0.5) for i in range(64)]

    assert 0xCAA96FE8 == zlib.crc32(np.maximum(values, 1).astype("<u2").tobytes())


def test_make_tables_writes_the_committed_files(root):
    made = runpy.run_path(str(root / "tools/make_tables.py"))

    assert (root / "usermod/kernels/og_tables.c").read_text() == made["c_source"]()
    latent = root / "mpy_lib/octograd/latent_tables.py"
    assert latent.read_text() == made["python_source"]()
