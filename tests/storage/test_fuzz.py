"""Nothing that comes from outside crashes the program, or passes with another exception."""

import os

import pytest

SECONDS = int(os.environ.get("OCTOGRAD_FUZZ", 0))
# So many in `make test`, with the same seed each time.
SHORT = {
    "model": 300,
    "checkpoint": 200,
    "replay": 500,
    "detector": 500,
    "dataset": 500,
    "binding": 5000,
}


@pytest.mark.parametrize("target", SHORT)
def test_fuzz(target, run):
    seed = os.getpid() if SECONDS else 1
    limits = [SECONDS] if SECONDS else [100_000, SHORT[target]]

    lines = run("sanitized", "fuzz.py", target, seed, *limits, heap="8m")

    print(target, "seed", seed, *lines)
    words = lines[-1].split()
    assert words[0] == "executions"
    assert int(words[3]) > 0 and int(words[5]) > 0
