"""
Train on real data on MicroPython, replay it on CPython, and show what came of it.

Runs examples/digits/main.py on the unix port with the module and, at the same time, on
CPython with the NumPy twin. Compares every number of the two runs. Writes build/demo.png and
build/demo.json. Exits with 1 if the two runs differ.
"""

import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

import digits_data

ROOT = pathlib.Path(__file__).resolve().parent.parent
MICROPYTHON = ROOT / "build/unix/micropython"
PROGRAM = ROOT / "examples/digits/main.py"
LIBRARY = ROOT / "mpy_lib"
TWIN = ROOT / "host_ref"
PICTURE = ROOT / "build/demo.png"
RESULT = ROOT / "build/demo.json"
RESULTS = {name: ROOT / f"build/demo-{name}.json" for name in ("micropython", "cpython")}
TWIN_LOG = ROOT / "build/demo-cpython.log"

PHASES = ("scratch", "adapted")

INK, QUIET, SCRATCH, ADAPTED = "#222222", "#8a8a8a", "#1f5fa8", "#c4571b"


@contextlib.contextmanager
def twin(data):
    """Run the program on CPython in the background; yield the process."""
    path = os.pathsep.join((str(LIBRARY), str(TWIN)))
    with open(TWIN_LOG, "w") as log:
        process = subprocess.Popen(
            # The reference's assertions are for the tests; without them it is faster.
            [sys.executable, "-O", PROGRAM, data, RESULTS["cpython"]],
            env=os.environ | {"PYTHONPATH": path},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def run_micropython(data):
    """Run the program on MicroPython; its output goes to the terminal."""
    subprocess.run(
        [MICROPYTHON, PROGRAM, data, RESULTS["micropython"]],
        env=os.environ | {"MICROPYPATH": str(LIBRARY)},
        check=True,
    )


def wait_for(process, start):
    """Wait for the twin, and show that something is happening."""
    text = "CPython with NumPy, slower, replays the same run bit for bit"
    terminal = sys.stdout.isatty()
    print(f"\n{text} ..." + ("" if terminal else "\n"), end="", flush=True)
    while process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
        if terminal:
            print(f"\r{text} ... {time.monotonic() - start:.0f} s", end="", flush=True)
    if terminal:
        print()
    if process.returncode:
        print(TWIN_LOG.read_text(), file=sys.stderr)
        sys.exit(f"demo: the run on CPython failed; its output is in {TWIN_LOG}")


def read_results():
    return {name: json.loads(path.read_text()) for name, path in RESULTS.items()}


def sha256(result):
    """Return the digest of the states of the model after both phases."""
    return hashlib.sha256("".join(result[p]["digest"] for p in PHASES).encode()).hexdigest()


def first_difference(a, b, where=""):
    """Return where two results differ first, as (place, value, value), or None."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        pairs = [(key, a[key], b[key]) for key in a if key != "ms"]
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        pairs = [(i, x, y) for i, (x, y) in enumerate(zip(a, b, strict=True))]
    else:
        return None if a == b else (where, a, b)
    for key, x, y in pairs:
        if found := first_difference(x, y, f"{where}, {key}" if where else key):
            return found
    return None


def example_images(folder, n=10):
    """Return `n` test images before and after the change; what main.py's change() does."""
    import numpy as np

    images = np.fromfile(folder / "test_x.bin", np.int8).reshape(-1, 8, 8)
    labels = np.fromfile(folder / "test_y.bin", np.uint8)
    chosen = [images[labels == digit][0] for digit in range(n)]
    return chosen, [127 - np.rot90(image) for image in chosen]


def test_curve(rows, samples, offset=0):
    points = [(row[0] + offset, 100 * row[3] / samples) for row in rows if row[3] is not None]
    return list(zip(*points, strict=True))


def train_curve(rows, samples, offset=0):
    return [row[0] + offset for row in rows], [100 * row[2] / samples for row in rows]


def draw_curves(axes, result):
    samples, scratch, adapted = result["samples"], result["scratch"], result["adapted"]
    change = len(scratch["curve"])
    shifted = 100 * result["shifted_right"] / samples["test"]
    x, y = test_curve(scratch["curve"], samples["test"])
    axes.plot(x, y, "o-", ms=4, color=SCRATCH, label="test, original sensor")
    x2, y2 = test_curve(adapted["curve"], samples["test"], change)
    axes.plot((change, *x2), (shifted, *y2), "o-", ms=4, color=ADAPTED, label="test, new sensor")
    train = {"color": QUIET, "lw": 1, "zorder": 1}
    axes.plot(
        *train_curve(scratch["curve"], samples["train"]), **train, label="training, as it learns"
    )
    axes.plot(*train_curve(adapted["curve"], samples["adapt"], change), **train)

    axes.axvline(change, color=INK, lw=1, ls="--")
    axes.annotate(
        "the sensor changes", (change, 55), (5, 0), textcoords="offset points",
        rotation=90, va="center", color=INK,
    )  # fmt: skip
    ends = ((x[-1], y[-1], SCRATCH, (-6, 9)), (x2[-1], y2[-1], ADAPTED, (0, -17)))
    for at, value, color, shift in (*ends, (change, shifted, ADAPTED, (20, -4))):
        axes.annotate(
            f"{value:.1f} %", (at, value), shift, textcoords="offset points",
            ha="right" if at != change or value > 50 else "left", color=color, weight="bold",
        )  # fmt: skip
    axes.set(xlabel="epoch", ylabel="accuracy (%)", ylim=(0, 107), xlim=(0, x2[-1] + 1.5))
    axes.text(change / 2, 3, f"{samples['train']} images\neach epoch", ha="center", color=QUIET)
    middle = change + len(adapted["curve"]) / 2
    axes.text(
        middle, 3, f"{samples['adapt']} changed images\neach epoch", ha="center", color=QUIET
    )
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="center right", frameon=False)


def draw(result, folder, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=(9, 7), layout="constrained")
    figure.suptitle("A network learns handwritten digits in MicroPython", fontsize=15)
    top, bottom = figure.subfigures(2, 1, height_ratios=(3, 1.25))
    draw_curves(top.subplots(), result)

    before, after = example_images(folder)
    grid = bottom.subplots(2, len(before))
    for row, images, text in ((0, before, "before"), (1, after, "after")):
        for axes, image in zip(grid[row], images, strict=True):
            axes.imshow(image, cmap="gray", vmin=0, vmax=127)
            axes.set(xticks=[], yticks=[])
        grid[row][0].set_ylabel(text, rotation=0, ha="right", va="center")
    figure.savefig(path, dpi=150)


def fractions(result):
    n = result["samples"]["test"]
    return {
        "scratch_accuracy": result["scratch"]["right"] / n,
        "shifted_accuracy": result["shifted_right"] / n,
        "adapted_accuracy": result["adapted"]["right"] / n,
    }


def steps_per_second(result):
    samples = result["samples"]
    steps = len(result["scratch"]["curve"]) * samples["train"]
    steps += len(result["adapted"]["curve"]) * samples["adapt"]
    return 1000 * steps / max(sum(result[phase]["ms"] for phase in PHASES), 1)


def table(results):
    result = results["micropython"]
    samples, plan = result["samples"], result["plan"]
    passes = len(result["adapted"]["curve"]) * samples["adapt"]
    accuracies = [f"{100 * value:.1f} %" for value in fractions(result).values()]
    rates = [f"{steps_per_second(results[name]):,.0f}" for name in RESULTS]
    skipped = 100 * result["adapted"]["skipped"] / passes
    rows = (
        ("test accuracy, from random weights", accuracies[0], f"{samples['train']} images"),
        ("test accuracy, sensor changed", accuracies[1], ""),
        ("test accuracy, adapted", accuracies[2], f"{samples['adapt']} images"),
        ("adapting without a backward pass", f"{skipped:.0f} %", f"of {passes:,} steps"),
        ("RAM to train, all buffers", f"{plan['ram']:,}", "bytes, by plan()"),
        ("training on MicroPython", rates[0], "steps/s"),
        ("training on CPython with NumPy", rates[1], "steps/s"),
    )
    return "\n".join(f"{name:<38}{value:>9}  {unit}".rstrip() for name, value, unit in rows)


def write_json(path, value):
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(value, indent=2) + "\n")
    partial.replace(path)


def verdict(results, sums):
    """Print whether the two runs agree; return the exit status."""
    difference = first_difference(results["micropython"], results["cpython"])
    if difference is None and sums["micropython"] == sums["cpython"]:
        print(f"twin: CPython and MicroPython agree, sha256 {sums['micropython']}")
        return 0
    print("twin: CPython and MicroPython DISAGREE")
    for name, value in sums.items():
        print(f"  {name + ':':<13}sha256 {value}")
    if difference:
        print("  first at {}: MicroPython {}, CPython {}".format(*difference))
    return 1


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    start = time.monotonic()
    if not MICROPYTHON.exists():
        sys.exit("demo: build/unix/micropython is missing; run `make demo`")
    # What an earlier run left must not pass for a result of this one.
    for path in (RESULT, PICTURE, *RESULTS.values()):
        path.unlink(missing_ok=True)

    data = digits_data.ensure()
    with twin(data) as process:
        run_micropython(data)
        draw(json.loads(RESULTS["micropython"].read_text()), data, PICTURE)
        wait_for(process, start)

    results = read_results()
    sums = {name: sha256(result) for name, result in results.items()}
    print(f"\n{table(results)}\n")
    print(f"picture: {PICTURE.relative_to(ROOT)}")
    status = verdict(results, sums)
    write_json(
        RESULT,
        {
            **fractions(results["micropython"]),
            "adapted_samples": results["micropython"]["samples"]["adapt"],
            "sha256_micropython": sums["micropython"],
            "sha256_cpython": sums["cpython"],
            "seconds": round(time.monotonic() - start, 2),
        },
    )
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("demo: interrupted")
    except subprocess.CalledProcessError as error:
        sys.exit(f"demo: the run on MicroPython failed with {error.returncode}")
