"""
Print where the instructions of a training step go on an emulated board.

    tools/profile_step.py BOARD [--lines N]

For the MLP and the CNN of bench/boards/steps.py: kernel by kernel, the binding function by
function, and the rest, which is Python, by MicroPython's source files. Where a function is the
linker's map says; what divides or clears memory counts for whoever calls it. On a Pico it is
cycles, in QEMU instructions.
"""

import argparse
import re
import sys

import bench_boards
from bench_boards import BINDING, BOARDS, CALLED, CALLER, KERNELS, PICO

AREAS = "kernels", "binding", "Python"
# A function of its own section, or the rest of a file, of what is linked.
FUNCTION = re.compile(
    r"^ \.(?:text|time_critical)(?:\.(\S+))?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$", re.M
)


def place_of(function, origin):
    """Return the area of a function and its line there, or None of what counts for its caller."""
    if re.search(CALLED, origin):
        return None
    for area, folder in (("kernels", KERNELS), ("binding", BINDING)):
        if folder in origin:
            return area, function
    # What an archive is called says nothing; its member does.
    archived = re.search(r"\(([^)]*)\)$", origin)
    parts = (archived[1] if archived else origin).removesuffix(".obj").split("/")
    return "Python", re.sub(r"\.(?:o|c\.o|c|S\.o)$", "", "/".join(parts[-2:]))


def ranges_of(linked):
    """Return the ranges of all functions, each line of the profile a group, and the lines."""
    places, ranges = {}, []
    for function, start, size, origin in FUNCTION.findall(linked):
        start, size = int(start, 16), int(size, 16)
        # What the linker left out is at 0.
        if start and size:
            place = place_of(function, origin)
            group = CALLER if place is None else places.setdefault(place, len(places))
            ranges.append((start, start + size, group))
    return ranges, list(places)


def profile(name):
    """
    Return where a step goes on a board.

    Returns:
        Of each net: how much a step is, and a dict of (area, line) to a share of it.
    """
    linked = bench_boards.map_of(name).read_text()
    ranges, places = ranges_of(linked)
    nets = {}
    for line, starts, stops in bench_boards.count(name, linked, ranges, bench_boards.STEPS):
        net, operation, _, n = bench_boards.parse(line)
        if operation == "step":
            whole, *parts = ((b - a) // n for a, b in zip(starts, stops, strict=True))
            counts = dict(zip(places, parts, strict=True))
            counts["Python", "elsewhere"] = whole - sum(parts)
            nets[net] = whole, counts
    return nets


def show(whole, counts, n_lines):
    """Print the areas of a profile, and of each the longest lines."""
    for area in AREAS:
        lines = {line: count for (of, line), count in counts.items() if of == area and count > 0}
        total = sum(lines.values())
        print(f"  {area:34}{total:12,}{100 * total / whole:7.1f} %")
        longest = sorted(lines, key=lines.get, reverse=True)
        for line in longest[:n_lines]:
            print(f"    {line:32}{lines[line]:12,}{100 * lines[line] / whole:7.1f} %")
        if rest := sum(lines[line] for line in longest[n_lines:]):
            print(f"    {'others':32}{rest:12,}{100 * rest / whole:7.1f} %")


def main():
    parser = argparse.ArgumentParser(description="Profile a training step.")
    parser.add_argument("board", choices=BOARDS)
    parser.add_argument("--lines", type=int, default=12, help="of each area")
    options = parser.parse_args()
    unit = "cycles" if options.board == PICO else "instructions"
    for net, (whole, counts) in profile(options.board).items():
        print(f"{options.board}, a step of the {net}: {whole:,} {unit}")
        show(whole, counts, options.lines)


if __name__ == "__main__":
    sys.exit(main())
