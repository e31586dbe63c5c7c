"""Two pictures: how nets learn in int8 and float32, and what skipping work costs."""

import math

INTEGER, FLOAT = "#c4571b", "#1f5fa8"
MARKS = {
    "16-bit": ("o", "#222222"),
    "skip 1/16": ("s", "#c4571b"),
    "partial confidence": ("^", "#1f5fa8"),
    "partial loss": ("v", "#8a8a8a"),
}


def learning_curves(rows, path):
    """Draw the score after each epoch, 16-bit against float, a panel for each task."""
    rows = [row for row in rows if row["variant"] == "16-bit" and len(row["curve"]) > 1]
    rows = [row for row in rows if row["metric"].endswith("accuracy")]
    if not rows:
        return
    figure, panels = _panels(len(rows))
    for panel, row in zip(panels, rows, strict=True):
        epochs = range(1, len(row["curve"]) + 1)
        panel.plot(epochs, row["float_curve"], color=FLOAT, lw=1.5, label="float32")
        panel.plot(epochs, row["curve"], color=INTEGER, lw=1.5, ls="--", label="int8, 16-bit")
        rate = f", {row['rate']}" if row["by_rate"] else ""
        panel.set_title(row["task"] + rate, fontsize=8)
    figure.supxlabel("epoch", fontsize=8)
    figure.supylabel("right on the test set (%)", fontsize=8)
    _finish(figure, panels[0], path)


def savings(rows, path):
    """Draw the score against the share of work that was skipped, a panel for each task."""
    rows = [row for row in rows if row["variant"] in MARKS and not row["by_rate"]]
    tasks = [
        task
        for task in dict.fromkeys(row["task"] for row in rows)
        if any(row["macs_saved"] for row in rows if row["task"] == task)
    ]
    if not tasks:
        return
    figure, panels = _panels(len(tasks))
    for panel, task in zip(panels, tasks, strict=True):
        for row in rows:
            if row["task"] == task:
                mark, color = MARKS[row["variant"]]
                x, y, error = 100 * row["macs_saved"], row["mean"], row["std"]
                panel.errorbar(
                    x, y, error, fmt=mark, color=color, ms=4, lw=1, label=row["variant"]
                )
        panel.set_xlim(-5, 100)
        panel.set_title(task, fontsize=8)
    figure.supxlabel("multiply-accumulates of backward pass and update skipped (%)", fontsize=8)
    figure.supylabel("right on the test set (%)", fontsize=8)
    _finish(figure, panels[0], path)


def _panels(n):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    columns = min(n, 5)
    lines = math.ceil(n / columns)
    figure, axes = pyplot.subplots(
        lines,
        columns,
        figsize=(2 * columns, 1.6 * lines + 0.6),
        layout="constrained",
        squeeze=False,
    )
    panels = axes.ravel()
    for panel in panels[n:]:
        panel.axis("off")
    for panel in panels[:n]:
        panel.tick_params(labelsize=6)
        panel.grid(alpha=0.25)
    return figure, panels[:n]


def _finish(figure, panel, path):
    from matplotlib import pyplot

    handles, labels = panel.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4, fontsize=8, frameon=False)
    figure.savefig(path, dpi=100, metadata={"Software": None})
    pyplot.close(figure)
