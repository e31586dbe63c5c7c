"""
The tests beside this one again, with AddressSanitizer and UndefinedBehaviorSanitizer.

A sanitized library wants a Python that was started with the sanitizer's own
library, hence another process.
"""

import os
import pathlib
import subprocess
import sys

import pytest

CFLAGS = "-g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover"

# Draws n weights into a buffer of 13 bytes; malloc itself would have given 16 or more.
UNIFORM = """
import ctypes, sys
import numpy as np
lib, n = ctypes.CDLL(sys.argv[1]), int(sys.argv[2])
state, w = np.array([1], np.uint32), np.empty(13, np.int8)
p = [ctypes.c_void_p(a.ctypes.data) for a in (state, w)]
lib.og_rng_uniform_s8(p[0], ctypes.c_size_t(n), ctypes.c_int32(1000), p[1])
"""

# Rounds v, which must be at most 2^30, by one bit.
ROUND_SHIFT = """
import ctypes, sys
import numpy as np
shim, v = ctypes.CDLL(sys.argv[1]), int(sys.argv[2])
items = [np.array([i], np.int32) for i in (v, 1, 0)]
shim.shim_round_shift(ctypes.c_size_t(1), *[ctypes.c_void_p(a.ctypes.data) for a in items])
"""


@pytest.fixture(scope="module")
def library(root, need):
    """The path of the sanitized kernels, as built by `make lib`."""
    path = root / "build/lib/liboctograd-asan.so"
    need(path.exists(), f"{path.name} is missing: make lib")
    return path


@pytest.fixture(scope="module")
def run(library, need):
    """A function that runs Python with arguments under the sanitizers."""
    cc = os.environ.get("CC", "cc")
    command = [cc, "-print-file-name=libasan.so"]
    preload = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    # A compiler that has no such file answers with the bare name.
    need(pathlib.Path(preload).is_absolute(), f"{cc} has no libasan.so")
    environment = {
        **os.environ,
        "LD_PRELOAD": preload,
        "ASAN_OPTIONS": "detect_leaks=0:malloc_context_size=2:quarantine_size_mb=8",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "OCTOGRAD_KERNELS": str(library),
        "OCTOGRAD_CFLAGS": CFLAGS,
    }

    def run(*args):
        command = [sys.executable, *map(str, args)]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return run


def test_kernels_under_sanitizers(root, run):
    folder = pathlib.Path(__file__).parent
    options = ["-p", "no:cacheprovider", "--rootdir", root, "-c", root / "pyproject.toml"]

    # Those of other cores know nothing of this machine's sanitizers.
    cores = folder / "test_cores.py"
    result = run("-m", "pytest", *options, folder, "--ignore", __file__, "--ignore", cores)

    assert 0 == result.returncode, result.stdout + result.stderr


def test_address_sanitizer_sees_an_overrun_of_one_byte(run, library):
    within = run("-c", UNIFORM, library, 13)
    beyond = run("-c", UNIFORM, library, 14)

    assert 0 == within.returncode, within.stderr
    assert 0 != beyond.returncode
    assert "heap-buffer-overflow" in beyond.stderr
    assert "og_rng_uniform_s8" in beyond.stderr


def test_undefined_behaviour_sanitizer_sees_a_signed_overflow(run, build_shim):
    shim = build_shim(CFLAGS)

    within = run("-c", ROUND_SHIFT, shim, 2**30)
    beyond = run("-c", ROUND_SHIFT, shim, 2**31 - 1)

    assert 0 == within.returncode, within.stderr
    assert 0 != beyond.returncode
    assert "signed integer overflow" in beyond.stderr
