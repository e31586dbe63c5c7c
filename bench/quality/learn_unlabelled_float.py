"""
Train one autoencoder in float32 as learn_unlabelled.py does in integers: reads and prints alike.
"""

import json
import sys

import numpy as np

import octograd as og
from quality import autoencoders, float_losses, heads, learn_float, nets, roc, samples

LOSSES = {
    og.BinaryCrossEntropy: float_losses.binary_cross_entropy,
    og.MSE: float_losses.mean_squared_error,
}


def build(setting):
    """Return (net, its SGD)."""
    model = autoencoders.make(nets.make(setting["net"])[1])
    return learn_float.build(setting, LOSSES[type(model.loss)])


def squared_error(net, x, labels):
    """Return the mean squared error of an item."""
    y = np.array([net.forward(one).copy() for one in x])
    if net.loss is float_losses.binary_cross_entropy:
        y = float_losses.sigmoid(y)
    # A net that has diverged is as bad as can be.
    return float(np.nan_to_num(np.square(y - x).mean(), nan=np.inf))


def auc(net, x, labels):
    """Return the AUC of the net's losses."""
    scores = [net.loss(net.forward(one), one)[0] for one in x]
    return roc.area(np.nan_to_num(scores, nan=np.inf).tolist(), labels)


MEASURES = {"squared error": squared_error, "AUC": auc}


def head_accuracy(net, setting, train, test):
    """Return how well a head reads the code, from a few labels, in percent."""
    head = setting["head"]
    codes, test_codes = (np.array([net.code(one) for one in some[0]]) for some in (train, test))
    labels, seed = train[1], setting["seed"]

    def learn(shift, some, held):
        own = {"net": head["net"], "model": "", "seed": seed, "until": 0}
        model, sgd = learn_float.build(own | {"shift": shift, "cosine": True, "sgd": {}})
        for epoch, order in enumerate(learn_float.orders(len(some), head["epochs"], seed)):
            sgd.start_epoch(epoch, head["epochs"])
            for i in order:
                model.step(codes[some[i]], labels[some[i]])
        if held is None:
            x, y = test_codes, test[1]
        else:
            x, y = codes[held], [labels[i] for i in held]
        return sum(model.right(x, y)) / len(y)

    return heads.accuracy(head, labels, learn)


def main(setting):
    """Train for all epochs."""
    np.seterr(all="ignore")
    net, sgd = build(setting)
    folder, items = setting["data"], net.graph.input_size
    train = samples.read(folder, "train", setting["samples"], items)
    test = samples.read(folder, "test", setting["test_samples"], items)
    x, name = train[0], setting["measure"]
    if name == "AUC":
        x = x[np.array(train[1]) == 0]
    epochs = setting["epochs"]
    for epoch, order in enumerate(learn_float.orders(len(x), epochs, setting["seed"])):
        sgd.start_epoch(epoch, epochs)
        loss = sum(net.step(x[i], x[i]) for i in order) / len(x)
        loss = float(loss) if np.isfinite(loss) else None
        print(json.dumps({name: MEASURES[name](net, *test), "loss": loss}))
    finite = all(np.isfinite(w).all() for w, _ in net.weights)
    end = {"diverged": not finite, "saved": 0, "digest": None}
    if setting["head"]:
        end["head accuracy"] = head_accuracy(net, setting, train, test)
    print(json.dumps(end))


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()))
