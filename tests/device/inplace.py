"""Frozen weights stay where a model's file is, at any address; all else is copied."""

import gc
from array import array

import _octograd
import octograd as og

rng = array("I", [0])
_octograd.rng_seed(rng, 5)


def make():
    """Return a net of which all but the last layer is frozen."""
    net = og.Sequential(
        og.Conv2D(8, 3, activation=og.relu, trainable=False),
        og.Flatten(),
        og.Dense(40, og.relu, trainable=False),
        og.Dense(3),
    )
    net.build((8, 8, 1), seed=3)
    return net


class Writer:
    """Takes what a file would."""

    def __init__(self):
        self.data = bytearray()

    def write(self, block):
        self.data += block


def used():
    """Return the bytes of the heap in use, or 0 on CPython."""
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0


def steps(net):
    """Train a net a little; return its digest."""
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
    for i in range(3):
        trainer.step(x, i)
    return net.digest()


from octograd.format import write  # noqa: E402

x = bytearray(64)
_octograd.rng_uniform(rng, 32512, x)
net = make()
writer = Writer()
write(net, writer)
file, outputs = bytes(writer.data), list(net.predict(x))
digest, trained = net.digest(), steps(net)
del net
for offset in range(4):
    # Not aligned to words, which ROMFS does not promise and a Cortex-M0 wants.
    rom = bytes(offset) + file
    view = memoryview(rom)[offset:]
    before = used()
    net = og.load(view)
    grown = used() - before
    frozen = [layer for layer in net.layers if layer.w is not None and not layer.trainable]
    n = sum([len(layer.w) for layer in frozen])
    print(offset, "frozen", n, "of", len(file), "in RAM:", grown > n and grown)
    print([type(layer.w).__name__ for layer in net.layers if layer.w is not None])
    print(net.digest() == digest, list(net.predict(x)) == outputs, steps(net) == trained)
    again = Writer()
    write(og.load(rom if offset == 0 else view), again)
    print("written again:", bytes(again.data) == file)
    net = rom = view = again = frozen = None  # a board has not the memory for two

# An address, not a copy: what is changed in the memory is changed in the net.
ram = bytearray(file)
net = og.load(ram)
before = net.digest()
for i in range(len(ram) - 4):
    ram[i] ^= 1
print("in place:", net.digest() != before)

for name, bad in (
    ("short", file[:-1]),
    ("empty", b""),
    ("magic", b"x" + file[1:]),
    ("damaged", file[:-9] + bytes([file[-9] ^ 1]) + file[-8:]),
    ("records", array("i", [0])),
):
    try:
        print(name, "WRONG: accepted", og.load(bad))
    except ValueError as e:
        print(name, e)
net = og.load(file)
net.layers[0].trainable = True
try:
    og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
    print("WRONG: accepted")
except ValueError as e:
    print(e)
