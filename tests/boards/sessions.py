"""Sessions with emulated boards: all scripts in one go of mpremote, several boards at a time."""

import dataclasses
import os
import pathlib
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "device"))
import interpreters
from emulate import BUILD, EMULATOR, FIRMWARE, ROOT, RP2040_FLASH_MIB, Board, Rp2040Board

BUILDS = ("user", "native")
# The native modules and the whole library take more than half of a heap of 222 KB. Where that is
# all there is, these scripts leave the library in the flash, where it is frozen; the modules are
# the same.
SMALL = {"QEMU_M0", "QEMU_M4F", "QEMU_RV32"}
LARGE_SCRIPTS = {"anomaly", "arena", "autoencoder", "checkpoint", "dense", "inplace", "layers"}
LARGE_SCRIPTS |= {"memory", "plan", "quantizer", "saveload"}
SILENCE_S = 240  # after which a script is given up
MARK = "=== "

# What is free after start, and what is taken by the library with all that a net of dense layers
# needs, and by such a net with its trainer.
MEMORY = """
import gc
def mlp():
    net = og.Sequential(og.Flatten(), og.Dense(32, og.relu), og.Dense(10))
    net.build((8, 8, 1))
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32))
    trainer.step(bytes(64), 1)
    return net, trainer
gc.collect(); free = gc.mem_free(); a = gc.mem_alloc()
import octograd as og
mlp(); gc.collect(); b = gc.mem_alloc()
pair = mlp(); gc.collect(); c = gc.mem_alloc()
print(free, b - a, c - b)
"""


@dataclasses.dataclass
class Output:
    """What a script printed; `error` says why it has not come to its end."""

    lines: list
    error: str = ""
    seconds: float = 0.0


def missing(name, build):
    """Return what a session lacks, as a text that says how to get it, or None."""
    if name in RP2040_FLASH_MIB:
        for file in FIRMWARE / name / "firmware.uf2", EMULATOR / "rom.bin", EMULATOR / "main.js":
            if not file.exists():
                return f"{file.relative_to(ROOT)} is missing: make firmware emulator BOARD={name}"
        return None
    files = [BUILD / name / "board.txt"]
    files += [BUILD / name / {"user": "firmware.elf", "native": "stock.elf"}[build]]
    if all(file.exists() for file in files) and build == "native":
        files += [BUILD / "library", *native_files(files[0].read_text().split()[-1])]
    for file in files:
        if not file.exists():
            return f"{file.relative_to(ROOT)} is missing: make boards natmod"
    return None


def native_files(arch):
    """Return the native modules of an architecture."""
    modules = sorted(path.stem for path in (ROOT / "usermod/binding").glob("mod*.c"))
    return [ROOT / f"build/natmod/{arch}/_{module[3:]}.mpy" for module in modules]


def run(name, build, scripts, arch=None):
    """
    Run scripts on a board that is started for them.

    With `build` "user" the module and the library are in the firmware; with "native" both are
    .mpy files on the board's disk, the modules of `arch`, or of the best one for the board.

    Returns:
        A dict of script to Output, and of "memory" to three numbers of bytes: free after start,
        taken by the library, taken by a net with its trainer.
    """
    tight = [s for s in scripts if name in SMALL and build == "native" and s.stem in LARGE_SCRIPTS]
    outputs = _run(name, build, [s for s in scripts if s not in tight], arch)
    return outputs | _run(name, build, tight, arch, frozen=True)


def _run(name, build, scripts, arch, frozen=False):
    outputs, board = {}, None
    left = list(scripts)
    try:
        while left:
            board = board or _start(name, build, arch, frozen)
            if "memory" not in outputs and not frozen:
                outputs["memory"] = board.mpremote("exec", MEMORY).split()
            done, alive = _run_until_failure(board, left)
            outputs.update(done)
            left = [script for script in left if script not in outputs]
            if not alive:
                board.stop()
                board = None
    finally:
        if board:
            board.stop()
    return outputs


def _start(name, build, arch, frozen):
    if name in RP2040_FLASH_MIB:
        board = Rp2040Board(name)
    else:
        board = Board(name, native=build == "native")
    try:
        files = [*interpreters.HELPERS]
        if build == "native":
            if not frozen:
                # From the current folder, which comes before what is frozen.
                board.mpremote("cp", "-r", BUILD / "library/octograd", ":")
            files += native_files(arch or board.arch)
        board.mpremote("mkdir", ":lib", "+", "cp", *files, ":lib/")
    except BaseException:
        board.stop()
        raise
    return board


def _run_until_failure(board, scripts):
    """Return the outputs of scripts until one fails, and whether the board is alive."""
    chain = []
    for i, script in enumerate(scripts):
        chain += ["soft-reset", "+", "exec", f"print('{MARK}{i}')", "+", "run", script, "+"]
    process = subprocess.Popen(
        board.command(*chain[:-1]), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    outputs, silent = {}, []

    def give_up():
        silent.append(True)
        process.kill()

    current, start = None, time.monotonic()
    watchdog = threading.Timer(SILENCE_S, give_up)
    watchdog.start()
    for line in process.stdout:
        watchdog.cancel()
        watchdog = threading.Timer(SILENCE_S, give_up)
        watchdog.start()
        line = line.rstrip("\r\n")
        now = time.monotonic()
        if line.startswith(MARK):
            if current:
                current.seconds = now - start
            current, start = Output([]), now
            outputs[scripts[int(line[len(MARK) :])]] = current
        elif current:
            current.lines.append(line)
    watchdog.cancel()
    status = process.wait()
    if current is None:
        current = outputs[scripts[0]] = Output([])
    current.seconds = time.monotonic() - start
    if silent:
        current.error = f"no output for {SILENCE_S} s"
    elif status != 0:
        current.error = f"mpremote ended with {status}"
    return outputs, not silent


def workers():
    """Return how many boards run at a time."""
    return os.cpu_count() or 1
