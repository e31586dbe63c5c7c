"""The plugin of QEMU that counts instructions agrees with a clock that goes by them."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import sessions
from bench_boards import count_instructions, kernels_of, map_of

NAME = "QEMU_M4F"
TICK = 40  # instructions, with -icount shift=0 and a clock of 25 MHz
PROGRAM = """
import time
from array import array
import _octograd
def loop(n):
    for _ in range(n):
        pass
def draw(n):
    _octograd.rng_seed(rng, n)
rng = array("I", [1])
for f, n in (loop, 10), (loop, 20000), (draw, 1):
    start = time.ticks_cpu()
    f(n)
    print(time.ticks_diff(time.ticks_cpu(), start))
"""


def test_instructions_are_those_of_the_clock(tmp_path, need):
    need(not sessions.missing(NAME, "user"), sessions.missing(NAME, "user"))
    need(
        (sessions.EMULATOR / "counter.so").exists(),
        "no counter.so: make build/emulator/counter.so",
    )
    (tmp_path / "program.py").write_text(PROGRAM)

    linked = map_of(NAME).read_text()

    counted = count_instructions(NAME, linked, kernels_of(linked), tmp_path / "program.py")

    for ticks, (start, _), (stop, _) in counted:
        assert abs(int(ticks) * TICK - (stop - start)) <= 2 * TICK
    # Only the last has to do with kernels.
    assert [False, False, True] == [after > before for _, (_, before), (_, after) in counted]
