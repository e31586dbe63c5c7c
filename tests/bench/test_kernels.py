"""The images of bench/kernels compute what the host computes, and cost what is written."""

import functools
import math
import pathlib
import sys

import numpy as np
import pytest

import octograd as og

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import bench_kernels
import kernel_tables

MIDTRAINING = "cnn_step_midtraining"
# The clock's ticks in instructions, with -icount shift=0; the others have none or no such ticks.
TICKS = {"M4": 40, "M7": 40, "M33": 50, "M55": 31.25, "RV32": 1}
ALL = [(core, build) for core in bench_kernels.CORES for build in bench_kernels.BUILDS]


@pytest.fixture(scope="module")
def fashion():
    """Whether the CNN in mid-training is a part of the images."""
    return bench_kernels.make_midtraining()


@pytest.fixture(scope="module")
def measure(fashion, need):
    """A function that returns the rows of a core's image."""

    @functools.cache
    def measure(core, build):
        lacking = bench_kernels.CORES[core].missing()
        need(not lacking, f"{lacking} is missing: make bench")
        return bench_kernels.measure(core, build)

    return measure


@pytest.fixture(scope="module")
def host(fashion):
    """A function that returns the rows of the host's image, with its checksums."""

    @functools.cache
    def host(build):
        printed = bench_kernels.run_host(build)
        return bench_kernels.rows(printed, 2 * printed.count("\n") * [0])

    return host


def _checksums(rows):
    return [(row.kernel, row.operation, row.checksum) for row in rows if row.operation != "none"]


def test_optimised_kernels_of_the_host_compute_the_same(host):
    assert _checksums(host("portable")) == _checksums(host("optimised"))


@pytest.mark.parametrize(("core", "build"), ALL)
def test_image_computes_what_the_host_computes(core, build, measure, host):
    assert _checksums(host("portable")) == _checksums(measure(core, build))


@pytest.mark.parametrize(("core", "build"), ALL)
def test_counts_are_those_of_the_results(core, build, measure, fashion):
    written = bench_kernels.read().get((core, build), [])
    measured = bench_kernels.table(core, build, measure(core, build))
    if not fashion:
        written = [row for row in written if row[2] != MIDTRAINING]

    assert [] == bench_kernels.changes(written, measured), "make bench writes the new counts"


def test_counts_in_mid_training_need_the_data_set(fashion, need):
    need(fashion, "dataset-fashion-mnist is missing: make fashion")


@pytest.mark.parametrize("core", TICKS)
def test_counter_agrees_with_the_clock_of_the_core(core, measure):
    (clock,) = [row for row in measure(core, "portable") if row.kernel == "clock"]

    # Between the clock's readings lie the marks and some instructions more.
    assert abs(clock.macs * TICKS[core] - clock.instructions) <= 2 * TICKS[core] + 40


def test_a_change_above_two_percent_is_seen():
    row = "M4", "portable", "dense", "forward", 16384

    assert [] == bench_kernels.changes([(*row, 1000)], [(*row, 1020)])
    for before, after in ([(*row, 1000)], [(*row, 1021)]), ([(*row, 1000)], []), ([], [(*row, 1)]):
        (line,) = bench_kernels.changes(before, after)
        assert line.startswith("M4 portable dense forward 16384: ")


def test_results_have_the_same_rows_for_each_core_and_build():
    lines = bench_kernels.RESULTS.read_text().splitlines()
    results = bench_kernels.read()
    rows = [[row[2:5] for row in results[key]] for key in results]

    assert "core,build,kernel,operation,macs,instructions" == lines[0]
    assert ALL == list(results)
    assert len(rows) * [rows[0]] == rows
    assert all(row[5] > 0 for of in results.values() for row in of)


def test_macs_are_those_of_a_plan():
    macs = {row[2:4]: row[4] for row in bench_kernels.read()["M4", "portable"]}
    layers = {
        "dense": ((256,), og.Dense(64)),
        "conv3x3": ((16, 16, 8), og.Conv2D(16, 3, padding="same")),
        "conv1x1": ((16, 16, 16), og.Conv2D(32, 1)),
        "depthwise3x3": ((16, 16, 16), og.DepthwiseConv2D(3, padding="same")),
        "transposed3x3": ((8, 8, 16), og.Conv2DTranspose(8, 3, strides=2, padding="same")),
    }

    for name, (shape, layer) in layers.items():
        assert 3 * [layer.macs(shape)] == [macs[name, o] for o in kernel_tables.OPERATIONS]
    net = _cnn()
    assert net.plan((28, 28, 1)).macs == macs["cnn_step", "forward"]
    assert net.plan((28, 28, 1), training=True).macs == macs["cnn_step", "step"]


def _cnn():
    hidden = [og.Conv2D(n, 3, strides=2, padding=1, activation=og.relu) for n in (8, 16)]
    return og.Sequential(*hidden, og.Flatten(), og.Dense(10))


def _mlp():
    return og.Sequential(og.Dense(32, og.relu), og.Dense(10))


@pytest.mark.parametrize(
    ("name", "make", "shape"), [("cnn", _cnn, (28, 28, 1)), ("mlp", _mlp, (64,))]
)
def test_a_step_is_that_of_a_trainer(name, make, shape, tmp_path):
    steps, samples = 20, 100
    rng = np.random.default_rng(1)
    x = rng.integers(0, 128, (steps + samples, math.prod(shape)), np.uint8)
    y = rng.integers(0, 10, steps + samples, np.uint8)
    (tmp_path / "samples").write_bytes(np.column_stack((x, y)).tobytes())
    net = make()
    net.build(shape, seed=1)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64))

    for k in range(steps):
        trainer.step(x[k].tobytes(), int(y[k]))
    bench_kernels.train(name, tmp_path / "samples", steps, tmp_path / "state")

    state = (tmp_path / "state").read_bytes()
    layers = net.weighted
    for kind in "b", "e_w", "w", "residual":
        assert b"".join(bytes(getattr(layer, kind)) for layer in layers) in state
    for k, sample in enumerate(reversed(x[steps:])):
        end = len(state) - 784 * k
        assert sample.tobytes() == state[end - 784 : end][: len(sample)]


@pytest.mark.parametrize(("core", "build"), ALL)
def test_kernels_have_the_bytes_that_are_written(core, build, need):
    lacking = bench_kernels.CORES[core].missing()
    need(not lacking, f"{lacking} is missing: make bench")

    said = kernel_tables.read_bytes()[core, build]

    assert said == pytest.approx(bench_kernels.kernel_bytes(core, build), rel=0.02)


def test_tables_are_what_was_measured():
    for path in kernel_tables.READMES:
        text = path.read_text()
        assert kernel_tables.fill(text) == text, path.name
        assert 1 == text.count("<!-- table of bytes and speed, by make bench -->\n")
    text = kernel_tables.README.read_text()
    for name in kernel_tables.TABLES:
        assert 1 == text.count(f"<!-- table of {name}, by make bench -->\n")
