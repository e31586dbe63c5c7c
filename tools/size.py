"""
Print flash, stack and lines of each C file, and write the README's table of native modules.

Flash is code and constants of the object that goes into the native module, in bytes. Stack
is the deepest frame of a single function of the file, not of a chain of calls.
"""

import pathlib
import subprocess

import tables

ROOT = pathlib.Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
NATMOD = ROOT / "build/natmod"
ARCHS = ("armv6m", "armv7emsp")
NATIVE_ARCHS = ("armv6m", "armv7m", "armv7emsp", "armv7emdp", "rv32imc", "x64")
# What is in the native modules.
MODULES = {
    "_octograd": "dense layers, buffers, random numbers",
    "_octograd_train": "losses, errors, updates of dense layers and of batches",
    "_octograd_conv": "convolutions",
    "_octograd_depthwise": "depthwise convolutions",
    "_octograd_train_conv": "updates of both",
    "_octograd_pool": "pooling",
    "_octograd_blocks": "`Add`, `Dropout`",
    "_octograd_consolidation": "`EWC`",
    "_octograd_features": "filters, summaries, spectra, MFCC",
}


def flash(path):
    """Return the code and constant bytes of an object, or "-" if it was not built."""
    if not path.exists():
        return "-"
    out = subprocess.run(
        ["arm-none-eabi-size", path], check=True, capture_output=True, text=True
    ).stdout
    text, data, _bss = out.splitlines()[1].split()[:3]
    return int(text) + int(data)


def stack(path):
    """Return the largest frame in a report of gcc -fstack-usage, or "-"."""
    if not path.exists():
        return "-"
    return max((int(line.split("\t")[1]) for line in path.read_text().splitlines()), default=0)


def folder(path):
    """Return in which folder the object of a C file lies."""
    if path.parent.name == "kernels":
        return "kernels"
    module = path.stem if path.stem.startswith("mod") else "modoctograd"
    return "_" + module[3:]


def total(column):
    numbers = [n for n in column if n != "-"]
    return sum(numbers) if numbers else "-"


def row(name, cells):
    print((f"{name!s:<28}" + "".join(f"{cell:>14}" for cell in cells)).rstrip())


def native_sizes():
    """Return the bytes of each native module, by its name and architecture."""
    paths = [path for arch in NATIVE_ARCHS for path in NATMOD.glob(f"{arch}/_octograd*.mpy")]
    return {(path.stem, path.parent.name): path.stat().st_size for path in paths}


def all_built():
    """Return whether there are native modules of all architectures."""
    return all((NATMOD / arch / "_octograd.mpy").exists() for arch in NATIVE_ARCHS)


def native_table(sizes):
    """Return the README's table of native modules."""
    rows = [
        [f"`{name}`", what, *(sizes[name, arch] for arch in NATIVE_ARCHS)]
        for name, what in MODULES.items()
    ]
    return tables.table(["module", "what is in it", *NATIVE_ARCHS], rows)


def fill(text):
    """Return the README with its table as it should be."""
    return tables.fill(text, "make size", {"native modules": native_table}, native_sizes())


def main():
    row("", ["flash", "flash", "stack", "stack", ""])
    row("", [*ARCHS, *ARCHS, "lines"])
    rows = []
    for path in sorted((ROOT / "usermod").glob("*/*.c")):
        objects = [NATMOD / arch / "build" / folder(path) / path.stem for arch in ARCHS]
        cells = [flash(o.with_suffix(".o")) for o in objects]
        cells += [stack(o.with_suffix(".su")) for o in objects]
        cells.append(len(path.read_text().splitlines()))
        rows.append(cells)
        row(path.relative_to(ROOT / "usermod"), cells)
    if rows:
        columns = list(zip(*rows, strict=True))
        deepest = [max((n for n in c if n != "-"), default="-") for c in columns[2:4]]
        row("all", [*map(total, columns[:2]), *deepest, total(columns[4])])

    headers = (ROOT / "usermod").glob("*/*.h")
    print(f"\nlines in headers: {sum(len(p.read_text().splitlines()) for p in headers)}")
    if not all_built():
        print("\nnative modules of some architectures are missing; the README stays as it is")
        return
    README.write_text(fill(README.read_text()))
    print("\n" + native_table(native_sizes()), end="")


if __name__ == "__main__":
    main()
