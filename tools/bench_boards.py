"""
Measure the module, inference and training on emulated boards, and write what came of it.

    tools/bench_boards.py [BOARD...]

Each board gets a boards/BOARD/results.csv, then the tables of the READMEs are written anew. A
Pico's cycles are counted by its emulator, the instructions of boards in QEMU by a plugin,
bench/boards/counter.c; their clock goes by instructions too. Kernels are told from the rest by
their addresses, which the linker's map has; the functions of the compiler and of libc that they
call, as for divisions, are not counted with them.
"""

import argparse
import csv
import json
import re
import sys

import board_tables
from emulate import BUILD, EMULATOR, FIRMWARE, NAMES, ROOT, Board, Rp2040Board

PICO, PICO_MHZ = "RPI_PICO", 125
BOARDS = *NAMES, PICO
FLASH = "text", "rodata", "data"
RAM = "data", "bss"


def map_of(name):
    """Return where the linker's map of a board's firmware is."""
    return FIRMWARE / name / "firmware.elf.map" if name == PICO else BUILD / name / "firmware.map"


def sections(linked, folder):
    """Return kind, start and size of what the firmware has from the C files of a folder."""
    kinds = "|".join(sorted({*FLASH, *RAM}))
    pattern = rf"^ \.s?({kinds})\S*\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) \S*{re.escape(folder)}/"
    found = [(kind, int(a, 16), int(n, 16)) for kind, a, n in re.findall(pattern, linked, re.M)]
    # What the linker left out is at 0.
    return [section for section in found if all(section)]


def code_of_kernels(linked):
    """Return where each function of the kernels starts and ends."""
    return [(a, a + n) for kind, a, n in sections(linked, "usermod/kernels") if kind == "text"]


def count_cycles(linked, program):
    """Return the lines that steps.py prints on the emulated Pico."""
    ranges = EMULATOR / "kernels.json"
    ranges.write_text(json.dumps(code_of_kernels(linked)))
    with Rp2040Board(PICO, options=["--ranges", ranges]) as board:
        return board.mpremote("run", program, timeout=900).splitlines()


def count_instructions(name, linked, program):
    """
    Return the lines that a program prints on a board in QEMU, with four numbers added.

    For each line it calls time.ticks_cpu() twice. The numbers are the instructions until the first
    call, those of them in kernels, and both until the second call.
    """
    ranges, counts = EMULATOR / "kernels.txt", EMULATOR / "counts.txt"
    lines = [f"{start} {end}\n" for start, end in code_of_kernels(linked)]
    ranges.write_text("".join(lines))
    mark = re.search(r"^ \.text\.mp_hal_ticks_cpu\s+(0x[0-9a-f]+)", linked, re.M)[1]
    plugin = f"{EMULATOR / 'counter.so'},ranges={ranges},counts={counts},mark={mark}"
    with Board(name, options=["-icount", "shift=0", "-plugin", plugin]) as board:
        printed = board.mpremote("run", program, timeout=900).splitlines()
    marks = counts.read_text().splitlines()
    lines = zip(printed, marks[::2], marks[1::2], strict=True)
    return list(map(" ".join, lines))


def rows(name):
    """Yield the rows of a board's results."""
    linked = map_of(name).read_text()
    module = sections(linked, "usermod/kernels") + sections(linked, "usermod/binding")
    for figure, kinds in ("flash", FLASH), ("RAM", RAM):
        yield "module", figure, sum(n for kind, _, n in module if kind in kinds), "bytes"
    steps = ROOT / "bench/boards/steps.py"
    if name == PICO:
        yield "board", "clock", PICO_MHZ, "MHz"
        unit, printed = "cycles", count_cycles(linked, steps)
    else:
        unit, printed = "instructions", count_instructions(name, linked, steps)
    for line in printed:
        found = re.fullmatch(r"(.+) (\w+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", line)
        net, operation = found.groups()[:2]
        heap, n, start, start_kernels, stop, stop_kernels = map(int, found.groups()[2:])
        # The counters have 32 bits on the Pico.
        yield net, operation, (stop - start) % 2**32 // n, unit
        yield net, f"{operation} in kernels", (stop_kernels - start_kernels) % 2**32 // n, unit
        yield net, f"{operation} heap", heap, "bytes"


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


if __name__ == "__main__":
    sys.exit(main())
