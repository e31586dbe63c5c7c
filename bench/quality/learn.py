"""
Train one net on MicroPython, with the C kernels, and say how well it does after each epoch.

Reads a setting, as trainings.py makes it, in JSON. (MicroPython's arguments end at 255 bytes.)
Prints lines of JSON: after each epoch the right answers by class; at the end what came of it.
"""

import json
import sys

import octograd as og
from quality import nets


def read(path, size):
    """Return a file of a known size without a second copy of it."""
    data = bytearray(size)
    with open(path, "rb") as file:
        if file.readinto(data) != size:
            raise ValueError(f"{path}: {size} bytes expected")
    return data


def samples(folder, kind, n, items):
    """Return n samples of one kind in a folder, and their labels."""
    if not n:
        return b"", b""
    return read(f"{folder}/{kind}-x", n * items), read(f"{folder}/{kind}-y", n)


def build(setting):
    """Return a net: random or loaded, with its frozen layers."""
    if setting["model"]:
        net = og.load(setting["model"])
    else:
        shape, layers = nets.make(setting["net"])
        net = og.Sequential(*layers, weight_bits=setting["weight_bits"])
        net.build(shape, seed=setting["seed"])
    net.freeze(until=setting["until"])
    return net


def optimizer(setting):
    """Return the SGD of a setting."""
    schedule = og.CosineDecay() if setting["cosine"] else None
    return og.SGD(2.0 ** -setting["shift"], schedule=schedule, **setting["sgd"])


def keepers(net, setting):
    """Return what keeps the domain before: (ReplayBuffer or None, EWC or None)."""
    keep, replay, ewc = setting["keep"], None, None
    if keep:
        x, y = samples(setting["old"], "train", setting["old_samples"], net.n_in)
    if "rehearsal" in keep:
        n, classes = net.n_in, len(net.outputs)
        replay = og.ReplayBuffer(n, keep["rehearsal"], classes=classes, seed=setting["seed"])
        for i, label in enumerate(y):
            replay.add(memoryview(x)[i * n : (i + 1) * n], label)
    if "EWC" in keep:
        ewc = og.EWC(trainer(net, setting, None), strength=keep["EWC"])
        ewc.measure(x, y)
    return replay, ewc


def trainer(net, setting, ewc):
    """Return the Trainer of a setting."""
    options = dict(setting["trainer"], consolidate=ewc)
    if "partial" in options:
        options["partial"] = og.PartialUpdate(**options["partial"])
    return og.Trainer(net, og.SoftmaxCrossEntropy(), optimizer(setting), **options)


def right(net, x, y):
    """Return by class the number of samples that are classified rightly."""
    x, n = memoryview(x), net.n_in
    found = [0] * len(net.outputs)
    for i in range(len(y)):
        found[y[i]] += net.classify(x[i * n : (i + 1) * n]) == y[i]
    return found


def main(setting):
    """Train for all epochs, or until the net diverges."""
    net = build(setting)
    x, y = samples(setting["data"], "train", setting["samples"], net.n_in)
    test = samples(setting["data"], "test", setting["test_samples"], net.n_in)
    old = samples(setting["old"], "test", setting["old_test_samples"], net.n_in)
    old_before = right(net, *old)
    replay, ewc = keepers(net, setting)
    learner = trainer(net, setting, ewc)
    epochs, seed, diverged = setting["epochs"], setting["seed"], False
    try:
        for p in learner.fit(x, y, epochs=epochs, seed=seed, replay=replay):
            if p.sample == p.samples:
                print(json.dumps({"right": right(net, *test), "loss": p.loss}))
    except og.Diverged:
        diverged = True
        print(json.dumps({"right": right(net, *test), "loss": None}))
    end = {"diverged": diverged, "saved": learner.report().saved, "digest": net.digest()}
    print(json.dumps(end | {"old_before": old_before, "old": right(net, *old)}))


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()))
