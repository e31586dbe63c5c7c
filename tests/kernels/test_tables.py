"""og_tables.c against octograd_ref/tables.py, bit for bit."""

import ctypes

import pytest

from octograd_ref import tables


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("exp", ctypes.c_uint16),
        ("sigmoid", ctypes.c_int8),
        ("tanh", ctypes.c_int8),
        ("sigmoid_q15", ctypes.c_uint16),
    ],
)
def test_table_equals_reference(kernels, name, item):
    table = (item * 256).in_dll(kernels.library, f"og_table_{name}")

    assert getattr(tables, name.upper()).tolist() == list(table)
