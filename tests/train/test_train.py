"""Whole trainings end in the same bytes on every interpreter, and learn."""

import difflib
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "device"))
import interpreters

HERE = pathlib.Path(__file__).parent
SCRIPTS = sorted(path for path in HERE.glob("*.py") if path.name != "test_train.py")
IDS = [path.stem for path in SCRIPTS]


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
