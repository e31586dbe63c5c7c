"""A plan's figures are what a model really takes, on the heap and in the file."""

import gc
import os

import octograd as og

PATH = "octograd-plan.tmp"
# Python's own objects, in bytes: of a net with its trainer, and of each layer. On a port of 64
# bits they were 890 and 430, on one of 32 bits they are half of it.
NET_OVERHEAD, LAYER_OVERHEAD = 1024, 512
VARIANTS = (
    ("one layer", (5,), 16, ((3, og.linear, True),)),
    ("two", (30,), 16, ((17, og.relu, True), (10, og.linear, True))),
    ("two 8-bit", (30,), 8, ((17, og.relu, True), (10, og.linear, True))),
    ("three", (8, 8), 16, ((9, og.relu, True), (21, og.relu, True), (4, og.linear, True))),
    ("first frozen", (40,), 16, ((9, og.relu, False), (21, og.relu, True), (4, og.linear, True))),
    ("second frozen", (40,), 16, ((9, og.relu, True), (21, og.relu, False), (4, og.linear, True))),
    ("last frozen", (40,), 16, ((9, og.relu, True), (21, og.relu, True), (4, og.linear, False))),
    ("last only 8-bit", (40,), 8, ((9, og.relu, False), (4, og.linear, True))),
    ("odd sizes", (7,), 16, ((3, og.relu, True), (5, og.linear, True), (1, og.linear, True))),
    ("large", (100,), 16, ((60, og.relu, True), (10, og.linear, True))),
)
ITEM_BYTES = {"b": 1, "h": 2, "i": 4, "I": 4}


def make(bits, records):
    """Return a net that is not built."""
    layers = [og.Dense(n, activation, trainable=learns) for n, activation, learns in records]
    return og.Sequential(og.Flatten(), *layers, weight_bits=bits)


def n_bytes(buffer):
    """Return the bytes of a buffer."""
    return len(bytes(buffer)) if buffer is not None else 0


def inference_bytes(net):
    """Return the bytes of all buffers of a built net."""
    n = n_bytes(net.arena) + n_bytes(net.outputs) + n_bytes(net.rng)
    for layer in net.computing:
        for buffer in (layer.w, layer.residual, layer.b, layer.e_w, layer.y_range, layer.dx_range):
            n += n_bytes(buffer)
    return n


def training_bytes(net, trainer):
    """Return the bytes of all buffers of a net and its trainer."""
    n = inference_bytes(net) + n_bytes(trainer._exponents)
    for view in trainer._outputs:
        n += n_bytes(view)
    return n


def used():
    """Return the bytes of the heap in use, or None on CPython."""
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else None


def saved_bytes(net):
    """Return the size of the file of a net."""
    net.save(PATH)
    try:
        return os.stat(PATH)[6]
    finally:
        os.remove(PATH)


# All modules are loaded before memory is measured.
net = make(16, VARIANTS[0][3])
net.build((5,))
net.plan()
saved_bytes(net)
og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(0.1))
for name, shape, bits, records in VARIANTS:
    net = make(bits, records)
    inference, training = net.plan(shape), net.plan(shape, training=True)
    start = used()
    net.build(shape)
    built = used()
    exact = [inference_bytes(net) == inference.ram, saved_bytes(net) == inference.flash]
    between = used()
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(0.1))
    trained = used()
    exact += [training_bytes(net, trainer) == training.ram, saved_bytes(net) == training.flash]
    fits = True
    if start is not None:
        overhead = NET_OVERHEAD + LAYER_OVERHEAD * len(net.layers)
        fits = built - start <= inference.ram + overhead
        fits = fits and built - start + trained - between <= training.ram + overhead
    for plan in (inference, training):
        sums = [sum(row[k] for row in plan.rows) for k in (3, 4, 5)]
        exact.append(sums == [plan.flash, plan.ram, plan.macs])
    print(name, inference.flash, inference.ram, inference.macs, end=" ")
    print(training.flash, training.ram, training.macs, exact, "within the plan:", fits)
    print("figures are right:", (all(exact) and fits) or "WRONG")
    print(training)

# The same for a trained net that is frozen in part after loading.
net = make(16, VARIANTS[3][3])
net.build(VARIANTS[3][1])
og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(0.1))
net.save(PATH)
net = og.load(PATH)
os.remove(PATH)
for layer in net.computing[:2]:
    layer.trainable = False
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(0.1))
training = net.plan(training=True)
exact = (training_bytes(net, trainer) == training.ram, saved_bytes(net) == training.flash)
print("frozen after loading:", exact, "" if all(exact) else "WRONG")

# A plan takes nothing that is as large as the model.
net = og.Sequential(og.Dense(32768, og.relu), og.Dense(10))
p = net.plan((32768,), training=True)
print(p.flash, p.ram, p.macs, net.input_shape)
