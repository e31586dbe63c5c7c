"""The examples print what their READMEs say."""

import os
import pathlib
import re
import subprocess
import sys

import pytest


def blocks(path):
    """The lines of each fenced block of printed text, but for empty ones."""
    found = re.findall(r"^```text\n(.*?)^```$", path.read_text(), re.M | re.S)
    return [[line for line in block.split("\n") if line] for block in found]


def run(root, need, cwd, *command, library=()):
    """Run an example on MicroPython; return the lines that stay on the screen."""
    micropython = root / "build/unix/micropython"
    need(micropython.exists(), "no build/unix/micropython: make unix")
    path = ":".join(str(folder) for folder in (root / "mpy_lib", *library))
    environment = os.environ | {"MICROPYPATH": path}
    command = [micropython, *command]
    result = subprocess.run(command, cwd=cwd, env=environment, capture_output=True)
    assert 0 == result.returncode, result.stderr
    # Not text=True, which would make new lines of carriage returns.
    return [line.rsplit("\r", 1)[-1] for line in result.stdout.decode().split("\n")]


@pytest.mark.parametrize("block, arguments", [(0, ()), (1, ("motor.og", "fixed"))])
def test_anomaly_prints_what_it_says(root, tmp_path, need, block, arguments):
    example = root / "examples/anomaly"
    said = blocks(example / "README.md")[block]

    printed = run(root, need, tmp_path, example / "main.py", *arguments)

    assert said == [line for line in printed if line in said]
    assert [] == [line for line in printed if "False" in line]


@pytest.mark.parametrize("name", ["gestures", "keyword", "knock"])
def test_example_prints_what_it_says(root, tmp_path, need, name):
    example = root / "examples" / name
    said = blocks(example / "README.md")[0]

    printed = run(root, need, tmp_path, example / "main.py")

    assert said == [line for line in printed if line][1:]


def test_background_misses_no_sample(root, tmp_path, need):
    asyncio = pathlib.Path(os.environ.get("MICROPY_DIR") or root / "build/micropython") / "extmod"
    need((asyncio / "asyncio").is_dir(), f"no {asyncio}/asyncio: make unix")
    example = root / "examples/background"
    said = blocks(example / "README.md")[0]

    printed = run(root, need, tmp_path, example / "main.py", library=[asyncio])

    assert said == [line for line in printed if line in said]


def test_vae_digits_prints_what_it_says_and_leaves_a_picture(root, tmp_path, need):
    example = root / "examples/vae_digits"
    subprocess.run([sys.executable, root / "tools/digits_data.py"], check=True)
    said = blocks(example / "README.md")[0]

    folder, result, picture = root / "build/digits", tmp_path / "vae.json", tmp_path / "vae.png"
    printed = run(root, need, tmp_path, example / "main.py", folder, result)
    subprocess.run([sys.executable, example / "picture.py", result, picture], check=True)

    assert said == [line for line in printed if line in said]
    assert picture.stat().st_size > 5000
