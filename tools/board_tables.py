"""
Write the tables of flash, RAM and steps into README.md and boards/README.md.

What boards say is in their results.csv, which tools/bench_boards.py writes; what the nets of the
examples take, their plans say.
"""

import csv
import importlib.util
import pathlib
import sys

import tables

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "mpy_lib"), str(ROOT / "host_ref")]

READMES = ROOT / "README.md", ROOT / "boards/README.md"
OPERATIONS = "inference", "step"


def read(path):
    """Return the results of a board, as a dict of (item, figure) to (value, unit)."""
    with path.open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return {(item, figure): (int(value), unit) for item, figure, value, unit in rows}


def read_all():
    """Return the results of all boards, by their names."""
    return {path.parent.name: read(path) for path in sorted(ROOT.glob("boards/*/results.csv"))}


def outside(results, net, operation):
    """Return the share of an operation that is spent outside the kernels, in percent."""
    whole, _ = results[net, operation]
    kernels, _ = results[net, f"{operation} in kernels"]
    return f"{100 * (whole - kernels) / whole:.0f} %"


def boards(results):
    """A row for each board: the module's flash and RAM, and what each net costs."""
    nets = [net for net, figure in next(iter(results.values())) if figure == "step"]
    header = ["board", "flash", "static RAM", "counted"]
    for net in nets:
        header += [f"{net} inference", "step", "heap"]
    rows = []
    for name, of in results.items():
        row = [
            f"`{name}`",
            of["module", "flash"][0],
            of["module", "RAM"][0],
            of[nets[0], "step"][1],
        ]
        for net in nets:
            row += [f"{of[net, o][0]:,} ({outside(of, net, o)})" for o in OPERATIONS]
            row.append(of[net, "step heap"][0])
        rows.append(row)
    return tables.table(header, rows)


def steps(results):
    """A row for each board, net and operation."""
    rows = []
    for name, of in results.items():
        mhz, _ = of.get(("board", "clock"), (None, None))
        for (net, operation), (count, unit) in of.items():
            if operation in OPERATIONS:
                ms = f"{count / mhz / 1000:.2f} at {mhz} MHz" if mhz else "-"
                heap, _ = of[net, f"{operation} heap"]
                share = outside(of, net, operation)
                rows.append([f"`{name}`", net, operation, count, unit, ms, share, heap])
    header = "board, net, operation, count, unit, ms, outside kernels, heap".split(", ")
    return tables.table(header, rows)


def examples(_):
    """A row for each example: what its net takes to predict and to learn."""
    rows = []
    for path in sorted(ROOT.glob("examples/*/main.py")):
        spec = importlib.util.spec_from_file_location(f"{path.parent.name}_example", path)
        example = importlib.util.module_from_spec(spec)
        sys.path.insert(0, str(path.parent))
        spec.loader.exec_module(example)
        sys.path.remove(str(path.parent))
        plans = [example.make().plan(example.SHAPE, training=t) for t in (False, True)]
        figures = [figure for plan in plans for figure in (plan.flash, plan.ram)]
        rows.append([f"`{path.parent.name}`", *figures])
    header = ["example", "flash to predict", "RAM to predict", "flash to learn", "RAM to learn"]
    return tables.table(header, rows)


TABLES = {"boards": boards, "steps": steps, "examples": examples}


def fill(text):
    """Return a text with the tables between its markers as they should be."""
    return tables.fill(text, "make bench-boards", TABLES, read_all())


def main():
    for path in READMES:
        path.write_text(fill(path.read_text()))


if __name__ == "__main__":
    main()
