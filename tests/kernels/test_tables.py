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
        ("log2", ctypes.c_uint16),
        ("sine", ctypes.c_uint16),
    ],
)
def test_table_equals_reference(kernels, name, item):
    expected = getattr(tables, name.upper())
    table = (item * expected.size).in_dll(kernels.library, f"og_table_{name}")

    assert expected.tolist() == list(table)
