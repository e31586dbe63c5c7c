"""Write usermod/kernels/og_tables.c from the formulas in octograd_ref/tables.py."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "host_ref"))

from octograd_ref import tables  # noqa: E402

HEAD = """// SPDX-License-Identifier: MIT
// Written by tools/make_tables.py from host_ref/octograd_ref/tables.py.
#include "og_tables.h"
"""


def c_table(name, c_type, values):
    """Return the definition of a constant C array, twelve values to a line."""
    rows = [
        "    " + ", ".join(str(int(v)) for v in values[i : i + 12]) + ",\n"
        for i in range(0, len(values), 12)
    ]
    return f"\nconst {c_type} {name}[{len(values)}] = {{\n{''.join(rows)}}};\n"


def c_source():
    """Return the whole text of og_tables.c."""
    return (
        HEAD
        + c_table("og_table_exp", "uint16_t", tables.EXP)
        + c_table("og_table_sigmoid", "int8_t", tables.SIGMOID)
        + c_table("og_table_tanh", "int8_t", tables.TANH)
        + c_table("og_table_sigmoid_q15", "uint16_t", tables.SIGMOID_Q15)
    )


if __name__ == "__main__":
    (ROOT / "usermod/kernels/og_tables.c").write_text(c_source())
