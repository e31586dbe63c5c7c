"""
Measure inference and training on the emulated Pico, and write boards/RPI_PICO/results.csv.

Kernels are told from the rest by their addresses in the firmware, which the emulator counts apart.
"""

import csv
import datetime
import json
import re
import subprocess
import sys

from emulate import EMULATOR, FIRMWARE, ROOT, Rp2040Board

NAME = "RPI_PICO"
MHZ = 125
HEADER = "date commit net operation cycles ms_at_125_mhz in_kernels_percent heap_bytes".split()


def code_of(folder):
    """Return the ranges of addresses of the functions of a folder, by the linker's map."""
    text = (FIRMWARE / NAME / "firmware.elf.map").read_text()
    pattern = rf"^ \.text\S*\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) \S*{re.escape(folder)}/"
    found = [(int(a, 16), int(n, 16)) for a, n in re.findall(pattern, text, re.M)]
    return [[start, start + size] for start, size in found if start and size]


def main():
    ranges = EMULATOR / "kernels.json"
    ranges.write_text(json.dumps(code_of("usermod/kernels")))
    with Rp2040Board(NAME, options=["--ranges", ranges]) as board:
        printed = board.mpremote("run", ROOT / "bench/boards/steps.py", timeout=900)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    today = datetime.datetime.now(datetime.UTC).date()
    path = ROOT / "boards" / NAME / "results.csv"
    with path.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(HEADER)
        for line in printed.splitlines():
            found = re.fullmatch(r"(.+) (\w+) (\d+) (\d+) (\d+)", line)
            net, operation = found.groups()[:2]
            cycles, kernels, heap = map(int, found.groups()[2:])
            row = [today, commit.stdout.strip(), net, operation, cycles]
            row += [f"{cycles / MHZ / 1000:.2f}", round(100 * kernels / cycles), heap]
            table.writerow(row)
    print(path.read_text(), end="")


if __name__ == "__main__":
    sys.exit(main())
