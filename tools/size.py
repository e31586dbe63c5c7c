"""
Print flash, stack and lines of each C file, and the size of each native module.

Flash is code and constants of the object that goes into the native module, in bytes. Stack
is the deepest frame of a single function of the file, not of a chain of calls.
"""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
NATMOD = ROOT / "build/natmod"
ARCHS = ("armv6m", "armv7emsp")


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
    modules = sorted({path.stem for path in NATMOD.glob("*/_octograd*.mpy")})
    archs = sorted({path.parent.name for path in NATMOD.glob("*/_octograd.mpy")})
    print("\nnative modules, in bytes")
    row("", archs)
    for module in modules:
        paths = [NATMOD / arch / f"{module}.mpy" for arch in archs]
        row(module, [path.stat().st_size if path.exists() else "-" for path in paths])


if __name__ == "__main__":
    main()
