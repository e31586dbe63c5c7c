"""Whole trainings end in the same bytes on every interpreter, and learn."""

import difflib
import gzip
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "device"))
import interpreters

HERE = pathlib.Path(__file__).parent
NOT_SCRIPTS = ("test_train.py", "conftest.py", "fashion.py")
SCRIPTS = sorted(path for path in HERE.glob("*.py") if path.name not in NOT_SCRIPTS)
IDS = [path.stem for path in SCRIPTS]

FASHION = HERE / "fashion.py"
FASHION_DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The folder in which CPython runs the scripts."""
    return tmp_path_factory.mktemp("cpython")


@pytest.mark.parametrize("script", SCRIPTS, ids=IDS)
def test_training_learns(script, folder):
    lines = interpreters.expected(script, folder)

    assert lines
    assert [] == [line for line in lines if "False" in line]


@pytest.mark.parametrize("script", SCRIPTS, ids=IDS)
@pytest.mark.parametrize("name", interpreters.MICROPYTHONS)
def test_training_ends_in_the_bytes_of_cpython(name, script, folder, tmp_path, need):
    need(not interpreters.missing(name), interpreters.missing(name))
    expected = interpreters.expected(script, folder)

    got = interpreters.output(interpreters.MICROPYTHONS[name](script, cwd=tmp_path))

    diff = difflib.unified_diff(expected, got, "CPython", name, n=1, lineterm="")
    assert expected == got, "\n".join(["different text", *diff])


@pytest.fixture(scope="session")
def fashion(tmp_path_factory, need):
    """A folder with 6000 pictures to learn from and 1000 to test with, as bytes from 0 to 127."""
    need(FASHION_DATA.exists(), "dataset-fashion-mnist is missing: make fashion")
    folder = tmp_path_factory.mktemp("fashion")
    for kind, name, n in (("train", "train", 6000), ("t10k", "test", 1000)):
        with gzip.open(FASHION_DATA / f"{kind}-images-idx3-ubyte.gz") as file:
            pixels = file.read(16 + n * 28 * 28)[16:]
        with gzip.open(FASHION_DATA / f"{kind}-labels-idx1-ubyte.gz") as file:
            labels = file.read(8 + n)[8:]
        (folder / f"{name}-x").write_bytes(bytes(v >> 1 for v in pixels))
        (folder / f"{name}-y").write_bytes(labels)
    return folder


@pytest.mark.parametrize("weight_bits", [16, 8])
def test_reference_net_learns_fashion(weight_bits, fashion, tmp_path, need):
    need(not interpreters.missing("unix"), interpreters.missing("unix"))
    arguments = FASHION, fashion, str(weight_bits)

    got = interpreters.output(interpreters.unix(*arguments, cwd=tmp_path, heap="8m"))
    prefix = interpreters.output(interpreters.cpython(*arguments, "100", cwd=tmp_path))

    assert got[-1].endswith("learnt: True")
    assert "training fits: True" in got
    assert prefix[-1].startswith("step 100 ")
    assert prefix == got[: len(prefix)]
