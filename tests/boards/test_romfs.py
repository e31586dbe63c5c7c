"""A model in a ROMFS: boards read frozen weights where they are, and train the rest."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import sessions
from emulate import Board

import octograd as og

# Memory that neither the firmware nor its disk uses: flash of the M0, RAM of RV32.
ADDRESSES = {"QEMU_M0": 0x90000, "QEMU_RV32": 0x81400000}

PROGRAM = """
import gc, sys, uctypes, vfs
vfs.mount(vfs.VfsRom(uctypes.bytearray_at({address}, {n})), "/image")
sys.path.insert(0, "/image")
import octograd as og
net = og.load("/image/warm.og")
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
trainer.step(bytes(64), 1)
net = trainer = None
gc.collect()
before = gc.mem_alloc()
net = og.load("/image/frozen.og")
gc.collect()
print(gc.mem_alloc() - before, net.digest())
at = [uctypes.addressof(layer.w) - {address} for layer in net.layers if layer.w is not None]
print([0 <= a < {n} for a in at])
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
for i in range(3):
    trainer.step(bytes([i, 40, 80, 120] * 16), i)
print(net.digest())
import _octograd
print(_octograd.__file__)
"""

# A net with a layer of each family, trained: on boards with the native modules of the image.
FAMILIES = """
import octograd as og
net = og.Sequential(
    og.Conv2D(4, 3, activation=og.relu),
    og.MaxPool2D(2),
    og.Residual([og.DepthwiseConv2D(3, padding="same"), og.Conv2D(4, 1)]),
    og.Dropout(0.25),
    og.Flatten(),
    og.Dense(3),
)
net.build((8, 8, 1), seed=2)
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16, batch=2))
for i in range(4):
    trainer.step(bytes([i, 40, 80, 120] * 16), i % 3)
og.EWC
digest = net.digest()
"""
AT_BOARD = """
import sys, uctypes, vfs
vfs.mount(vfs.VfsRom(uctypes.bytearray_at({address}, {n})), "/image")
sys.path.insert(0, "/image")
"""


def make():
    """Return a net of which all but the last layer is frozen, 10,240 bytes of weights."""
    net = og.Sequential(
        og.Flatten(),
        og.Dense(128, og.relu, trainable=False),
        og.Dense(16, og.relu, trainable=False),
        og.Dense(3),
    )
    net.build((8, 8, 1), seed=3)
    return net


def make_image(name, folder, net):
    """Return an image of the library, the modules for a board, and a model."""
    image = folder / "image.romfs"
    folder = folder / "files"
    folder.mkdir()
    arch = (sessions.BUILD / name / "board.txt").read_text().split()[-1]
    for path in sessions.native_files(arch):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "octograd").mkdir()
    for path in sorted((sessions.BUILD / "library/octograd").iterdir()):
        (folder / "octograd" / path.name).write_bytes(path.read_bytes())
    net.save(str(folder / "frozen.og"))
    net.save(str(folder / "warm.og"))
    command = [sys.executable, "-m", "mpremote", "romfs", "-o", image, "--no-mpy", "build", folder]
    subprocess.run(command, check=True, capture_output=True)
    return image


def run(name, image, program):
    """Return what a program prints on a board, with an image in its memory."""
    n, address = image.stat().st_size, ADDRESSES[name]
    loader = f"loader,file={image},addr={address:#x},force-raw=on"
    with Board(name, native=True, options=("-device", loader)) as board:
        return board.mpremote("exec", program.format(address=address, n=n), timeout=900)


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_frozen_weights_stay_in_romfs(name, tmp_path, need):
    need(not sessions.missing(name, "native"), sessions.missing(name, "native"))
    net = make()
    image = make_image(name, tmp_path, net)
    digest = net.digest()
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
    for i in range(3):
        trainer.step(bytes([i, 40, 80, 120] * 16), i)

    printed = run(name, image, PROGRAM)

    grown, loaded, *rest = printed.split(maxsplit=2)
    where, trained, file = rest[0].splitlines()
    assert int(grown) < 5000 < sum(len(layer.w) for layer in net.layers if not layer.trainable
                                   and layer.w is not None)  # fmt: skip
    assert digest == loaded
    assert "[True, True, False]" == where
    assert net.digest() == trained
    assert "/image/_octograd.mpy" == file


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_modules_of_all_families_train(name, tmp_path, need):
    need(not sessions.missing(name, "native"), sessions.missing(name, "native"))
    image = make_image(name, tmp_path, make())
    here = {}
    exec(FAMILIES, here)
    modules = [path.stem for path in sessions.native_files("armv6m")]
    files = "\n".join(f"import {module}\nprint({module}.__file__[:7])" for module in modules)

    printed = run(name, image, AT_BOARD + FAMILIES + "print(digest)\n" + files)

    assert [here["digest"]] + ["/image/"] * len(modules) == printed.split()
