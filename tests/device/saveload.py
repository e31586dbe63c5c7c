"""
Model files: round trips, damaged files, and files that are well-formed but hostile.

Writes files into the current folder and removes them.
"""

import struct
from array import array
from binascii import crc32

from files import (
    PATH,
    blocks,
    decoder,
    latent,
    outcome,
    read,
    remove,
    signals,
    with_checksum,
    write,
)
from samples import random_bytes

import _octograd
import octograd as og

OTHER = "octograd-test-2.tmp"
N_IN = 5


def train(net, n, seed, **options):
    """Make n steps with random samples, and return the sum of the losses."""
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32, **options))
    rng = array("I", [0])
    _octograd.rng_seed(rng, seed)
    x, total = bytearray(net.n_in), 0
    for i in range(n):
        _octograd.rng_uniform(rng, 32512, x)
        total += trainer.step(x, i % len(net.outputs))
    return total


def refuse(name, path):
    """Print the error of loading a file that is no model."""
    try:
        og.load(path)
        print(name, "| WRONG: loaded")
    except ValueError as e:
        print(name, "| ValueError", e)
    except OSError:
        print(name, "| OSError")


def usable():
    """Return whether the first net is as it was before all the damage."""
    return (net.digest(), list(net.predict(bytes(N_IN)))) == before


# Round trips, of nets before, while and after they are trained.
NETS = (
    ("untrained", (N_IN,), 16, lambda: (og.Dense(3, og.relu), og.Dense(2)), 0),
    ("16-bit", (N_IN,), 16, lambda: (og.Dense(3, og.relu), og.Dense(2)), 40),
    ("8-bit", (N_IN,), 8, lambda: (og.Dense(3, og.relu), og.Dense(2)), 40),
    ("frozen", (N_IN,), 16, lambda: (og.Dense(3, og.relu, trainable=False), og.Dense(2)), 40),
    ("images", (3, 4, 2), 16, lambda: (og.Flatten(), og.Dense(7, og.relu), og.Dense(3)), 300),
    ("one layer", (1,), 16, lambda: (og.Dense(1),), 5),
    ("blocks", (5, 8, 1), 16, blocks, 40),
    ("blocks 8-bit", (5, 8, 1), 8, blocks, 40),
    ("blocks untrained", (5, 8, 1), 16, blocks, 0),
    ("decoder", (4,), 16, decoder, 40),
    ("signals", (12, 2), 8, signals, 40),
    ("latent", (6,), 16, latent, 40),
    ("latent 8-bit", (6,), 8, latent, 40),
)
OPTIONS = ({}, {"batch": 3}, {"weight_decay": 0.5}, {"normalize": True})
for name, shape, bits, layers, n in NETS:
    net = loaded = None
    net = og.Sequential(*layers(), weight_bits=bits)
    net.build(shape, seed=8)
    train(net, n, 1) if n else None
    net.save(PATH)
    data = read()
    loaded = og.load(PATH)
    print(name, len(data), "%08x" % crc32(data[:-4]), net.digest()[:12])
    print(loaded.digest() == net.digest(), loaded.input_shape, loaded.weight_bits)
    print(repr(loaded) == repr(net), loaded)
    print(str(loaded.plan()) == str(net.plan()), net.plan().flash == len(data) or n > 0)
    x = random_bytes(net.n_in, 2)
    print(list(net.predict(x)) == list(loaded.predict(x)), net.classify(x) == loaded.classify(x))
    loaded.save(OTHER)
    print("saved again:", read(OTHER) == data)
    # From here on both go the same way.
    for options in OPTIONS:
        same = train(net, 12, 3, **options) == train(loaded, 12, 3, **options)
        print(same and net.digest() == loaded.digest() or "WRONG")
    net.save(PATH)
    loaded.save(OTHER)
    print("saved later:", read(PATH) == read(OTHER), net.digest()[:12])

# With momentum, a file leaves out where the net was going: a new start for both is the same.
net = og.Sequential(*signals())
net.build((12, 2))
train(net, 20, 1, momentum=0.9)
net.save(PATH)
loaded = og.load(PATH)
print("momentum:", train(loaded, 9, 3) == train(net, 9, 3), loaded.digest() == net.digest())

# A file holds a dropout's rate in 1/65536, and so does the layer.
for rate in (0.1, 0.3, 1 / 3, 0.979, 0.997, 0.999, 1 / 65536, 65535 / 65536):
    net = og.Sequential(og.Dropout(rate), og.Dense(2))
    net.build((40,))
    net.save(PATH)
    loaded = og.load(PATH)
    same = train(loaded, 3, 3) == train(net, 3, 3) and loaded.digest() == net.digest()
    print("rate", net.digest()[:12], same or "WRONG")

# Frozen layers with an exponent for each row.
net = og.Sequential(
    og.Conv2D(3, 3, strides=2, activation=og.relu, trainable=False),
    og.DepthwiseConv2D(2, padding="same", trainable=False),
    og.Residual([og.Conv2D(3, 1, trainable=False)]),
    og.Flatten(),
    og.Dense(4, og.relu, trainable=False),
    og.Dense(2),
)
net.build((7, 6, 2), seed=3)
for layer in net.weighted[:-1]:
    rows = [-9 + 2 * o for o in range(len(layer.b))]
    layer.set_weights(bytes(layer.w), array("i", layer.b), e_w=rows)
before = list(net.predict(random_bytes(net.n_in, 2)))
net.save(PATH)
loaded = og.load(PATH)
print("rows:", [list(layer.e_w) for layer in loaded.weighted], net.digest()[:12])
print(loaded.digest() == net.digest(), list(loaded.predict(random_bytes(net.n_in, 2))) == before)
print(train(net, 12, 3) == train(loaded, 12, 3), net.digest() == loaded.digest())
loaded.save(OTHER)
net.save(PATH)
print("saved later:", read(PATH) == read(OTHER), len(read()) == net.plan(training=True).flash)

net = og.Sequential(og.Dense(3, og.relu), og.Dense(2))
net.build((N_IN,), seed=8)
train(net, 40, 1)
net.save(PATH)
data = read()
before = net.digest(), list(net.predict(bytes(N_IN)))
train_again = outcome(data)
print("undamaged:", train_again, len(data))

# Not a model.
refuse("missing", "octograd-no-such-file.tmp")
refuse("folder", ".")
for name, text in (
    ("empty", b""),
    ("one byte", b"O"),
    ("magic only", b"OCTOGRAD"),
    ("magic and version", data[:10]),
    ("text", b"print('hello')\n" * 20),
    ("zeros", bytes(200)),
    ("other magic", b"OCTOGRAX" + data[8:]),
    ("twice", data + data),
    ("one more byte", data + b"\0"),
):
    write(text)
    refuse(name, PATH)
for version in (0, 2, 65535):
    write(with_checksum(data[:8] + struct.pack("<H", version) + data[10:]))
    refuse("version", PATH)
try:
    net.save("octograd-no-such-folder/x")
    print("save | WRONG: saved")
except OSError:
    print("save | OSError")
print("still usable:", usable())

# Cut short at every length.
print("cut:", "".join([outcome(data[:n]) for n in range(len(data))]))
# Every byte changed, two ways.
for flip in (1, 255):
    changed = bytearray(data)
    outcomes = ""
    for k in range(len(data)):
        changed[k] ^= flip
        outcomes += outcome(changed)
        changed[k] ^= flip
    print("changed:", outcomes)
print("still usable:", usable())

# Every byte of the headers and some of the tensors, with a checksum that fits.
HEADERS = 32 + 2 * 40
VALUES = (0, 1, 2, 5, 127, 128, 255)
for k in range(HEADERS + 4):
    outcomes = ""
    for value in VALUES:
        changed = bytearray(data)
        changed[k] = value
        outcomes += outcome(with_checksum(changed))
    print("byte", k, data[k], outcomes)
print("still usable:", usable())

# Extremes in every place at once.
for value in (0, 127, 128, 255):
    changed = bytearray(data)
    for k in range(HEADERS, len(data) - 4):
        changed[k] = value
    print("tensors of", value, outcome(with_checksum(changed)))
# Sizes whose product is that of nothing, and many layers.
for form, offset, value in (
    ("<H", 10, 65535),
    ("<H", 10, 0),
    ("<I", 12, 2**31 + 5),
    ("<H", 22, 65535),
    ("<H", 24, 65535),
    ("<H", 36, 32768),
    ("<H", 36, 65535),
    ("<H", 76, 65535),
    ("<h", 52, -512),
    ("<h", 52, 511),
    ("<h", 52, -511),
    ("<h", 56, 256),
    ("<h", 56, 255),
    ("<H", 70, 0),
    ("<H", 70, 3),
    ("<H", 70, 65535),
):
    changed = bytearray(data)
    struct.pack_into(form, changed, offset, value)
    print("field", offset, value, outcome(with_checksum(changed)))
print("still usable:", usable())
print("learns on:", train(net, 3, 9), net.digest()[:12])

remove(PATH)
remove(OTHER)
