"""
Check that the parts use each other in one direction only.

    kernels  <-  binding  <-  mpy_lib/octograd
    octograd_ref  <-  host_ref/_octograd*.py

Prints one line per fault and exits with 1 if there is any.
"""

import ast
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# The last has the intrinsics of Helium.
KERNEL_HEADERS = {"<stdint.h>", "<stddef.h>", "<stdbool.h>", "<arm_mve.h>"}

MICROPYTHON_MODULES = {
    *(
        "array",
        "asyncio",
        "binascii",
        "collections",
        "errno",
        "gc",
        "hashlib",
        "io",
        "json",
        "math",
    ),
    *("micropython", "os", "struct", "sys", "time"),
}

# Those of the binding: modoctograd_conv.c defines _octograd_conv.
C_MODULES = {"_" + path.stem[3:] for path in (ROOT / "usermod/binding").glob("mod*.c")}

# Which modules the Python files of a place may import. Absent from mpy_lib's list: `random`,
# since every random number must come from the module's own generator.
PYTHON_LAYERS = {
    "mpy_lib/octograd/**/*.py": MICROPYTHON_MODULES | C_MODULES | {"octograd"},
    "host_ref/octograd_ref/**/*.py": {
        *("math", "numpy", "octograd_ref", "functools", "statistics", "typing"),
    },
    "host_ref/_octograd*.py": sys.stdlib_module_names
    | {"_octograd_arguments", "_octograd_windows", "numpy", "octograd_ref"},
    "bench/quality/*.py": sys.stdlib_module_names
    | {"matplotlib", "numpy", "octograd", "octograd_host", "octograd_ref", "quality", "sklearn"}
    | {"torch"},
    # These run on MicroPython.
    "bench/quality/learn.py": MICROPYTHON_MODULES | {"octograd", "quality"},
    "bench/quality/nets.py": {"octograd"},
}


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if m := re.match(r"\s*#\s*include\s*(\S+)", line):
            yield number, m[1]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        # A relative import stays within the package.
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module


def faults():
    kernels = ROOT / "usermod/kernels"
    kernel_names = {f'"{p.name}"' for p in kernels.glob("*.h")}
    for path in sorted(kernels.glob("*.[ch]")):
        for line, name in includes(path):
            if name not in KERNEL_HEADERS | kernel_names:
                yield path, line, f"a kernel may not include {name}"

    binding = ROOT / "usermod/binding"
    binding_names = {f'"{p.name}"' for p in binding.glob("*.h")}
    for path in sorted(binding.glob("*.[ch]")):
        for line, name in includes(path):
            own = name in kernel_names | binding_names or name.startswith('"py/')
            if not own and not name.startswith("<"):
                yield path, line, f"the binding may not include {name}"

    for pattern, allowed in PYTHON_LAYERS.items():
        for path in sorted(ROOT.glob(pattern)):
            for line, name in imports(path):
                if name.partition(".")[0] not in allowed:
                    yield path, line, f"may not import {name}"


def main():
    found = [f"{path.relative_to(ROOT)}:{line}: {text}" for path, line, text in faults()]
    print("\n".join(found) or "layers: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
