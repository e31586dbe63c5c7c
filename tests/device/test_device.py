"""The scripts beside this file print the same text on every interpreter."""

import difflib
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "device"))
import interpreters

SCRIPTS = interpreters.SCRIPTS
IDS = [path.stem for path in SCRIPTS]
# Options of a script that is about memory, as it fills all there is.
OPTIONS = {"memory.py": {"heap": "320k"}}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The folder in which CPython runs the scripts."""
    return tmp_path_factory.mktemp("cpython")


@pytest.mark.parametrize("script", SCRIPTS, ids=IDS)
def test_script_finds_nothing_wrong(script, folder):
    lines = interpreters.expected(script, folder)

    assert lines
    assert [] == [line for line in lines if "WRONG" in line or line.startswith("SKIP")]
    assert [] == list(folder.iterdir())


@pytest.mark.parametrize("script", SCRIPTS, ids=IDS)
@pytest.mark.parametrize("name", interpreters.MICROPYTHONS)
def test_script_prints_what_cpython_prints(name, script, folder, tmp_path, need):
    need(not interpreters.missing(name), interpreters.missing(name))
    expected = interpreters.expected(script, folder)

    options = OPTIONS.get(script.name, {})
    got = interpreters.output(interpreters.MICROPYTHONS[name](script, cwd=tmp_path, **options))

    expected = interpreters.without_skips(expected, got)
    diff = difflib.unified_diff(expected, got, "CPython", name, n=1, lineterm="")
    assert expected == got, "\n".join(["different text", *diff])
    assert [] == list(tmp_path.iterdir())


def test_native_module_is_the_file(tmp_path, need):
    need(not interpreters.missing("native"), interpreters.missing("native"))
    program = "import _octograd; print(_octograd.__file__)"
    stock = interpreters.ROOT / "build/unix-stock/micropython"

    found = interpreters.native("-c", program, cwd=tmp_path)
    alone = interpreters.run([stock, "-c", program], tmp_path, MICROPYPATH=tmp_path)

    assert [str(interpreters.ROOT / "build/natmod/x64/_octograd.mpy")] == (
        interpreters.output(found)
    )
    assert alone.returncode != 0
    assert "ImportError: no module named '_octograd'" in alone.stderr


@pytest.mark.parametrize("name", ["unix", "sanitized"])
def test_user_module_is_built_in(name, tmp_path, need):
    need(not interpreters.missing(name), interpreters.missing(name))
    program = "import _octograd; print(hasattr(_octograd, '__file__'))"

    result = interpreters.MICROPYTHONS[name]("-c", program, cwd=tmp_path)

    assert ["False"] == interpreters.output(result)


# A buffer that claims to be one item longer than its memory, which no program can
# make without uctypes.
OVERRUN = """
from array import array
import _guard, _octograd, _octograd_conv, _octograd_pool, _octograd_train_conv, uctypes
def longer(code, n):
    return uctypes.bytearray_at(uctypes.addressof(_guard.array(code, n)), n + 1)
rng, e_w, sums = array("I", [1]), array("b", [0]), array("i", [0])
y = array("i", [0])
window = array("h", (1, 1, 1, 1, 1, 0, 1, 0, 41, 39, 3, 1, 1, 0, 1, 0, 1, 1))
fresh, rate, batch = array("h", [0, 0, -1]), array("h", [1, 0, 0, 0]), array("h", [0, 0, 0])
print("before")
"""
CONV = "_octograd_conv.conv2d_forward(window, %s, bytes(3), sums, -7, e_w, 0, True, fresh, %s)"
POOL = "_octograd_pool.max_pool2d_forward(window, bytes(41), bytearray(39), %s)"
GRADIENT = (
    "_octograd_train_conv.conv2d_gradient(window, b'\\1' * 39, bytes(41), -7, -7, %s, batch, sums)"
)


@pytest.mark.parametrize(
    "overrun, kernel",
    [
        ("_octograd.rng_uniform(rng, 9, longer('b', 33))", "og_rng_uniform_s8"),
        (
            "_octograd.dense_forward_s32(longer('b', 40), bytes(41), sums, -7, e_w, y)",
            "og_dense_forward_s32",
        ),
        (
            "_octograd.dense_forward_s32(bytes(41), longer('b', 40), sums, -7, e_w, y)",
            "og_dense_forward_s32",
        ),
        (CONV % ("longer('b', 40)", "bytearray(39)"), "og_conv2d_forward_s8"),
        (CONV % ("bytes(41)", "longer('b', 38)"), "og_conv2d_forward_s8"),
        (POOL % "longer('b', 38)", "og_max_pool2d_forward_s8"),
        (
            "sums = array('i', bytes(16)); " + GRADIENT % "longer('b', 11)",
            "og_conv2d_gradient_s8",
        ),
    ],
    ids=["write", "x", "w", "x of a window", "y of a window", "index", "scratch"],
)
def test_sanitizer_catches_an_overrun_of_one_byte(overrun, kernel, tmp_path, need):
    need(not interpreters.missing("sanitized"), interpreters.missing("sanitized"))

    result = interpreters.sanitized("-c", OVERRUN + overrun, cwd=tmp_path)

    assert result.returncode != 0
    assert "before\n" == result.stdout
    assert "ERROR: AddressSanitizer: heap-buffer-overflow" in result.stderr
    assert kernel in result.stderr
