"""
A head from a few labels, for MicroPython and for CPython: which samples, and at which rate.

Its rate is the best of a few by cross-validation on the labelled samples alone, as a device
would have to choose it.
"""

FOLDS = 5


def few(labels, n):
    """Return the indices of the first n samples of each class, the classes mixed evenly."""
    found = {}
    for i, label in enumerate(labels):
        mine = found.setdefault(label, [])
        if len(mine) < n:
            mine.append(i)
    return [found[label][k] for k in range(n) for label in sorted(found)]


def folds(indices, classes, tried):
    """Return the first so many of FOLDS pairs (to learn from, held out)."""
    pairs = []
    for fold in range(tried):
        held = [i for k, i in enumerate(indices) if k // classes % FOLDS == fold]
        pairs.append(([i for i in indices if i not in held], held))
    return pairs


def accuracy(setting, labels, train):
    """
    Return the accuracy of a head on the test set, in percent.

    Args:
        setting: "labels" of each class, "shifts" to choose from, "folds" tried.
        labels: Of all samples to learn from.
        train: Trains a head at a rate with some samples, and returns the share that it gets
            right of others, None for the test set.
    """
    indices = few(labels, setting["labels"])
    pairs = folds(indices, len(set(labels)), setting["folds"])
    best = None
    for shift in setting["shifts"]:
        share = sum([train(shift, some, held) for some, held in pairs])
        # Of equals the smaller rate.
        if best is None or share >= best[0]:
            best = share, shift
    return 100 * train(best[1], indices, None)
