"""
Model files of all kinds of layers whose checksum is right and whose fields are not.

Each is refused, or loads, predicts and learns. Writes a file into the current folder and
removes it.
"""

import os
import struct
from binascii import crc32

import octograd as og

PATH = "octograd-hostile.tmp"


def blocks():
    """Return layers with residual blocks, one within another."""
    return (
        og.Conv2D(3, 3, padding=(1, 0), activation=og.relu),
        og.MaxPool2D((1, 2), strides=(1, 2)),
        og.Dropout(0.25),
        og.Residual(
            [
                og.DepthwiseConv2D((3, 1), padding="same", activation=og.relu6),
                og.Residual([og.Conv2D(3, 1, use_bias=False)], activation=og.tanh),
            ],
            activation=og.leaky_relu(1 / 4),
        ),
        og.Residual(
            [og.Conv2D(4, 2, strides=2)],
            shortcut=[og.MaxPool2D(), og.Conv2D(4, 1, trainable=False)],
        ),
        og.GlobalAveragePool(),
        og.Dense(2),
    )


def decoder():
    """Return layers from a vector to an image."""
    return (
        og.Dense(8, og.sigmoid),
        og.Reshape((2, 2, 2)),
        og.Conv2DTranspose(3, (2, 3), strides=(2, 1), padding="same", activation=og.relu),
        og.UpSampling2D((1, 2)),
        og.Conv2D(2, 3, padding="same", activation=og.relu),
        og.AveragePool2D(2, strides=(1, 2)),
        og.MaxPool2D(2, strides=1, padding="same"),
        og.MaxPool2D(3, strides=3, padding=1),
        og.Conv2D(2, 1),
    )


def signals():
    """Return layers for signals."""
    return (
        og.Conv1D(3, 3, strides=2, padding=1, activation=og.leaky_relu()),
        og.MaxPool1D(3, strides=1, padding="same"),
        og.AveragePool1D(2),
        og.Conv1D(2, 1, use_bias=False, trainable=False),
        og.Flatten(),
        og.Dense(3),
    )


def write(data):
    """Write a new file with a checksum that fits."""
    try:
        os.remove(PATH)
    except OSError:
        pass
    with open(PATH, "wb") as file:
        file.write(data[:-4])
        file.write(struct.pack("<I", crc32(data[:-4])))


def outcome(data):
    """
    Try to load and use a file of these bytes.

    Returns "L" if it loads, predicts and learns, "p" if its use is refused, "v" if its loading is
    refused.
    """
    write(data)
    try:
        net = og.load(PATH)
    except (ValueError, TypeError):
        return "v"
    try:
        x = bytes([55] * net.n_in)
        net.predict(x)
        og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 8)).step(x, 0)
        return "L"
    except (ValueError, TypeError):
        return "p"


def outcomes(name, data, changes):
    """Print what comes of a file with each of some changes: of places, and a byte for them."""
    try:
        found = ""
        for places, value in changes:
            changed = bytearray(data)
            for k in places:
                changed[k] = value
            found += outcome(changed)
        print(name, found)
    except MemoryError:
        print("SKIP", name + ": memory")


NETS = (
    ("blocks", (5, 8, 1), blocks()),
    ("decoder", (4,), decoder()),
    ("signals", (12, 2), signals()),
)
for name, shape, layers in NETS:
    net = og.Sequential(*layers)
    net.build(shape, seed=8)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32))
    for i in range(10):
        trainer.step(bytes([7 * i] * net.n_in), i % 2)
    net.save(PATH)
    with open(PATH, "rb") as file:
        data = file.read()
    net = trainer = None
    headers = 32 + 40 * struct.unpack("<H", data[10:12])[0]
    print(name, len(data), headers, outcome(data))
    for k in range(20, headers):
        # The bytes of ranges are alike in all layers.
        if 20 <= (k - 32) % 40 < 38 and k >= 72:
            continue
        values = [value for value in (3, 255) if value != data[k]]
        outcomes("%s byte %d" % (name, k), data, [((k,), value) for value in values])
    places = range(headers, len(data) - 4)
    outcomes(name + " tensors", data, [(places, value) for value in (0, 127, 128, 255)])
os.remove(PATH)
