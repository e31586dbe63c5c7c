"""A long training with restarts takes no more memory in the end, and has the twin's weights."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "device"))
import interpreters

SCRIPT = pathlib.Path(__file__).with_name("soak.py")
STEPS = int(os.environ.get("OCTOGRAD_SOAK", 6000))
RESTART = 500  # so that the first thousand steps have restarts too, and all code is loaded


def words(lines):
    return {line.split()[0]: line.split()[1:] for line in lines}


def test_soak(run, tmp_path):
    # The twin has no C, and is not interrupted; it goes as far as the prefix.
    twin = interpreters.cpython(SCRIPT, "2000", cwd=tmp_path, timeout=None)
    twin = words(interpreters.output(twin))
    found = words(run("unix", "soak.py", STEPS, RESTART, heap="448k"))

    print(found)
    assert twin["prefix"] == found["prefix"]
    assert [str(STEPS + (STEPS + 3) // 4)] == found["end"][1:]
    assert [str(STEPS // RESTART)] == found["saves"]
    assert "0" == found["heap"][2]
    assert [] == list(tmp_path.iterdir())
