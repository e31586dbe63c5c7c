"""
Train one net in float32 as learn.py does in integers: reads and prints the same.

The same initial weights, order of samples, epochs and schedule.
"""

import json
import sys

import numpy as np

import octograd as og
from octograd_ref.rng import rng_below, rng_seed
from quality import nets, samples, weights
from quality.float_losses import softmax_cross_entropy
from quality.float_net import FloatNet


def orders(n, epochs, seed):
    """Yield the order of the samples in each epoch, as Trainer.fit() shuffles them."""
    state, order = rng_seed(seed), list(range(n))
    for _ in range(epochs):
        for i in range(n - 1, 0, -1):
            state, j = rng_below(state, i + 1)
            order[i], order[j] = order[j], order[i]
        yield order


def build(setting, loss=softmax_cross_entropy):
    """Return (net, its SGD)."""
    schedule = og.CosineDecay() if setting["cosine"] else None
    sgd = og.SGD(2.0 ** -setting["shift"], schedule=schedule, **setting["sgd"])
    shape, layers = nets.make(setting["net"])
    start = weights.start(setting, layers, shape)
    og.Sequential(*layers).freeze(until=setting["until"])
    return FloatNet(layers, shape, start, sgd, loss), sgd


def main(setting):
    """Train for all epochs."""
    np.seterr(all="ignore")
    net, sgd = build(setting)
    folder, items = setting["data"], net.graph.input_size
    x, y = samples.read(folder, "train", setting["samples"], items)
    test = samples.read(folder, "test", setting["test_samples"], items)
    old = samples.read(setting["old"], "test", setting["old_test_samples"], items)
    epochs = setting["epochs"]
    old_before = net.right(*old)
    for epoch, order in enumerate(orders(len(x), epochs, setting["seed"])):
        sgd.start_epoch(epoch, epochs)
        loss = sum(net.step(x[i], y[i]) for i in order) / len(x)
        loss = float(loss) if np.isfinite(loss) else None
        print(json.dumps({"right": net.right(*test), "loss": loss}))
    finite = all(np.isfinite(w).all() for w, _ in net.weights)
    end = {"diverged": not finite, "saved": 0, "digest": None}
    print(json.dumps(end | {"old_before": old_before, "old": net.right(*old)}))


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()))
