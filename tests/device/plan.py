"""A plan's figures are what a model really takes, on the heap, in the arena and in the file."""

import gc
import os

import octograd as og

PATH = "octograd-plan.tmp"
# Python's own objects, in bytes: of a net, and of each layer without and with a trainer, on a
# port of 64 bits. On one of 32 bits they are half of it.
NET_OVERHEAD, LAYER_OVERHEAD = 1280, (1088, 2400)
RELU = {"activation": og.relu}


def dense(*sizes, **options):
    """Return dense layers with ReLU between them."""
    layers = [og.Dense(n, og.relu, **options) for n in sizes[:-1]]
    return layers + [og.Dense(sizes[-1])]


def conv():
    """Return a small net for images."""
    return [
        og.Conv2D(4, 3, strides=2, padding="same", activation=og.relu),
        og.MaxPool2D(2),
        og.Flatten(),
        og.Dropout(0.5),
        og.Dense(3),
    ]


def separable():
    """Return a net with residual blocks."""
    return [
        og.Conv2D(4, 3, padding="same", activation=og.relu),
        og.Residual([og.Conv2D(8, 1, **RELU), og.DepthwiseConv2D(3, padding=1), og.Conv2D(4, 1)]),
        og.Residual(
            [og.DepthwiseConv2D(3, strides=2, padding="same", **RELU), og.Conv2D(6, 1)],
            shortcut=[og.Conv2D(6, 1, strides=2)],
            activation=og.relu,
        ),
        og.Residual([og.Conv2D(6, 2)], shortcut=[og.MaxPool2D(2, strides=1)]),
        og.GlobalAveragePool(),
        og.Dense(3),
    ]


def decoder():
    """Return a net from a vector to an image."""
    return [
        og.Dense(12, og.tanh),
        og.Reshape((2, 2, 3)),
        og.Conv2DTranspose(4, 3, strides=2, padding="same", activation=og.relu6),
        og.UpSampling2D(2),
        og.Conv2D(3, 3, padding="same", activation=og.leaky_relu()),
        og.AveragePool2D(2, strides=1),
        og.Conv2D(1, 2),
    ]


def signal():
    """Return a net for signals, with windows that overlap."""
    return [
        og.Conv1D(6, 5, strides=2, activation=og.relu),
        og.MaxPool1D(3, strides=2, padding="same"),
        og.Conv1D(4, 3, activation=og.sigmoid, trainable=False),
        og.AveragePool1D(2),
        og.Flatten(),
        og.Dense(3),
    ]


def latent():
    """Return a net with a latent layer."""
    return [
        og.Dense(9, og.relu),
        og.Latent(5, warmup=30),
        og.Dense(11, og.relu),
        og.Dense(3),
    ]


NOTHING = {}
ALL = {"momentum": 0.9, "batch": 4}
# With a function for the layers: a list keeps built ones alive, and so does, for as long as this
# module runs, the stack that a list of them was made on.
VARIANTS = (
    ("one layer", (5,), 16, lambda: dense(3), None, NOTHING),
    ("two", (30,), 16, lambda: dense(17, 10), None, NOTHING),
    ("two 8-bit", (30,), 8, lambda: dense(17, 10), None, NOTHING),
    ("momentum", (30,), 16, lambda: dense(17, 10), None, {"momentum": 0.9}),
    ("batch", (30,), 16, lambda: dense(17, 10), None, {"batch": 2}),
    ("all", (30,), 8, lambda: dense(17, 10, use_bias=False), None, ALL),
    ("first frozen", (40,), 16, lambda: dense(9, 21, 4), 1, NOTHING),
    ("last only 8-bit", (40,), 8, lambda: dense(9, 4), 1, ALL),
    ("odd sizes", (7,), 16, lambda: dense(3, 5, 1), None, NOTHING),
    ("large", (100,), 16, lambda: dense(60, 10), None, NOTHING),
    ("conv", (13, 11, 1), 16, conv, None, NOTHING),
    ("conv 8-bit", (13, 11, 1), 8, conv, None, {"momentum": 0.9}),
    ("conv frozen", (13, 11, 1), 16, conv, 1, ALL),
    ("separable", (9, 7, 2), 16, separable, None, ALL),
    ("separable frozen", (9, 7, 2), 16, separable, 2, NOTHING),
    ("separable, last only", (9, 7, 2), 8, separable, -1, NOTHING),
    ("decoder", (10,), 16, decoder, None, NOTHING),
    ("decoder all", (10,), 8, decoder, None, ALL),
    ("signal", (40, 3), 16, signal, None, {"batch": 3}),
    ("latent", (12,), 16, latent, None, NOTHING),
    ("latent all", (12,), 8, latent, 1, ALL),
    ("latent partial", (12,), 16, latent, None, {"partial": True}),
    ("latent frozen", (12,), 16, latent, 2, NOTHING),
    ("conv partial", (13, 11, 1), 16, conv, None, {"partial": True}),
    ("separable partial", (9, 7, 2), 16, separable, None, {"partial": True}),
)


def n_bytes(*buffers):
    """Return the bytes of buffers, each given with the bytes of an item."""
    return sum([len(buffer) * size for buffer, size in buffers if buffer is not None])


def layers_of(layers):
    """Return all layers, those within blocks too."""
    found = []
    for layer in layers:
        if isinstance(layer, og.Residual):
            found += layers_of(layer.layers) + layers_of(layer.shortcut) + [layer.add]
        else:
            found.append(layer)
    return found


def inference_bytes(net):
    """Return the bytes of all buffers of a net."""
    n = n_bytes((net.arena, 1), (net.outputs, 4), (net.rng, 4), (net._exponents, 2))
    for layer in layers_of(net.layers):
        n += n_bytes((layer.w, 1), (layer.residual, 1), (layer.b, 4), (layer.e_w, 1))
        n += n_bytes((layer.velocity, 2), (layer.sums, 4), (getattr(layer, "_batch", None), 2))
        n += n_bytes((layer.y_range, 2), (layer.dy_range, 2), (layer.edge_range, 2))
        n += n_bytes((getattr(layer, "_mask", None), 4))
        if isinstance(layer, og.Latent):
            n += n_bytes((layer.mean, 2), (layer._noise, 2), (layer.log_variance, 1))
            n += n_bytes((layer._sums, 4), (layer.seen, 4))
    return n


def training_bytes(net, trainer):
    """Return the bytes of all buffers of a net and its trainer."""
    return inference_bytes(net) + n_bytes((trainer._exponents, 2), (trainer._error_exponents, 2))


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


def sound(plan):
    """Return whether tensors lie in the arena, aligned, and apart while they are needed."""
    tensors = plan.tensors
    for i, t in enumerate(tensors):
        if t.offset < 0 or t.offset + t.size > plan.arena or t.offset % 4 or t.start > t.end:
            return False
        for u in tensors[:i]:
            together = t.start <= u.end and u.start <= t.end
            if together and t.offset < u.offset + u.size and u.offset < t.offset + t.size:
                return False
    return plan.arena == max([t.offset + t.size for t in tensors] + [0])


# All modules are loaded before memory is measured.
net = og.Sequential(*conv() + dense(2))
net.build((13, 11, 1))
net.plan()
saved_bytes(net)
og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(0.1))
for name, shape, bits, layers, until, options in VARIANTS:
    net = og.Sequential(*layers(), weight_bits=bits)
    if until is not None:
        net.freeze(until=until)
    momentum, batch = options.get("momentum", 0), options.get("batch", 1)
    partial = options.get("partial", False)
    inference = net.plan(shape)
    kind = {"momentum": momentum > 0, "batch": batch, "partial": partial}
    training = net.plan(shape, training=True, **kind)
    sgd = og.SGD(1 / 64, momentum=momentum, batch=batch)
    partial = og.PartialUpdate() if partial else None
    start = used()
    net.build(shape)
    built = used()
    exact = [inference_bytes(net) == inference.ram, saved_bytes(net) == inference.flash]
    exact += [len(net.arena) == inference.arena, str(net.plan()) == str(inference)]
    between = used()
    trainer = og.Trainer(net, og.MSE(), sgd, partial=partial)
    trained = used()
    exact += [training_bytes(net, trainer) == training.ram, saved_bytes(net) == training.flash]
    exact += [len(net.arena) == max(training.arena, inference.arena)]
    fits = True
    if start is not None:
        n = len(layers_of(net.layers))
        grown = built - start, built - start + trained - between
        for k, plan in enumerate((inference, training)):
            overhead = NET_OVERHEAD + LAYER_OVERHEAD[k] * n
            fits = fits and grown[k] <= plan.ram * 105 // 100 + overhead
    for plan in (inference, training):
        sums = [sum([row[k] for row in plan.rows]) for k in (3, 4, 5)]
        exact += [sums == [plan.flash, plan.ram, plan.macs], sound(plan)]
    print(name, inference.flash, inference.ram, inference.arena, inference.macs, end=" ")
    print(training.flash, training.ram, training.arena, training.macs)
    print("figures are right:", (all(exact) and fits) or ("WRONG", exact, fits))
    net = trainer = inference = plan = sums = exact = None
print(training)

# The same for a trained net that is frozen in part after loading.
net = og.Sequential(*conv())
net.build((13, 11, 1))
og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(0.1))
net.save(PATH)
net = og.load(PATH)
os.remove(PATH)
net.freeze(until=1)
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(0.1))
training = net.plan(training=True)
exact = (training_bytes(net, trainer) == training.ram, saved_bytes(net) == training.flash)
print("frozen after loading:", exact, "" if all(exact) else "WRONG")

# A plan takes nothing that is as large as the model.
net = og.Sequential(og.Dense(32768, og.relu), og.Dense(10))
p = net.plan((32768,), training=True)
print(p.flash, p.ram, p.macs, net.input_shape)
