"""
Write the tables of READMEs, of what bench/kernels/results.csv and bytes.csv say.

What is met and what is not is worked out here, of counts alone; how a limit comes about is said
in the README.
"""

import csv
import pathlib
import sys

import board_tables
import tables

ROOT = pathlib.Path(__file__).resolve().parent.parent
README = ROOT / "bench/kernels/README.md"
READMES = ROOT / "README.md", README
RESULTS = ROOT / "bench/kernels/results.csv"
BYTES = ROOT / "bench/kernels/bytes.csv"

BARRED = "M0+", "M4"
OPERATIONS = "forward", "backward_x", "update"
BACK = "backward+update"
# Instructions per multiply-accumulate of CMSIS-NN, forward.
CMSIS_NN = {
    "dense": {"M0+": 6.42, "M4": 2.08},
    "conv3x3": {"M0+": 8.52, "M4": 2.90},
    "conv1x1": {"M0+": 12.13, "M4": 3.90},
    "depthwise3x3": {"M0+": 34.4, "M4": 8.17},
}
CMSIS_NN_SHARE = {"M0+": 0.7, "M4": 0.9}
# Instructions of a step of AIfES, float32, and the bar.
STEPS = {
    "cnn_step": {"M0+": (1_300_000, 71_852_562), "M4": (500_000, 13_721_840)},
    "cnn_step_midtraining": {"M0+": (900_000, None), "M4": (350_000, None)},
    "mlp_step": {"M0+": (45_000, 2_041_500), "M4": (16_000, 282_840)},
}
# Loads, multiplications, additions and what takes operands apart, each per multiply-accumulate,
# of a dot product of four rows against one vector.
LIMITS = {
    "M0+": (1.25, 1, 1, 0),
    "M4": (0.3125, 0.5, 0, 0.625),
    "M7": (0.3125, 0.5, 0, 0.625),
    "M33": (0.3125, 0.5, 0, 0.625),
    "M55": (1.25 / 16, 1 / 16, 0, 0),
    "RV32": (1.25, 1, 1, 0),
}


def read(path=RESULTS):
    """Return the results, as a dict of (core, build, kernel, operation) to (macs, count)."""
    with path.open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return {tuple(words): (int(macs), int(count)) for *words, macs, count in rows}


def read_bytes(path=BYTES):
    """Return the bytes of all kernels, as a dict of (core, build)."""
    with path.open(newline="") as file:
        return {(core, build): int(n) for core, build, n in list(csv.reader(file))[1:]}


def _per_mac(results, *key):
    macs, count = results[key]
    return count / macs


def _answer(value, bar):
    return "met" if value <= bar else "**not met**"


def _row(what, core, ours, peer, value, bar):
    return [what, core, ours, peer, f"{value:.2f} x", f"{bar} x", _answer(value, bar)]


def _forward_bars(results):
    for kernel, peers in CMSIS_NN.items():
        for core in BARRED:
            ours = _per_mac(results, core, "optimised", kernel, "forward")
            peer, share = peers[core], CMSIS_NN_SHARE[core]
            text = f"{kernel} forward, per MAC"
            yield _row(text, core, f"{ours:.2f}", f"CMSIS-NN: {peer}", ours / peer, share)


def _backward_bars(results):
    for kernel in _kernels(results):
        for operation in OPERATIONS[1:]:
            for core in BARRED:
                forward, ours = (
                    _per_mac(results, core, "optimised", kernel, o) for o in ("forward", operation)
                )
                text = f"{kernel} {operation}, per MAC"
                peer = f"own forward: {forward:.2f}"
                yield _row(text, core, f"{ours:.2f}", peer, ours / forward, 1.5)


def _step_bars(results):
    for kernel, bars in STEPS.items():
        for core, (bar, peer) in bars.items():
            _, ours = results[core, "optimised", kernel, "step"]
            times = f"AIfES: {peer:,}, {peer / ours:.0f} times as many" if peer else "-"
            shown = f"{ours:,}", times, "-", f"{bar:,}", _answer(ours, bar)
            yield [f"{kernel}, instructions", core, *shown]


def _share_bars(results):
    for core in BARRED:
        _, forward = results[core, "optimised", "cnn_step", "forward"]
        _, back = results[core, "optimised", "cnn_step", BACK]
        _, partial = results[core, "optimised", "cnn_step_partial10", BACK]
        text = "cnn_step, backward and update"
        yield _row(text, core, f"{back:,}", f"own forward: {forward:,}", back / forward, 3)
        text = "the same at 10 % of the rows"
        yield _row(text, core, f"{partial:,}", f"of all rows: {back:,}", partial / back, 0.25)


def _overhead_bar():
    of = board_tables.read(ROOT / "boards/RPI_PICO/results.csv")
    net = "CNN 28x28"
    whole, unit = of[net, "step"]
    outside = whole - of[net, "step in kernels"][0]
    text, peer = f"Python in a step of the CNN, {unit}", f"whole step: {whole:,}"
    yield _row(text, "RP2040", f"{outside:,}", peer, outside / whole, 0.1)


def bars(results):
    """A row for each bar and core."""
    rows = [
        *(*_forward_bars(results), *_backward_bars(results), *_step_bars(results)),
        *(*_share_bars(results), *_overhead_bar()),
    ]
    header = ["what", "core", "ours", "against", "ratio", "bar", "it is"]
    return tables.table(header, rows)


def _kernels(results):
    """Return the kernels that were measured one by one."""
    return list(dict.fromkeys(k for _, _, k, operation in results if operation == "update"))


def _cores(results):
    return list(dict.fromkeys(core for core, *_ in results))


def kernels(results):
    """A row for each kernel and operation: instructions per multiply-accumulate on each core."""
    cores = _cores(results)
    rows = []
    for kernel in _kernels(results):
        for operation in OPERATIONS:
            both = [
                [_per_mac(results, core, build, kernel, operation) for core in cores]
                for build in ("optimised", "portable")
            ]
            cells = [f"{fast:.2f} ({plain:.2f})" for fast, plain in zip(*both, strict=True)]
            rows.append([kernel, operation, *cells])
    return tables.table(["kernel", "operation", *cores], rows)


def steps(results):
    """A row for each step and part of it: instructions on each core."""
    cores = _cores(results)
    names = dict.fromkeys((k, o) for _, _, k, o in results if k not in _kernels(results))
    rows = []
    for name in names:
        both = [
            [results[core, build, *name][1] for core in cores]
            for build in ("optimised", "portable")
        ]
        cells = [f"{fast:,} ({plain:,})" for fast, plain in zip(*both, strict=True)]
        rows.append([*name, *cells])
    return tables.table(["net", "part", *cores], rows)


def limits(results):
    """A row for each core: the least per multiply-accumulate, and how far forward is from it."""
    rows = []
    for core, parts in LIMITS.items():
        least = sum(parts)
        times = [
            _per_mac(results, core, "optimised", kernel, "forward") / least
            for kernel in _kernels(results)
        ]
        numbers = [f"{part:.3g}" for part in (*parts, least)]
        rows.append([core, *numbers, *(f"{t:.1f} x" for t in times)])
    header = ["core", "loads", "multiplications", "additions", "taking apart", "least"]
    return tables.table([*header, *_kernels(results)], rows)


def sizes(results):
    """A row for each core: bytes and speed of the portable kernels and of its own."""
    size, names = read_bytes(), ("portable", "optimised")
    rows = []
    for core in _cores(results):
        if core == "rp2040-cycles":  # the same code as that of M0+
            continue
        steps = [results[core, build, "cnn_step", "step"][1] for build in names]
        cells = [*(size[core, build] for build in names), *steps]
        rows.append([core, *cells, f"{steps[0] / steps[1]:.1f} x"])
    header = ["core", "bytes, portable", "bytes", "CNN's step, portable", "CNN's step", "faster"]
    return tables.table(header, rows)


TABLES = {
    "bytes and speed": sizes,
    "bars": bars,
    "kernels": kernels,
    "steps": steps,
    "limits": limits,
}


def fill(text):
    """Return a text with the tables between its markers as they should be."""
    return tables.fill(text, "make bench", TABLES, read())


def main():
    for path in READMES:
        path.write_text(fill(path.read_text()))


if __name__ == "__main__":
    sys.exit(main())
