"""
Measure the module, inference and training on emulated boards, and write what came of it.

    tools/bench_boards.py [BOARD...]

Each board gets a boards/BOARD/results.csv, then the tables of the READMEs are written anew. A
Pico's cycles are counted by its emulator, the instructions of boards in QEMU by a plugin,
bench/boards/counter.c; their clock goes by instructions too. Kernels are told from the rest by
their addresses, which the linker's map has; what they call to divide or to clear memory belongs
to them.
"""

import argparse
import csv
import re
import subprocess
import sys

import board_tables
import kernel_tables
from emulate import BUILD, EMULATOR, FIRMWARE, NAMES, ROOT, Board, Rp2040Board

PICO, PICO_MHZ = "RPI_PICO", 125
BOARDS = *NAMES, PICO
FLASH = "text", "rodata", "data"
RAM = "data", "bss"
STEPS = ROOT / "bench/boards/steps.py"
# Where objects come from, as the linker's map names them.
KERNELS, BINDING = "usermod/kernels/", "usermod/binding/"
# What gcc, MicroPython and the pico-sdk have for divisions, jump tables and memory.
CALLED = r"(?:libgcc\.a\(|shared/libc/string0\.|/pico_(?:divider|mem_ops)/)"
CALLER = -1  # the group that a range belongs to is its caller's
VENEER_BYTES = 16
PICO_ROM = 0, 0x4000, CALLER


def map_of(name):
    """Return where the linker's map of a board's firmware is."""
    return FIRMWARE / name / "firmware.elf.map" if name == PICO else BUILD / name / "firmware.map"


def sections(linked, origin):
    """Return kind, start and size of what the firmware has from some objects."""
    kinds = "|".join(sorted({*FLASH, *RAM}))
    pattern = rf"^ \.s?({kinds})\S*\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) \S*{origin}"
    found = [(kind, int(a, 16), int(n, 16)) for kind, a, n in re.findall(pattern, linked, re.M)]
    # What the linker left out is at 0.
    return [section for section in found if all(section)]


def ranges_of(linked, origin, group):
    """Return start, end and group of the code of some objects."""
    return [(a, a + n, group) for kind, a, n in sections(linked, origin) if kind == "text"]


def kernels_of(linked):
    """Return the ranges of the kernels, group 0, and of what counts for its caller."""
    return ranges_of(linked, KERNELS, 0) + ranges_of(linked, CALLED, CALLER)


def _write_ranges(ranges):
    path = EMULATOR / "ranges.txt"
    path.write_text("".join(f"{start} {end} {group}\n" for start, end, group in ranges))
    return path


def _veneers():
    """Return the ranges of the Pico's bridges between flash and RAM, which the map lacks."""
    command = ["arm-none-eabi-nm", FIRMWARE / PICO / "firmware.elf"]
    symbols = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    starts = [int(start, 16) for start in re.findall(r"^(\w+) t \w+_veneer$", symbols, re.M)]
    return [(start, start + VENEER_BYTES, CALLER) for start in starts]


def count_cycles(ranges, program):
    """Return the same as count_instructions() of the emulated Pico, in cycles."""
    counts = EMULATOR / "counts.txt"
    path = _write_ranges([*ranges, *_veneers(), PICO_ROM])
    counts.write_text("")
    with Rp2040Board(PICO, options=["--ranges", path, "--counts", counts]) as board:
        printed = board.mpremote("run", program, timeout=900).splitlines()
    return _join(printed, counts)


def count_instructions(name, linked, ranges, program):
    """
    Return what a program counts on a board in QEMU, line by line that it prints.

    For each line it calls time.ticks_cpu() twice.

    Returns:
        Of each line: itself, the counts at the first call, those at the second; counts are of
        all instructions, then of each group of ranges.
    """
    path, counts = _write_ranges(ranges), EMULATOR / "counts.txt"
    mark = re.search(r"^ \.text\.mp_hal_ticks_cpu\s+(0x[0-9a-f]+)", linked, re.M)[1]
    plugin = f"{EMULATOR / 'counter.so'},ranges={path},counts={counts},mark={mark}"
    with Board(name, options=["-icount", "shift=0", "-plugin", plugin]) as board:
        printed = board.mpremote("run", program, timeout=900).splitlines()
    return _join(printed, counts)


def _join(printed, counts):
    marks = [list(map(int, line.split())) for line in counts.read_text().splitlines()]
    return list(zip(printed, marks[::2], marks[1::2], strict=True))


def count(name, linked, ranges, program):
    """Return what a program counts on any board, see count_instructions()."""
    if name == PICO:
        return count_cycles(ranges, program)
    return count_instructions(name, linked, ranges, program)


def rows(name):
    """Yield the rows of a board's results."""
    linked = map_of(name).read_text()
    module = sections(linked, KERNELS) + sections(linked, BINDING)
    for figure, kinds in ("flash", FLASH), ("RAM", RAM):
        yield "module", figure, sum(n for kind, _, n in module if kind in kinds), "bytes"
    if name == PICO:
        yield "board", "clock", PICO_MHZ, "MHz"
    unit = "cycles" if name == PICO else "instructions"
    for line, starts, stops in count(name, linked, kernels_of(linked), STEPS):
        net, operation, heap, n = parse(line)
        whole, kernels = ((stop - start) // n for start, stop in zip(starts, stops, strict=True))
        yield net, operation, whole, unit
        yield net, f"{operation} in kernels", kernels, unit
        yield net, f"{operation} heap", heap, "bytes"


def parse(line):
    """Return what a line of steps.py says: net, operation, bytes of heap, how often."""
    net, operation, heap, n = re.fullmatch(r"(.+) (\w+) (\d+) (\d+)", line).groups()
    return net, operation, int(heap), int(n)


def main():
    parser = argparse.ArgumentParser(description="Measure on emulated boards.")
    parser.add_argument("boards", nargs="*", metavar="BOARD", help="all of them without any")
    for name in parser.parse_args().boards or BOARDS:
        if not map_of(name).exists():
            print(f"SKIP {name}: not built")
            continue
        print(name, flush=True)
        results = list(rows(name))
        with (ROOT / "boards" / name / "results.csv").open("w", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerows([("item", "figure", "value", "unit"), *results])
    board_tables.main()
    kernel_tables.main()


if __name__ == "__main__":
    sys.exit(main())
