"""The README's program prints what the README says, on MicroPython."""

import os
import re
import subprocess
import sys


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
