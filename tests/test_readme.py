"""The README says what octograd really has and prints."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

import octograd
from octograd.layers import Layer

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tools"))
import size


def blocks(text, language):
    """The fenced blocks of one language."""
    fenced = re.findall(r"^```(.*?)\n(.*?)^```$", text, re.M | re.S)
    return [block for name, block in fenced if name == language]


def without_times(text):
    """The lines that stay on the screen, without seconds."""
    lines = [line.rsplit("\r", 1)[-1] for line in text.split("\n")]
    return [re.sub(r"\d+\.\d s$", "", line) for line in lines]


def test_program_prints_what_it_says(root, tmp_path, need):
    micropython = root / "build/unix/micropython"
    need(micropython.exists(), "no build/unix/micropython: make unix")
    subprocess.run([sys.executable, root / "tools/digits_data.py"], check=True)
    text = (root / "README.md").read_text()
    program, printed = blocks(text, "python")[0], blocks(text, "")[0]
    (tmp_path / "program.py").write_text(program)
    (tmp_path / "build").symlink_to(root / "build")

    result = subprocess.run(
        [micropython, "program.py"],
        cwd=tmp_path,
        env=os.environ | {"MICROPYPATH": str(root / "mpy_lib")},
        capture_output=True,
    )

    assert 0 == result.returncode, result.stderr
    # Not text=True, which would make new lines of carriage returns.
    assert without_times(printed) == without_times(result.stdout.decode())
    assert (tmp_path / "digits.og").stat().st_size > 0


def test_table_of_layers_is_what_the_layers_have(root):
    table = {}
    for line in (root / "README.md").read_text().splitlines():
        row = re.fullmatch(r"\| `(\w+)`.* \| (yes|-) \| (yes|-) \| (yes|-) \|", line)
        if row:
            table[row[1]] = [cell == "yes" for cell in row.groups()[1:]]

    layers = [getattr(octograd, name) for name in dir(octograd)]
    layers = [one for one in layers if isinstance(one, type) and issubclass(one, Layer)]
    has = {
        layer.__name__: [
            hasattr(layer, "forward") or hasattr(layer, "forward_two"),
            hasattr(layer, "backward_x") or layer.routes or layer.kernels is not Layer.kernels,
            hasattr(layer, "updates"),
        ]
        for layer in layers
        if layer.computes
    }

    assert has == table


def test_table_of_memory_is_what_plans_say(root):
    def mlp(bits):
        layers = octograd.Flatten(), octograd.Dense(32, octograd.relu), octograd.Dense(10)
        return octograd.Sequential(*layers, weight_bits=bits), (8, 8, 1)

    def cnn(bits):
        convolutions = [
            octograd.Conv2D(n, 3, strides=2, padding="same", activation=octograd.relu)
            for n in (8, 16)
        ]
        layers = *convolutions, octograd.Flatten(), octograd.Dense(10)
        return octograd.Sequential(*layers, weight_bits=bits), (28, 28, 1)

    text = (root / "README.md").read_text()
    for name, model in (("MLP", mlp), ("CNN", cnn)):
        plans = [net.plan(shape, training=True) for net, shape in (model(16), model(8))]
        net, shape = model(16)
        row = re.search(rf"^\| {name} .*\| (\S+) \| (\S+) \| (\S+) / (\S+) \|$", text, re.M)
        said = [int(figure.replace(",", "")) for figure in row.groups()]

        assert [p.ram for p in plans] + [net.plan(shape).macs, plans[0].macs] == said


def test_native_modules_have_the_sizes_it_says(root, need):
    need(size.all_built(), "no native modules of all architectures: make natmod")
    text = (root / "README.md").read_text()
    said, built = (re.findall(r"\b[\d,]+\b", one) for one in (text, size.fill(text)))
    numbers = [[int(n.replace(",", "")) for n in found] for found in (said, built)]

    assert 1 == text.count("<!-- table of native modules, by make size -->\n")
    # Another release of a compiler makes a little more or less.
    assert numbers[0] == pytest.approx(numbers[1], rel=0.02)


def test_native_modules_are_below_their_limit(need):
    need(size.all_built(), "no native modules of all architectures: make natmod")
    sizes = size.native_sizes()

    assert {name for name, _ in sizes} == {
        "_" + path.stem.removeprefix("mod") for path in size.ROOT.glob("usermod/binding/mod*.c")
    }
    assert max(sizes.values()) < 12000
