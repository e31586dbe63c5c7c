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


def trainer(net, setting):
    """Return the Trainer of a setting."""
    options = dict(setting["trainer"])
    if "partial" in options:
        options["partial"] = og.PartialUpdate(**options["partial"])
    return og.Trainer(net, og.SoftmaxCrossEntropy(), optimizer(setting), **options)


def right(net, x, y, classes):
    """Return by class the number of samples that are classified rightly."""
    x, n = memoryview(x), net.n_in
    found = [0] * classes
    for i in range(len(y)):
        found[y[i]] += net.classify(x[i * n : (i + 1) * n]) == y[i]
    return found


def main(setting):
    """Train for all epochs, or until the net diverges."""
    net = build(setting)
    learner = trainer(net, setting)
    n_train, n_test = setting["samples"], setting["test_samples"]
    x = read(setting["data"] + "/train-x", n_train * net.n_in)
    y = read(setting["data"] + "/train-y", n_train)
    test_x = read(setting["data"] + "/test-x", n_test * net.n_in)
    test_y = read(setting["data"] + "/test-y", n_test)
    classes = len(net.outputs)
    diverged = False
    try:
        for p in learner.fit(x, y, epochs=setting["epochs"], seed=setting["seed"]):
            if p.sample == p.samples:
                print(json.dumps({"right": right(net, test_x, test_y, classes), "loss": p.loss}))
    except og.Diverged:
        diverged = True
        print(json.dumps({"right": right(net, test_x, test_y, classes), "loss": None}))
    end = {"diverged": diverged, "saved": learner.report().saved, "digest": net.digest()}
    print(json.dumps(end))


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()))
