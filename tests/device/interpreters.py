"""The interpreters that every script must print the same text on."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
_HERE = pathlib.Path(__file__).parent
# What scripts import, and the scripts.
HELPERS = [_HERE / name for name in ("border.py", "files.py", "geometry.py", "samples.py")]
_NOT_SCRIPTS = [*HELPERS, *(_HERE / name for name in ("conftest.py", "interpreters.py"))]
_NOT_SCRIPTS += _HERE.glob("test_*.py")
SCRIPTS = sorted(path for path in _HERE.glob("*.py") if path not in _NOT_SCRIPTS)
_LIBRARY = ROOT / "mpy_lib"
_HEAP = "448k"  # pointers, and so nearly all objects, are twice as large as on a board
_ASAN = "detect_leaks=0:detect_stack_use_after_return=0"


def cpython(*arguments, cwd, timeout=300):
    """Run CPython with the twin."""
    path = f"{_LIBRARY}{os.pathsep}{ROOT / 'host_ref'}"
    return run([sys.executable, *arguments], cwd, timeout, PYTHONPATH=path)


def unix(*arguments, cwd, heap=_HEAP):
    """Run MicroPython with the module built in, and with a heap as a Pico of 192 KB has."""
    return run(
        [ROOT / "build/unix/micropython", "-X", f"heapsize={heap}", *arguments],
        cwd,
        MICROPYPATH=_LIBRARY,
    )


def native(*arguments, cwd, heap="2m"):
    """Run MicroPython without the module, which it finds as a native .mpy."""
    path = f"{_LIBRARY}:{ROOT / 'build/natmod/x64'}"
    return run(
        [ROOT / "build/unix-stock/micropython", "-X", f"heapsize={heap}", *arguments],
        cwd,
        MICROPYPATH=path,
    )


def sanitized(*arguments, cwd, heap="2m"):
    """Run MicroPython with the module built in and every access to memory checked."""
    return run(
        [ROOT / "build/unix-asan/micropython", "-X", f"heapsize={heap}", *arguments],
        cwd,
        MICROPYPATH=_LIBRARY,
        ASAN_OPTIONS=_ASAN,
    )


MICROPYTHONS = {"unix": unix, "native": native, "sanitized": sanitized}
_FILES = {
    "unix": ["unix/micropython"],
    "native": ["unix-stock/micropython", "natmod/x64/_octograd.mpy"],
    "sanitized": ["unix-asan/micropython"],
}


def missing(name):
    """Return what an interpreter lacks, as a text that says how to get it, or None."""
    for file in _FILES[name]:
        if not (ROOT / "build" / file).exists():
            return f"build/{file} is missing: make unix unix-stock unix-asan natmod"
    return None


def output(result):
    """Return the lines that a script printed, if it ran well to its end."""
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-8000:]
    assert "ERROR: AddressSanitizer" not in result.stderr, result.stderr
    assert "runtime error" not in result.stderr, result.stderr
    return result.stdout.splitlines()


_expected = {}


def expected(script, cwd):
    """Return the lines that CPython prints, which it is run for once."""
    if script not in _expected:
        _expected[script] = output(cpython(script, cwd=cwd))
    return _expected[script]


def without_skips(lines, got):
    """
    Return the expected lines, those that an interpreter has no memory for as it printed them.

    Such a line is `SKIP`, the beginning of the expected line, `: ` and a reason.
    """
    if len(lines) != len(got):
        return lines
    return [
        theirs
        if theirs.startswith("SKIP ") and ours.startswith(theirs[5:].split(":")[0])
        else ours
        for ours, theirs in zip(lines, got, strict=True)
    ]


def run(command, cwd, timeout=300, **environment):
    """Run a command in a folder with these environment variables besides."""
    environment = {k: str(v) for k, v in environment.items()}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
    )
