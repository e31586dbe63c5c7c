"""Write the tables of the kernels and of mpy_lib from the formulas in octograd_ref/tables.py."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "host_ref"))

from octograd_ref import tables  # noqa: E402

HEAD = """// SPDX-License-Identifier: MIT
// Written by tools/make_tables.py from host_ref/octograd_ref/tables.py.
#include "og_tables.h"
"""

PYTHON_HEAD = """\"\"\"
Tables of a latent layer, as bytes, two to an item where it says so, the low one first.

Written by tools/make_tables.py from host_ref/octograd_ref/tables.py.
\"\"\"
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
        + c_table("og_table_log2", "uint16_t", tables.LOG2)
        + c_table("og_table_sine", "uint16_t", tables.SINE)
    )


def python_table(name, comment, items):
    """Return the definition of a constant of bytes, twenty to a line."""
    data = items.astype(items.dtype.newbyteorder("<")).tobytes()
    rows = [
        '    b"' + "".join(f"\\x{v:02x}" for v in data[i : i + 20]) + '"\n'
        for i in range(0, len(data), 20)
    ]
    return f"\n# {comment}\n{name} = (\n{''.join(rows)})\n"


def python_source():
    """Return the whole text of mpy_lib/octograd/latent_tables.py."""
    return (
        PYTHON_HEAD
        + python_table("NORMAL", "int8: 256 quantiles of the normal distribution.", tables.NORMAL)
        + python_table("SIGMA", "uint16: standard deviations.", tables.SIGMA)
        + python_table("KL_SLOPE", "int16: slopes of KL by the log-variance.", tables.KL_SLOPE)
    )


if __name__ == "__main__":
    (ROOT / "usermod/kernels/og_tables.c").write_text(c_source())
    (ROOT / "mpy_lib/octograd/latent_tables.py").write_text(python_source())
