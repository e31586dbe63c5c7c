"""Results as files: rows, tables and pictures."""

import json

from quality import plots, tables
from quality.rows import rows


def write(cells, folder):
    """
    Write results.json, results.md, curves.png and savings.png.

    Tasks that were not run keep the rows that the folder has of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results.json"
    new = rows(cells)
    run = {row["task"] for row in new}
    old = json.loads(path.read_text()) if path.exists() else []
    write_rows(new + [row for row in old if row["task"] not in run], folder)


def write_rows(rows, folder):
    """Write all files for these rows."""
    lines = ",\n".join(json.dumps(row) for row in rows)
    (folder / "results.json").write_text(f"[\n{lines}\n]\n")
    (folder / "results.md").write_text(tables.text(rows))
    plots.learning_curves(rows, folder / "curves.png")
    plots.savings(rows, folder / "savings.png")
