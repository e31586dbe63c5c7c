"""og_tables.c against octograd_ref/tables.py, bit for bit."""

import ctypes

from octograd_ref import tables


def test_exp_equals_reference(kernels):
    table = (ctypes.c_uint16 * 256).in_dll(kernels.library, "og_table_exp")

    assert tables.EXP.tolist() == list(table)
