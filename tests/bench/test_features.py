"""bench/features: the table says what the command measures."""

import runpy

import pytest


def rows(text):
    """The cells of each row; numbers as such."""
    cells = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [tuple(row[:4]) + tuple(map(float, row[4:6])) + (row[6],) for row in cells[2:]]


def test_table_is_what_is_measured(root):
    made = rows(runpy.run_path(str(root / "bench/features/errors.py"))["text"]())
    said = rows((root / "bench/features/results.md").read_text())

    assert len(made) == len(said) > 40
    for ours, theirs in zip(made, said, strict=True):
        assert theirs[:4] + theirs[6:] == ours[:4] + ours[6:]
        # The last digit may depend on the machine's floats.
        assert theirs[4:6] == pytest.approx(ours[4:6], abs=0.011)
