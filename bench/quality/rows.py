"""The rows of results.json: one for each variant of a task at a learning rate."""

import subprocess
from statistics import fmean, stdev

from quality import metrics, unlabelled
from quality.places import ROOT

# Float is stable at a rate if its seeds are within this of each other, in points.
STABLE_STD = 2.0


def rows(cells):
    """Return a row for each Cell of integers."""
    commit = _commit()
    floats = {_key(cell): cell for cell in cells if not cell.variant.weight_bits}
    by_rate = {(*_key(cell), cell.shift): cell for cell in floats.values()}
    by_rate |= {(*_key(cell), cell.shift): cell for cell in cells if not cell.variant.weight_bits}
    found = []
    for cell in cells:
        if cell.variant.weight_bits:
            twin = cell.task.name, cell.variant.twin, cell.metric
            float_cell = by_rate[(*twin, cell.shift)] if cell.task.by_rate else floats[twin]
            found.append(_row(cell, float_cell, commit))
    for row in found:
        row["bar"], row["met"] = judge(row, found)
    return found


def _key(cell):
    return cell.task.name, cell.variant.name, cell.metric


def _row(cell, twin, commit):
    gaps = [a - b for a, b in zip(cell.scores, twin.scores, strict=True)]
    return {
        "task": cell.task.name,
        "variant": cell.variant.name,
        "kind": _kind(cell.task),
        "metric": cell.metric,
        "mean": _rounded(cell, fmean(cell.scores)),
        "std": _rounded(cell, _std(cell.scores)),
        "seeds": len(cell.scores),
        "rate": f"2^-{cell.shift}",
        "edge": cell.edge,
        "by_rate": cell.task.by_rate,
        "diverged": cell.diverged,
        "float_mean": _rounded(cell, fmean(twin.scores)),
        "float_std": _rounded(cell, _std(twin.scores)),
        "float_rate": f"2^-{twin.shift}",
        "float_edge": twin.edge,
        "gap": _rounded(cell, fmean(gaps)),
        "gap_error": _rounded(cell, _std(gaps) / len(gaps) ** 0.5),
        **_old(cell, twin),
        **_ram(cell),
        "macs_saved": round(cell.saved, 4),
        "commit": commit,
        "curve": [_rounded(cell, v) for v in cell.curve()],
        "float_curve": [_rounded(cell, v) for v in twin.curve()],
    }


def _kind(task):
    if task.unlabelled:
        return unlabelled.KIND
    return "adaptation" if task.adapts else "from scratch"


def _old(cell, twin):
    """What an adaptation left of the domain before."""
    if cell.old_scores is None:
        return {}
    before, after = zip(*cell.old_scores, strict=True)
    _, float_after = zip(*twin.old_scores, strict=True)
    return {
        "old_before": _rounded(cell, fmean(before)),
        "old_mean": _rounded(cell, fmean(after)),
        "old_std": _rounded(cell, _std(after)),
        "float_old_mean": _rounded(cell, fmean(float_after)),
        "float_old_std": _rounded(cell, _std(float_after)),
    }


def _ram(cell):
    """What training takes, of a net that learns without labels."""
    return {"ram": unlabelled.ram(cell.task, cell.variant)} if cell.task.unlabelled else {}


def _std(values):
    return stdev(values) if len(values) > 1 else 0.0


def _rounded(cell, value):
    return round(value, metrics.digits(cell.metric))


def judge(row, found):
    """
    Return (bar, met): what a row should reach, in words, and whether it does.

    (None, None) where there is no bar.
    """
    if row["kind"] == unlabelled.KIND:
        bars = unlabelled.bars(row)
    else:
        bars = [_gap_bar(row), *_saving_bars(row, found)]
    if row["task"] == "fashion_cnn4" and row["variant"] == "16-bit":
        bars.append(("at least 88", row["mean"] >= 88))
    bars = [bar for bar in bars if bar]
    if not bars:
        return None, None
    return "; ".join(text for text, _ in bars), all(met for _, met in bars)


def _gap_bar(row):
    """The bar of 16-bit and 8-bit: close to float."""
    if row["variant"] == "8-bit":
        allowed = 2.5
    elif row["variant"] != "16-bit":
        return None
    elif row["by_rate"]:
        if row["float_std"] > STABLE_STD:
            return None
        allowed = 1.0
    else:
        allowed = 1.0 if row["kind"] == "adaptation" else 0.5
    return f"float - {allowed}", row["gap"] >= -allowed


def _saving_bars(row, found):
    """The bars of skipping: close to full training, and so much saved."""
    wanted = {
        ("skip 1/16", "adaptation"): (0.5, 0.40),
        ("skip 1/16", "from scratch"): (0.5, 0.25),
        ("partial confidence", "adaptation"): (1.0, 0.55),
        ("partial confidence", "from scratch"): (2.0, 0.45),
    }.get((row["variant"], row["kind"]))
    full = [
        other for other in found if other["variant"] == "16-bit" and other["task"] == row["task"]
    ]
    if wanted is None or not full:
        return []
    allowed, share = wanted
    return [
        (f"16-bit - {allowed}", row["mean"] >= full[0]["mean"] - allowed),
        (f"{share:.0%} saved", row["macs_saved"] >= share),
    ]


def _commit():
    """Return the commit that the figures belong to."""
    try:
        git = ["git", "-C", str(ROOT)]
        head = subprocess.run(
            [*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        )
        paths = ["usermod", "mpy_lib", "bench/quality/*.py"]
        changed = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", *paths]).returncode
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.stdout.strip() + ("+" if changed else "")
