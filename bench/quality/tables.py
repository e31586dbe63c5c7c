"""results.md: the rows as tables."""

from quality import metrics, unlabelled
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

_UNLABELLED = """\
## Without labels

Autoencoders of the same kinds, against the same in float32 with noise of their own.
Rates are chosen by the first metric of a task, on a fifth of the training set.
Squared error is the mean one of a pixel from 0 to 1, at the end.
A head is trained on the code of the net as it then is, with 10 labels of each class of \
vae_digits, else 100; its own rate is chosen by cross-validation on these.
AUC is the area under the ROC curve of the scores of normal samples and of anomalies, \
none of which was learnt from.
Partial updates keep the same share of channels in each step.
RAM is what training takes by `plan()`, in bytes.
"""

_OLD_COLUMNS = ("task", "kept by", "new domain", "old, before", "old, after", "float32, after")
_COLUMNS = ("task", "int8", "rate", "float32", "rate", "gap", "saved", "bar", "met")


def text(rows):
    """Return the whole page."""
    parts = [INTRODUCTION, _summary(rows)]
    for by_rate, title in ((False, ""), (True, ", rate by rate")):
        some = [row for row in rows if row["by_rate"] == by_rate and not _is_unlabelled(row)]
        for variant in dict.fromkeys(row["variant"] for row in some):
            chosen = [row for row in some if row["variant"] == variant]
            parts.append(f"## {variant}{title}\n\n{_table(chosen)}")
    parts.append(_kept(rows))
    parts.extend(_unlabelled([row for row in rows if _is_unlabelled(row)]))
    commits = ", ".join(dict.fromkeys(str(row["commit"]) for row in rows))
    parts.append(f"Commit {commits}.\n")
    return "\n".join(parts)


def _summary(rows):
    judged = [row for row in rows if row["met"] is not None]
    missed = [_what(row) for row in judged if not row["met"]]
    line = f"{len(judged) - len(missed)} of {len(judged)} bars are met."
    return line + (f" Not met: {', '.join(missed)}.\n" if missed else "\n")


def _what(row):
    what = f"{row['variant']} on {row['task']}"
    return f"{what} ({row['metric']})" if _is_unlabelled(row) else what


def _is_unlabelled(row):
    return row["kind"] == unlabelled.KIND


def _unlabelled(rows):
    """Return the parts about nets that learn without labels: a table for each metric."""
    if not rows:
        return []
    parts = [_UNLABELLED]
    for metric in dict.fromkeys(row["metric"] for row in rows):
        chosen = [row for row in rows if row["metric"] == metric]
        ram = [f"{row['ram']:,}" for row in chosen]
        names = [f"{row['task']}, {row['variant']}" for row in chosen]
        parts.append(f"### {metric}\n\n{_table(chosen, names, {'RAM': ram})}")
    return parts


def _table(rows, names=None, more=None):
    """
    Return a table.

    Args:
        names: By row, what its first column says; else the task.
        more: Further columns, by their titles.
    """
    more = more or {}
    columns = *_COLUMNS, *more
    names = names or [row["task"] for row in rows]
    lines = [_line(columns), _line(["---"] * len(columns))]
    for row, name, *items in zip(rows, names, *more.values(), strict=True):
        n = metrics.digits(row["metric"])
        lines.append(
            _line(
                (
                    name,
                    _figure(row["mean"], row["std"], n) + _note(row["diverged"]),
                    _rate(row["rate"], row["edge"]),
                    _figure(row["float_mean"], row["float_std"], n),
                    _rate(row["float_rate"], row["float_edge"]),
                    f"{row['gap']:+.{n}f} ± {row['gap_error']:.{n}f}",
                    f"{row['macs_saved']:.0%}" if row["macs_saved"] else "",
                    row["bar"] or "",
                    {True: "yes", False: "**no**", None: ""}[row["met"]],
                    *items,
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


def _figure(mean, std, digits=2):
    return f"{mean:.{digits}f} ± {std:.{digits}f}"


def _rate(rate, edge):
    return rate + (" <" if edge else "")


def _note(diverged):
    return f" ({diverged} diverged)" if diverged else ""
