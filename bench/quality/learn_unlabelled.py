"""
Train an autoencoder on MicroPython as learn.py does a classifier: reads and prints alike.

After each epoch it prints what is asked for of the test set: "squared error", the mean one of
an item, or "AUC", of its scores for the samples with label 0 against all others, which are not
learnt from. At the end, if asked for, "head accuracy".
"""

import json
import sys

import octograd as og
from quality import autoencoders, heads, nets, roc
from quality.learn import optimizer, samples


def item(x, i, n):
    """Return one of samples of n items, as a view."""
    return memoryview(x)[i * n : (i + 1) * n]


def signed(v):
    return (v ^ 128) - 128


def squared_error(net, x, labels):
    """Return the mean squared error of an item; 128 is 1."""
    total, n = 0, net.n_in
    for i in range(len(labels)):
        one = item(x, i, n)
        restored = net.reconstruct(one)
        for k in range(n):
            d = signed(one[k]) - restored[k]
            total += d * d
    return total / 16384 / len(x)


def auc(net, x, labels):
    """Return the AUC of the net's scores."""
    n = net.n_in
    return roc.area([net.score(item(x, i, n)) for i in range(len(labels))], labels)


MEASURES = {"squared error": squared_error, "AUC": auc}


def only(x, n, indices):
    """Return a copy of some of samples of n items."""
    found = bytearray(len(indices) * n)
    for k, i in enumerate(indices):
        found[k * n : (k + 1) * n] = item(x, i, n)
    return found


def head_accuracy(net, setting, train, test):
    """Return how well a head reads the code, from a few labels, in percent."""
    head, (x, labels), n = setting["head"], train, net.n_in

    def learn(shift, some, held):
        layers = nets.make(head["net"])[1]
        model = og.Sequential(net.features(), *layers)
        model.build(net.input_shape, seed=setting["seed"])
        rate = {"shift": shift, "cosine": True, "sgd": {}}
        trainer = og.Trainer(model, og.SoftmaxCrossEntropy(), optimizer(rate))
        chosen = bytes([labels[i] for i in some])
        seen = trainer.fit(only(x, n, some), chosen, epochs=head["epochs"], seed=setting["seed"])
        for _ in seen:
            pass
        if held is None:
            return trainer.evaluate(*test)[1]
        return trainer.evaluate(only(x, n, held), bytes([labels[i] for i in held]))[1]

    return heads.accuracy(head, labels, learn)


def main(setting):
    """Train for all epochs, or until the net diverges."""
    shape, layers = nets.make(setting["net"])
    net = autoencoders.make(layers, setting["weight_bits"])
    net.build(shape, seed=setting["seed"])
    train = samples(setting["data"], "train", setting["samples"], net.n_in)
    test = samples(setting["data"], "test", setting["test_samples"], net.n_in)
    partial = setting["trainer"].get("partial")
    partial = partial and og.PartialUpdate(**partial)
    learner, diverged = net.prepare(optimizer(setting), partial=partial), False
    x, name = train[0], setting["measure"]
    if name == "AUC":
        x = only(x, net.n_in, [i for i, label in enumerate(train[1]) if not label])
    try:
        for p in net.fit(x, epochs=setting["epochs"], seed=setting["seed"]):
            if p.sample == p.samples:
                print(json.dumps({name: MEASURES[name](net, *test), "loss": p.loss}))
    except og.Diverged:
        diverged = True
        print(json.dumps({name: MEASURES[name](net, *test), "loss": None}))
    end = {"diverged": diverged, "saved": learner.report().saved, "digest": net.digest()}
    if setting["head"]:
        end["head accuracy"] = head_accuracy(net, setting, train, test)
    print(json.dumps(end))


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()))
