"""
Model files of all kinds of layers whose checksum is right and whose fields are not.

Each is refused, or loads, predicts and learns. Writes a file into the current folder and
removes it.
"""

import struct

from files import PATH, blocks, decoder, latent, outcome, read, remove, signals, with_checksum

import octograd as og


def outcomes(name, data, changes):
    """Print what comes of a file with each of some changes: of places, and a byte for them."""
    try:
        found = ""
        for places, value in changes:
            changed = bytearray(data)
            for k in places:
                changed[k] = value
            found += outcome(with_checksum(changed), (0,))
        print(name, found)
    except MemoryError:
        print("SKIP", name + ": memory")


NETS = (
    ("blocks", (5, 8, 1), blocks()),
    ("decoder", (4,), decoder()),
    ("signals", (12, 2), signals()),
    ("latent", (6,), latent()),
)
for name, shape, layers in NETS:
    net = og.Sequential(*layers)
    net.build(shape, seed=8)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32))
    for i in range(10):
        trainer.step(bytes([7 * i] * net.n_in), i % 2)
    net.save(PATH)
    data = read()
    net = trainer = None
    headers = 32 + 40 * struct.unpack("<H", data[10:12])[0]
    print(name, len(data), headers, outcome(data, (0,)))
    for k in range(20, headers):
        # The bytes of ranges are alike in all layers.
        if 20 <= (k - 32) % 40 < 38 and k >= 72:
            continue
        values = [value for value in (3, 255) if value != data[k]]
        outcomes("%s byte %d" % (name, k), data, [((k,), value) for value in values])
    places = range(headers, len(data) - 4)
    outcomes(name + " tensors", data, [(places, value) for value in (0, 127, 128, 255)])
remove(PATH)
