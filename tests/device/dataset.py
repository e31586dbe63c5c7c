"""A data set in a file trains as one in memory, in any order; and what a file may not be."""

from array import array

from border import locked, random, refused
from files import PATH, read, remove, write

import octograd as og

N_IN, N_CLASSES, N = 10, 3, 23


def make(loss, n_out):
    """Return a new net and its trainer."""
    net = og.Sequential(og.Dense(6, og.relu), og.Dense(n_out))
    net.build((N_IN,), seed=4)
    return net, og.Trainer(net, loss, og.SGD(1 / 16))


def records(x, y, n_out):
    """Return what a file of samples holds."""
    rows = [
        bytes(x[i * N_IN : (i + 1) * N_IN]) + bytes(y[i * n_out : (i + 1) * n_out])
        for i in range(N)
    ]
    return b"".join(rows)


x, labels = random("b", N * N_IN, 127), bytes([i * 7 % N_CLASSES for i in range(N)])
targets = random("b", N * 2, 127)

# Orders.
order = og.Shuffle(9, seed=3)
print(len(order), [order[i] for i in range(9)])
seen = []
for _ in range(3):
    order.shuffle()
    seen.append([order[i] for i in range(9)])
    print(seen[-1], sorted(seen[-1]) == list(range(9)) or "WRONG")
again = og.Shuffle(9, seed=3)
again.shuffle()
print([again[i] for i in range(9)] == seen[0] or "WRONG")
# The first of three is each as often.
firsts = [0] * 3
order = og.Shuffle(3)
for _ in range(300):
    order.shuffle()
    firsts[order[0]] += 1
print(firsts, min(firsts) > 75 or "WRONG")
for value in (0, 65536, None, 1.0):
    refused("n", og.Shuffle, value)
for value in (-1, 2**30, None):
    refused("seed", og.Shuffle, 3, seed=value)

# The same bytes from a file as from memory.
for loss, y, n_out in ((og.SoftmaxCrossEntropy(), labels, 1), (og.MSE(), targets, 2)):
    write(records(x, y, n_out))
    for shuffle in (False, True):
        outcomes = []
        for from_file in (False, True):
            net, trainer = make(loss, N_CLASSES if n_out == 1 else 2)
            dataset = og.Dataset(PATH, N_IN, n_out=None if n_out == 1 else n_out)
            pair = (dataset,) if from_file else (x, y)
            samples = 0
            for _ in trainer.fit(*pair, epochs=2, shuffle=shuffle, seed=5):
                samples += 1
            loss_now, accuracy = trainer.evaluate(*pair)
            outcomes.append((samples, int(1024 * N * loss_now + 0.5), accuracy, net.digest()))
            ewc = og.EWC(trainer)
            ewc.measure(*pair)
            outcomes[-1] += (bytes(ewc.parts[0].importance),)
            dataset.close()
        same = outcomes[0] == outcomes[1]
        print(len(dataset), outcomes[1][:2], outcomes[1][3][:12], same or "WRONG")


# Nothing is allocated.
def rest(fit, _, __):
    """Run a fit to its end."""
    for _ in fit:
        pass


def read_all(dataset, sample, target):
    """Read all records, the last first."""
    for i in range(N - 1, -1, -1):
        dataset.record_into(i, sample, target)


net, trainer = make(og.MSE(), 2)
with og.Dataset(PATH, N_IN, n_out=2) as dataset:
    locked("regression: read", read_all, dataset, bytearray(N_IN), bytearray(2))
    fit = trainer.fit(dataset, epochs=2)
    next(fit)
    locked("regression: fit", rest, fit, None, None)
    print(net.digest()[:12])
write(records(x, labels, 1))
net, trainer = make(og.SoftmaxCrossEntropy(), N_CLASSES)
dataset = og.Dataset(PATH, N_IN)
sample = bytearray(N_IN)
locked("classes: read", read_all, dataset, sample, None)
fit = trainer.fit(dataset, epochs=2)
next(fit)
locked("classes: fit", rest, fit, None, None)
order = og.Shuffle(9)
locked("shuffle", lambda order, _, __: order.shuffle(), order, None, None)
print(net.digest()[:12], dataset.record_into(4, sample, None), list(sample))

# Refusals: arguments, a net that does not fit, a label, a file that is cut.
for value in (0, 32769, None, 1.0):
    refused("n_in", og.Dataset, PATH, value)
for value in (0, 32769, 1.0):
    refused("n_out", og.Dataset, PATH, N_IN, n_out=value)
refused(PATH, og.Dataset, PATH, N * (N_IN + 1))
for value in (-1, N, None, 1.0):
    refused("index", dataset.record_into, value, sample, None)
for value in (bytearray(N_IN - 1), array("h", bytes(2 * N_IN)), None):
    refused("x", dataset.record_into, 0, value, None)
refused("y", trainer.fit, dataset, labels)
for options in ({"n_out": 2}, {"n_out": 1}):
    with og.Dataset(PATH, N_IN, **options) as other:
        refused("target", other.record_into, 0, sample, bytearray(3))
        refused("x", trainer.fit, other)
        refused("x", trainer.evaluate, other)
with og.Dataset(PATH, N_IN + 1) as other:
    refused("x", trainer.fit, other)
before = net.digest()
dataset.close()
write(records(x, bytes([N_CLASSES] * N), 1))
with og.Dataset(PATH, N_IN) as dataset:
    refused("label", rest, trainer.fit(dataset), None, None)
    refused("label", trainer.evaluate, dataset)
    refused("label", og.EWC(trainer).measure, dataset)
    print("unchanged", net.digest() == before or "WRONG")
data = read()
for n in (1, N_IN, N_IN + 1, N_IN + 5, len(data) - 1):
    write(data[:n])
    try:
        with og.Dataset(PATH, N_IN) as dataset:
            print("cut", n, len(dataset))
    except ValueError as e:
        print("cut", n, e)
remove(PATH)
try:
    og.Dataset(PATH, N_IN)
    print("WRONG")
except OSError:
    print("no file")
