"""
Check what the kernels promise: integers only, no memory of their own, no libraries.

* The text knows no allocation, printing or floating point.
* Objects for this machine hold no writable data.
* Objects for a Cortex-M0+ call nothing but each other and the compiler's 32-bit division, so
  that they link into a native module.

Prints one line per fault and exits with 1 if there is any.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
KERNELS = ROOT / "usermod/kernels"
OUT = ROOT / "build/check"

FORBIDDEN_WORDS = re.compile(r"\b(\w*(?:alloc|printf)|free|float|double|py/\w+)\b")

# The flags that usermod/natmod/Makefile and dynruntime.mk use, where they matter here.
M0_CC = [
    *("arm-none-eabi-gcc", "-mcpu=cortex-m0plus", "-mthumb"),
    *("-ffreestanding", "-fno-tree-loop-distribute-patterns"),
]
M0_HELPERS = re.compile(r"__aeabi_u?idiv(mod)?|__gnu_thumb1_case_\w+")


def compile_all(compiler, folder):
    """Compile every kernel and return the objects."""
    folder.mkdir(parents=True, exist_ok=True)
    objects = []
    for source in sorted(KERNELS.glob("*.c")):
        objects.append(folder / (source.stem + ".o"))
        command = [*compiler, "-std=c99", "-Os", "-c", "-o", objects[-1], source]
        subprocess.run(command, check=True)
    return objects


def symbols(nm, objects):
    """Yield (object, kind, name) of each symbol."""
    for path in objects:
        text = subprocess.run([nm, path], check=True, capture_output=True, text=True).stdout
        for line in text.splitlines():
            kind, name = line.split()[-2:]
            yield path, kind, name


def text_faults():
    for path in sorted(KERNELS.glob("*.[ch]")):
        # Comments may say what the code may not; their line ends are kept for the count.
        code = re.sub(
            r"//[^\n]*|/\*.*?\*/",
            lambda m: "\n" * m[0].count("\n"),
            path.read_text(),
            flags=re.DOTALL,
        )
        for number, line in enumerate(code.splitlines(), 1):
            if m := FORBIDDEN_WORDS.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: a kernel may not use {m[1]}"


def state_faults():
    objects = compile_all([os.environ.get("CC", "gcc"), "-fno-common"], OUT / "host")
    for path, kind, name in symbols("nm", objects):
        if kind in "bBdDcC":
            yield f"{path.stem}.c: {name} is writable data"


def call_faults():
    objects = compile_all(M0_CC, OUT / "armv6m")
    found = list(symbols("arm-none-eabi-nm", objects))
    defined = {name for _, kind, name in found if kind.isupper() and kind != "U"}
    for path, kind, name in found:
        if kind == "U" and name not in defined and not M0_HELPERS.fullmatch(name):
            yield f"{path.stem}.c: calls {name} on armv6m"


def main():
    found = [*text_faults(), *state_faults()]
    if shutil.which(M0_CC[0]):
        found += call_faults()
    elif os.environ.get("OCTOGRAD_REQUIRE") == "all":
        found.append(f"{M0_CC[0]} is missing")
    else:
        print(f"SKIP kernels on armv6m: {M0_CC[0]} is missing")
    print("\n".join(found) or "kernels: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
