"""The profile of a step says where all of its instructions go."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import sessions
from bench_boards import STEPS, count, kernels_of, map_of, parse
from profile_step import AREAS, place_of, profile, ranges_of

NAME = "QEMU_M0"
MAP = """
 .text          0x00000000        0x0 build/usermod/kernels/og_dense.o
 .text.row_sum  0x00001000       0x20 build/usermod/kernels/og_dense.o
 .text.og_dense_backward_x_s8
                0x00001020       0x40 build/usermod/kernels/og_dense.o
 .text.get_int  0x00002000       0x10 build/usermod/binding/arguments.o
 .text          0x00003000       0x30 /lib/libgcc.a(_udivsi3.o)
 .text.vm       0x00004000       0x80 build/py/vm.o
 .text.unused   0x00000000       0x80 build/py/vm.o
 .rodata.table  0x00005000       0x80 build/py/vm.o
"""


def test_functions_are_found_in_the_map_of_a_linker():
    ranges, places = ranges_of(MAP)

    assert [
        *(("kernels", "row_sum"), ("kernels", "og_dense_backward_x_s8")),
        *(("binding", "get_int"), ("Python", "py/vm")),
    ] == places
    assert [
        *((0x1000, 0x1020, 0), (0x1020, 0x1060, 1), (0x2000, 0x2010, 2)),
        *((0x3000, 0x3030, -1), (0x4000, 0x4080, 3)),
    ] == ranges


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        ("x/py/gc.o", "py/gc"),
        ("CMakeFiles/firmware.dir/long/path/py/map.c.obj", "py/map"),
        ("/lib/libc.a(lib_a-memcpy.o)", "lib_a-memcpy"),
    ],
)
def test_python_is_told_by_files(origin, line):
    assert ("Python", line) == place_of("any", origin)


def test_profile_is_of_the_whole_step(need):
    need(not sessions.missing(NAME, "user"), sessions.missing(NAME, "user"))
    need((sessions.EMULATOR / "counter.so").exists(), "counter.so is missing: make emulator")
    linked = map_of(NAME).read_text()

    nets = profile(NAME)

    measured = {}
    for line, starts, stops in count(NAME, linked, kernels_of(linked), STEPS):
        net, operation, _, n = parse(line)
        if operation == "step":
            measured[net] = [(b - a) // n for a, b in zip(starts, stops, strict=True)]
    assert list(measured) == list(nets)
    for net, (whole, counts) in nets.items():
        shares = {a: sum(n for (of, _), n in counts.items() if of == a) for a in AREAS}
        # About ten instructions of a step differ from run to run, and n-ths are rounded.
        assert abs(measured[net][0] - whole) <= 100
        assert abs(measured[net][1] - shares["kernels"]) <= 100
        assert whole == sum(shares.values())
        assert all(count >= 0 for count in counts.values())
