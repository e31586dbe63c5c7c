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


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_frozen_weights_stay_in_romfs(name, tmp_path, need):
    need(not sessions.missing(name, "native"), sessions.missing(name, "native"))
    folder, image = tmp_path / "files", tmp_path / "image.romfs"
    folder.mkdir()
    arch = (sessions.BUILD / name / "board.txt").read_text().split()[-1]
    for path in sessions.native_files(arch):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "octograd").mkdir()
    for path in sorted((sessions.BUILD / "library/octograd").iterdir()):
        (folder / "octograd" / path.name).write_bytes(path.read_bytes())
    net = make()
    net.save(str(folder / "frozen.og"))
    net.save(str(folder / "warm.og"))
    digest = net.digest()
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
    for i in range(3):
        trainer.step(bytes([i, 40, 80, 120] * 16), i)
    command = [sys.executable, "-m", "mpremote", "romfs", "-o", image, "--no-mpy", "build", folder]
    subprocess.run(command, check=True, capture_output=True)
    n, address = image.stat().st_size, ADDRESSES[name]

    loader = f"loader,file={image},addr={address:#x},force-raw=on"
    with Board(name, native=True, options=("-device", loader)) as board:
        printed = board.mpremote("exec", PROGRAM.format(address=address, n=n), timeout=900)

    grown, loaded, *rest = printed.split(maxsplit=2)
    where, trained, file = rest[0].splitlines()
    assert int(grown) < 5000 < sum(len(layer.w) for layer in net.layers if not layer.trainable
                                   and layer.w is not None)  # fmt: skip
    assert digest == loaded
    assert "[True, True, False]" == where
    assert net.digest() == trained
    assert "/image/_octograd.mpy" == file
