"""octograd_ref/tables.py: the values of the spec, and the C file made of them."""

import math
import runpy
import zlib

from octograd_ref import tables


def test_exp_has_the_check_sum_of_the_spec():
    assert 0x363453D8 == zlib.crc32(tables.EXP.astype("<u2").tobytes())


def test_exp_is_the_nearest_to_its_formula():
    errors = [v - 32767 * math.exp(-i / 16) for i, v in enumerate(tables.EXP.tolist())]

    assert max(map(abs, errors)) <= 0.5


def test_make_tables_writes_the_committed_c_file(root):
    made = runpy.run_path(str(root / "tools/make_tables.py"))["c_source"]()

    assert (root / "usermod/kernels/og_tables.c").read_text() == made
