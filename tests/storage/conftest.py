"""Programs in this folder, run on MicroPython's unix port."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "device"))
import interpreters

HERE = pathlib.Path(__file__).parent


ASAN = "detect_leaks=0:detect_stack_use_after_return=0"


@pytest.fixture
def run(need, tmp_path):
    """A function that runs a program of this folder and returns the lines it printed."""

    def run(name, script, *arguments, heap="16m"):
        need(not interpreters.missing(name), interpreters.missing(name))
        build = {"unix": "unix", "sanitized": "unix-asan"}[name]
        micropython = interpreters.ROOT / "build" / build / "micropython"
        result = interpreters.run(
            [micropython, "-X", f"heapsize={heap}", HERE / script, *arguments],
            tmp_path,
            timeout=None,
            MICROPYPATH=interpreters.ROOT / "mpy_lib",
            ASAN_OPTIONS=ASAN,
        )
        return interpreters.output(result)

    return run
