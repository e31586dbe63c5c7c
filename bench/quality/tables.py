"""results.md: the rows as tables."""

from quality.variants import KEEPING

# A backslash at the end of a line joins it with the next: one sentence per line in the page.
INTRODUCTION = """\
# Quality: int8 on MicroPython against float32

Written by `make quality`; the rows are in `results.json`.

Compared are the same net, initial weights, order of samples, epochs and optimiser: \
integers on MicroPython's unix port with the C kernels, and float32 in NumPy, which tests/bench \
holds against PyTorch.
Both learn from one sample at a time.
Figures are percent right on the test set, mean and standard deviation over the seeds.
A training's figure is the mean of its last epochs, as many for both (`last` in tasks.py).
Each variant and each float twin has its own learning rate: the best of a grid of powers of two, \
tried with other seeds on samples held out from the training set, or, of an adaptation, on \
other draws of its few samples.
`<` marks a rate at the edge of its grid.
`gap` is the mean over the seeds of int8 less float, with its standard error.
`saved` is the share of the multiply-accumulates of backward pass and update that were skipped.
"""

_OLD = """\
## What is left of the domain before

Adapted nets, on the test set of the domain that they came from (2,000 samples at most).
Rehearsal repeats one of 50 old samples after each new one; EWC is elastic weight consolidation.
"""

_OLD_COLUMNS = ("task", "kept by", "new domain", "old, before", "old, after", "float32, after")
_COLUMNS = ("task", "int8", "rate", "float32", "rate", "gap", "saved", "bar", "met")


def text(rows):
    """Return the whole page."""
    parts = [INTRODUCTION, _summary(rows)]
    for by_rate, title in ((False, ""), (True, ", rate by rate")):
        some = [row for row in rows if row["by_rate"] == by_rate]
        for variant in dict.fromkeys(row["variant"] for row in some):
            chosen = [row for row in some if row["variant"] == variant]
            parts.append(f"## {variant}{title}\n\n{_table(chosen)}")
    parts.append(_kept(rows))
    commits = ", ".join(dict.fromkeys(str(row["commit"]) for row in rows))
    parts.append(f"Commit {commits}.\n")
    return "\n".join(parts)


def _summary(rows):
    judged = [row for row in rows if row["met"] is not None]
    missed = [f"{row['variant']} on {row['task']}" for row in judged if not row["met"]]
    line = f"{len(judged) - len(missed)} of {len(judged)} bars are met."
    return line + (f" Not met: {', '.join(missed)}.\n" if missed else "\n")


def _table(rows):
    lines = [_line(_COLUMNS), _line(["---"] * len(_COLUMNS))]
    for row in rows:
        lines.append(
            _line(
                (
                    row["task"],
                    _figure(row["mean"], row["std"]) + _note(row["diverged"]),
                    _rate(row["rate"], row["edge"]),
                    _figure(row["float_mean"], row["float_std"]),
                    _rate(row["float_rate"], row["float_edge"]),
                    f"{row['gap']:+.2f} ± {row['gap_error']:.2f}",
                    f"{row['macs_saved']:.0%}" if row["macs_saved"] else "",
                    row["bar"] or "",
                    {True: "yes", False: "**no**", None: ""}[row["met"]],
                )
            )
        )
    return "\n".join(lines) + "\n"


def _kept(rows):
    keeping = [variant.name for variant in KEEPING]
    lines = [_line(_OLD_COLUMNS), _line(["---"] * len(_OLD_COLUMNS))]
    for row in rows:
        alone = row["variant"] == "16-bit"
        if "old_mean" not in row or row["by_rate"] or not (alone or row["variant"] in keeping):
            continue
        items = (
            row["task"],
            "nothing" if alone else row["variant"],
            _figure(row["mean"], row["std"]),
            f"{row['old_before']:.2f}",
            _figure(row["old_mean"], row["old_std"]),
            _figure(row["float_old_mean"], row["float_old_std"]) if alone else "",
        )
        lines.append(_line(items))
    return "\n".join([_OLD, *lines]) + "\n" if len(lines) > 2 else ""


def _line(items):
    return "| " + " | ".join(str(item) for item in items) + " |"


def _figure(mean, std):
    return f"{mean:.2f} ± {std:.2f}"


def _rate(rate, edge):
    return rate + (" <" if edge else "")


def _note(diverged):
    return f" ({diverged} diverged)" if diverged else ""
