"""Frozen layers, and weights that lie elsewhere."""

import gc
from array import array

from samples import random_bytes

import octograd as og


def refuse(name, function, *arguments, **options):
    """Print the error of a call that must not succeed, and must not change the net."""
    before = net.digest()
    try:
        function(*arguments, **options)
        print(name, arguments, "| WRONG: accepted")
    except (TypeError, ValueError) as e:
        named = " " not in name or str(e).startswith(name.split()[1] + ":")
        same = net.digest() == before
        print(name, "|", type(e).__name__, e, "" if named and same else "| WRONG")


def used():
    """Return the bytes of the heap in use, or 0 on CPython."""
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0


def make():
    """Return a net that is not built."""
    return og.Sequential(
        og.Conv2D(6, 3, activation=og.relu),
        og.MaxPool2D(2),
        og.Residual([og.DepthwiseConv2D(3, padding="same"), og.Conv2D(6, 1)]),
        og.Dropout(0.25),
        og.Flatten(),
        og.Dense(12, og.relu),
        og.Dense(3),
    )


def steps(net, n, lr, **options):
    """Train a net with n random samples; return the trainer."""
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(lr, **options))
    x = random_bytes(n * net.n_in, 4)
    for i in range(n):
        trainer.step(memoryview(x)[i * net.n_in : (i + 1) * net.n_in], i % 3)
    return trainer


# Which layers are frozen, what of them changes, and what they take.
SHAPE = (8, 9, 2)
for until in (0, 1, 2, 3, 4, 5, 6, -1, -2, -6, -7):
    net = make()
    net.freeze(until=until)
    net.build(SHAPE)
    before = [bytes(layer.w) for layer in net.weighted]
    steps(net, 12, 1 / 32, momentum=0.5, batch=2)
    moved = [bytes(layer.w) != w for layer, w in zip(net.weighted, before)]
    learns = [layer.trainable for layer in net.weighted]
    spare = [layer.residual is layer.velocity is layer.sums is None for layer in net.weighted]
    right = moved == learns and spare == [not one for one in learns]
    print("until", until, learns, net.digest()[:12], right or ("WRONG", moved, spare))
    print([t.name for t in net.plan(training=True).tensors if "error" in t.name])
net = make()
net.build(SHAPE)
for bad in (8, -8, 1.0, None, "1"):
    refuse("freeze until", net.freeze, until=bad)
net.freeze(until=7)
refuse("Trainer net", og.Trainer, net, og.MSE(), og.SGD(1))

# Thawed again, a net goes on with 16-bit weights, from what the frozen ones were.
net = make()
net.build(SHAPE)
steps(net, 6, 1 / 32)
for until in (5, 0, 6, 2):
    net.freeze(until=until)
    steps(net, 6, 1 / 32)
    print(
        "thawed", until, [layer.residual is not None for layer in net.weighted], net.digest()[:12]
    )

# Frozen weights are used where they lie, be they read-only.
N_IN, N_OUT = 64, 40
w, b = bytes(random_bytes(N_IN * N_OUT, 1)), array("i", [1000 * o for o in range(N_OUT)])
store = bytes(8) + w + bytes(8)
outputs = []
for name, where in (
    ("bytes", w),
    ("memoryview", memoryview(store)[8:-8]),
    ("bytearray", bytearray(w)),
):
    net = og.Sequential(og.Dense(N_OUT, og.relu, trainable=False), og.Dense(3))
    net.build((N_IN,))
    start = used()
    net.layers[0].set_weights(where, b, e_w=(-9,))
    # What it had before is free now.
    grown = used() - start
    in_place = net.layers[0].w is where and net.layers[0].b is b
    trainer = steps(net, 9, 1 / 16, momentum=0.5)
    outputs.append((list(net.predict(bytes(w[:N_IN]))), net.digest()))
    snapshot = net.snapshot()
    digest = net.digest()
    for label in range(3):
        trainer.step(w[:N_IN], label)
    moved = net.digest() != digest
    net.restore(snapshot)
    back = net.digest() == digest and net.layers[0].w is where
    print(name, in_place, grown <= 0 or ("WRONG", grown), moved, back, bytes(where) == w)
print(outputs[0][0], outputs[0] == outputs[1] == outputs[2])
# With an exponent for each row.
net.layers[0].set_weights(w, b, e_w=[-12 + o % 5 for o in range(N_OUT)])
print("rows", list(net.predict(w[:N_IN])), len(net.layers[0].e_w))
trainer = steps(net, 9, 1 / 16)
print("rows", list(net.predict(w[:N_IN])), net.digest()[:12])
for name, bad in (("w", w[1:]), ("w", w + b"1"), ("w", None), ("w", array("h", [1])), ("w", "1")):
    refuse("set_weights " + name, net.layers[0].set_weights, bad, b)
for bad in (None, b[1:], array("i")):
    refuse("set_weights b", net.layers[0].set_weights, w, bad)
for bad in ((), (-9, -9), bytes(N_OUT + 1)):
    refuse("set_weights e_w", net.layers[0].set_weights, w, b, e_w=bad)
refuse(
    "set_weights e_w", net.layers[1].set_weights, net.layers[1].w, net.layers[1].b, e_w=(1, 2, 3)
)
# Weights of a layer that learns are copied.
own, biases = bytearray(random_bytes(N_OUT * 3, 2)), array("i", [5, 6, 7])
net.layers[1].set_weights(own, biases, e_w=(-8,))
steps(net, 9, 1 / 4)
print("copied:", own == random_bytes(N_OUT * 3, 2), list(biases), net.digest()[:12])
# What is read-only or has an exponent for each row cannot be trained before it is set anew.
net.freeze(until=0)
refuse("Trainer", og.Trainer, net, og.MSE(), og.SGD(1))
net.freeze(until=1)
net.layers[0].set_weights(w, b)
net.freeze(until=0)
refuse("Trainer", og.Trainer, net, og.MSE(), og.SGD(1))
net.layers[0].set_weights(w, b, e_w=(-9,))
steps(net, 9, 1 / 32)
print("set anew:", bytes(net.layers[0].w) != w, list(b) == [1000 * o for o in range(N_OUT)])
