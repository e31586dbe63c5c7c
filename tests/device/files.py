"""Model files: nets of all kinds of layers to fill them, and what comes of damaged ones."""

import os
import struct
from binascii import crc32

import octograd as og

PATH = "octograd-test.tmp"


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


def latent():
    """Return layers with a latent one among them."""
    return (
        og.Dense(4, og.relu),
        og.Latent(3, beta=3 / 8, warmup=70000),
        og.Dense(4, og.relu, trainable=False),
        og.Dense(2),
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


def remove(path):
    """Remove a file if it is there."""
    try:
        os.remove(path)
    except OSError:
        pass


def write(data):
    """Write a new file, which a disk with a journal does sooner than to replace one."""
    remove(PATH)
    with open(PATH, "wb") as file:
        file.write(data)


def read(path=PATH):
    """Read a file."""
    with open(path, "rb") as file:
        return file.read()


def with_checksum(changed):
    """Return a file with a checksum that fits."""
    return changed[:-4] + struct.pack("<I", crc32(changed[:-4]))


def outcome(data, labels=(0, 1)):
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
        net.predict(bytes([55] * net.n_in))
        trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 8))
        for label in labels:
            trainer.step(bytes([77] * net.n_in), label)
        return "L"
    except (ValueError, TypeError):
        return "p"
