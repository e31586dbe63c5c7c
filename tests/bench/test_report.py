"""What is made of results, and what is said where there is no data."""

import json

import pytest

from quality import __main__ as command
from quality import datasets, packaged, report, tasks, unlabelled
from quality.rows import judge


@pytest.fixture
def row():
    """A function that returns a row with some values changed."""

    def make(**changes):
        return {
            "task": "digits",
            "variant": "16-bit",
            "kind": "from scratch",
            "metric": "accuracy",
            "mean": 97.0,
            "std": 0.5,
            "seeds": 5,
            "rate": "2^-5",
            "edge": False,
            "by_rate": False,
            "diverged": 0,
            "float_mean": 97.4,
            "float_std": 0.4,
            "float_rate": "2^-5",
            "float_edge": True,
            "gap": -0.4,
            "gap_error": 0.1,
            "macs_saved": 0,
            "commit": "0123abc",
            "curve": [90.0, 97.0],
            "float_curve": [91.0, 97.4],
            "bar": "float - 0.5",
            "met": True,
        } | changes

    return make


@pytest.mark.parametrize(
    "changes, met",
    [
        ({"gap": -0.5}, True),
        ({"gap": -0.51}, False),
        ({"gap": -0.9, "kind": "adaptation"}, True),
        ({"gap": -2.4, "variant": "8-bit"}, True),
        ({"gap": -2.6, "variant": "8-bit"}, False),
        ({"gap": -0.9, "by_rate": True}, True),
        ({"gap": -9.0, "by_rate": True, "float_std": 5.0}, None),
        ({"task": "fashion_cnn4", "mean": 87.9, "gap": 0.1}, False),
        ({"variant": "batch 8"}, None),
        ({"variant": "skip 1/16", "mean": 96.5, "macs_saved": 0.25}, True),
        ({"variant": "skip 1/16", "mean": 96.5, "macs_saved": 0.24}, False),
        ({"variant": "skip 1/16", "mean": 96.4, "macs_saved": 0.9}, False),
        ({"variant": "skip 1/16", "kind": "adaptation", "macs_saved": 0.39}, False),
        ({"variant": "partial confidence", "mean": 95.0, "macs_saved": 0.45}, True),
        ({"variant": "partial loss", "mean": 50.0}, None),
    ],
)
def test_judge_knows_the_bars(changes, met, row):
    one = row(**changes)

    assert met == judge(one, [row(), one])[1]


def test_write_rows_makes_tables_and_pictures(row, tmp_path):
    skip = row(variant="skip 1/16", macs_saved=0.5, bar="50 % saved", met=False)

    report.write_rows([row(), skip], tmp_path)

    text = (tmp_path / "results.md").read_text()
    assert [row(), skip] == json.loads((tmp_path / "results.json").read_text())
    assert "1 of 2 bars are met. Not met: skip 1/16 on digits." in text
    assert "| digits | 97.00 ± 0.50 | 2^-5 | 97.40 ± 0.40 | 2^-5 < |" in text
    for name in ("curves.png", "savings.png"):
        assert 1000 < len((tmp_path / name).read_bytes()) < 200000


def test_table_of_the_domain_before_has_adaptations_alone(row, tmp_path):
    old = {"old_before": 98.0, "old_mean": 61.5, "old_std": 2.0}
    old |= {"float_old_mean": 60.0, "float_old_std": 3.0}
    kept = row(task="wand", variant="rehearsal", mean=96.0, **old | {"old_mean": 95.5})

    report.write_rows([row(), row(task="wand", **old), kept], tmp_path)

    table = (tmp_path / "results.md").read_text().partition("## What is left")[2]
    assert "digits" not in table
    assert "| wand | nothing | 97.00 ± 0.50 | 98.00 | 61.50 ± 2.00 | 60.00 ± 3.00 |" in table
    assert "| wand | rehearsal | 96.00 ± 0.50 | 98.00 | 95.50 ± 2.00 |  |" in table


def test_unlabelled_rows_have_tables_of_their_own(row, tmp_path):
    own = {"task": "vae_digits", "kind": unlabelled.KIND, "ram": 10998, "float_edge": False}
    squares = row(**own, metric="squared error", mean=0.01966, std=0.0001, float_mean=0.0209)
    head = row(**own, metric="head accuracy", mean=84.0, curve=[84.0], met=False)

    report.write_rows([row(), squares, head], tmp_path)

    table = (tmp_path / "results.md").read_text().partition("## Without labels")[2]
    assert "| vae_digits, 16-bit | 0.01966 ± 0.00010 | 2^-5 | 0.02090 ±" in table
    assert "| 10,998 |" in table
    assert "| digits |" not in table
    assert "16-bit on vae_digits (head accuracy)" in (tmp_path / "results.md").read_text()


def test_task_without_its_package_is_skipped_with_a_line(capsys):
    task = tasks.ALL["vae_mnist"]._replace(data=lambda: packaged.table("no-such-package", "a"))

    assert [] == command.available([task])
    assert "SKIP vae_mnist: the package no-such-package is missing" in capsys.readouterr().out


def test_task_without_data_is_skipped_with_a_line(monkeypatch, capsys):
    monkeypatch.delenv("OCTOGRAD_DATA", raising=False)
    datasets.archive.cache_clear()
    datasets.wand.cache_clear()

    found = command.available([tasks.ALL["digits"], tasks.ALL["wand"]])

    assert [tasks.ALL["digits"]] == found
    assert "SKIP wand: OCTOGRAD_DATA names no folder" in capsys.readouterr().out
