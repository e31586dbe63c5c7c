"""The scripts beside this file print the same text on every interpreter."""

import difflib
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "device"))
import interpreters

HERE = pathlib.Path(__file__).parent
NOT_SCRIPTS = ("interpreters.py", "test_device.py", "conftest.py")
SCRIPTS = sorted(path for path in HERE.glob("*.py") if path.name not in NOT_SCRIPTS)
IDS = [path.stem for path in SCRIPTS]


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

    got = interpreters.output(interpreters.MICROPYTHONS[name](script, cwd=tmp_path))

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
import _guard, _octograd, uctypes
def longer(code, n):
    return uctypes.bytearray_at(uctypes.addressof(_guard.array(code, n)), n + 1)
rng, e_w, sums = array("I", [1]), array("b", [0]), array("i", [0])
y = array("i", [0])
print("before")
"""


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
    ],
    ids=["write", "read of x", "read of w"],
)
def test_sanitizer_catches_an_overrun_of_one_byte(overrun, kernel, tmp_path, need):
    need(not interpreters.missing("sanitized"), interpreters.missing("sanitized"))

    result = interpreters.sanitized("-c", OVERRUN + overrun, cwd=tmp_path)

    assert result.returncode != 0
    assert "before\n" == result.stdout
    assert "ERROR: AddressSanitizer: heap-buffer-overflow" in result.stderr
    assert kernel in result.stderr
