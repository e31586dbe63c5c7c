"""Programs that do the work, one core each."""

import os
import subprocess

from quality.places import ROOT

_FOLDERS = ("bench", "mpy_lib", "host_ref", "host_cli")


class Failed(Exception):
    """A program ended with an error, which is the text."""


def run(command, name, text=""):
    """Return what a program prints that reads `text`; `name` is for the error if it fails."""
    path = os.pathsep.join(str(ROOT / folder) for folder in _FOLDERS)
    own = {"PYTHONPATH": path, "MICROPYPATH": path, "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.run(
        command, env=os.environ | own, input=text, capture_output=True, text=True
    )
    if process.returncode:
        raise Failed(f"{name}: {process.stdout[-300:]}{process.stderr[-2000:]}")
    return process.stdout
