"""Emulated boards print what CPython prints, with the module built in and with the native one."""

import difflib
import json
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "device"))
import interpreters
import sessions
from emulate import NAMES, Board

TRAINING = [sessions.ROOT / "tests/train" / name for name in ("mlp.py", "vae.py", "cnn.py")]
SCRIPTS = interpreters.SCRIPTS + TRAINING

# Where a script is left out, and why.
ONLY_M0 = "Python alone, and long: on the smallest board and on unix"
LEFT_OUT = {
    (name, build, script): ONLY_M0
    for name in NAMES
    for build in sessions.BUILDS
    for script in ("hostile", "memory")
    if name != "QEMU_M0"
}
LEFT_OUT["QEMU_M0", "native", "hostile"] = ONLY_M0
# The emulated Pico runs a third of a Pico's cycles in a second, so it gets what is short.
PICO = "RPI_PICO"
PICO_RUNS = {
    *("add", "calibrate", "dense", "freeze", "layers", "loss", "model", "noalloc", "optimizers"),
    *("partial", "plan", "pool", "rng", "trainer", "watchdog"),
    *("mlp", "cnn"),
}
LEFT_OUT |= {
    (PICO, "user", script.stem): "long: on boards of QEMU"
    for script in SCRIPTS
    if script.stem not in PICO_RUNS
}


def left_out(name, build, script):
    """Return why a script does not run on a board, or None."""
    return LEFT_OUT.get((name, build, script.stem))


TARGETS = [(name, build) for name in NAMES for build in sessions.BUILDS] + [(PICO, "user")]
CASES = [
    (name, build, script)
    for name, build in TARGETS
    for script in SCRIPTS
    if not left_out(name, build, script)
]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The folder in which CPython runs the scripts."""
    return tmp_path_factory.mktemp("cpython")


def compare(script, folder, output):
    """Return CPython's lines, what a board printed, and a text about where they differ."""
    expected = interpreters.expected(script, folder)
    got = output.lines
    expected = interpreters.without_skips(expected, got)
    diff = difflib.unified_diff(expected, got, "CPython", "board", n=1, lineterm="")
    return expected, got, "\n".join([output.error or "different text", *diff])


@pytest.fixture(scope="session")
def outputs(board_sessions, folder):
    """A function that returns what all scripts printed on a board."""
    yield board_sessions.outputs
    board_sessions.stop()
    write_table(board_sessions.done(), board_sessions.wanted, folder)


def write_table(done, wanted, folder):
    """Write build/boards.json, if every script has run that should."""
    rows = [{"target": "CPython", "build": "twin", "digest": digest_of_cpython(folder)}]
    for name, build in sorted(done):
        results = dict(done[name, build])
        free, library, net = map(int, results.pop("memory"))
        equal = sum(
            not output.error and compare(script, folder, output)[0] == output.lines
            for script, output in results.items()
        )
        rows.append(
            {
                "target": name,
                "build": build,
                "scripts": len(results),
                "equal": equal,
                "digest": digest(results[TRAINING[-1]].lines) if TRAINING[-1] in results else None,
                "left_out": {
                    script.stem: left_out(name, build, script)
                    for script in SCRIPTS
                    if left_out(name, build, script)
                },
                "heap_free_bytes": free,
                "library_bytes": library,
                "mlp_bytes": net,
                "seconds": round(sum(output.seconds for output in results.values()), 1),
                "slowest": {
                    script.stem: round(output.seconds, 1)
                    for script, output in sorted(results.items(), key=lambda i: -i[1].seconds)[:6]
                },
            }
        )
    everything = {(n, b): [s for m, c, s in CASES if (m, c) == (n, b)] for n, b in TARGETS}
    path = interpreters.ROOT / "build/boards.json"
    if wanted != everything:
        path = path.with_name("boards-partly.json")
    path.write_text(json.dumps(rows, indent=1) + "\n")


def digest(lines):
    """Return the last digest of weights that a training printed."""
    return re.findall(r"\b[0-9a-f]{64}\b", "\n".join(lines))[-1]


def digest_of_cpython(folder):
    return digest(interpreters.expected(TRAINING[-1], folder))


@pytest.mark.parametrize(
    "name, build, script", CASES, ids=["-".join((n, b, s.stem)) for n, b, s in CASES]
)
def test_board_prints_what_cpython_prints(name, build, script, outputs, folder, need):
    need(not sessions.missing(name, build), sessions.missing(name, build))

    output = outputs(name, build)[script]

    expected, got, difference = compare(script, folder, output)
    assert (expected, "") == (got, output.error), difference


@pytest.mark.parametrize("name", NAMES)
def test_module_is_where_it_should_be(name, need):
    for build in sessions.BUILDS:
        need(not sessions.missing(name, build), sessions.missing(name, build))

    with Board(name) as board:
        program = "import _octograd, octograd; print(hasattr(_octograd, '__file__'))"
        built_in = board.mpremote("exec", program)
    with Board(name, native=True) as board:
        with pytest.raises(OSError, match="ImportError: no module named '_octograd'"):
            board.mpremote("exec", "import _octograd")
        board.mpremote("cp", sessions.native_files(board.arch)[0], ":")
        native = board.mpremote("exec", "import _octograd; print(_octograd.__file__)")

    assert ["False"] == built_in.split()
    assert ["_octograd.mpy"] == native.split()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "QEMU_RV32"])
def test_every_cortex_m_runs_the_module_for_armv6m(name, folder, need):
    need(not sessions.missing(name, "native"), sessions.missing(name, "native"))
    need(not sessions.missing("QEMU_M0", "native"), sessions.missing("QEMU_M0", "native"))
    script = TRAINING[0]

    output = sessions.run(name, "native", [script], arch="armv6m")[script]

    expected, got, difference = compare(script, folder, output)
    assert (expected, "") == (got, output.error), difference
