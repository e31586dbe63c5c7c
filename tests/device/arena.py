"""Random nets: their arenas are sound, and to share memory changes nothing."""

import gc
from array import array

import _octograd
import octograd as og
import octograd.arena


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


def apart(slots):
    """Give each tensor a place of its own."""
    total = 0
    for slot in slots:
        slot.offset = total
        total += (slot.size + 3) & ~3
    return total


def below(n):
    """Return a random number from 0 to n - 1."""
    return _octograd.rng_below(rng, n)


def one_of(*items):
    """Return one of some items."""
    return items[below(len(items))]


def activation():
    """Return any activation."""
    return one_of(og.linear, og.relu, og.relu, og.relu6, og.sigmoid, og.tanh, og.leaky_relu())


def random_layer(channels):
    """Return a layer, or several, for images, and the number of channels behind."""
    kind, learns = below(9), {"trainable": below(4) > 0}
    out = 1 + below(5)
    padding = one_of("same", "same", "valid", 1)
    if kind < 3:
        options = {"strides": 1 + below(2), "padding": padding, "activation": activation()}
        return [og.Conv2D(out, 1 + below(3), **options, **learns)], out
    if kind == 3:
        return [og.DepthwiseConv2D(3, padding="same", activation=activation(), **learns)], channels
    if kind == 4:
        return [og.MaxPool2D(2, strides=1 + below(3), padding=one_of("valid", "same"))], channels
    if kind == 5:
        return [og.AveragePool2D(1 + below(2), strides=1 + below(2)), og.Dropout(0.3)], channels
    if kind == 6:
        return [og.UpSampling2D(2), og.Conv2D(out, 3, activation=activation(), **learns)], out
    if kind == 7:
        options = {"padding": "same", "activation": activation()}
        return [og.Conv2DTranspose(out, 2, strides=1 + below(2), **options, **learns)], out
    inner = [og.Conv2D(out, 1, activation=activation(), **learns)]
    inner.append(og.Conv2D(channels, 3, padding="same", activation=activation()))
    if below(3) == 0:
        inner.insert(1, random_layer(out)[0][0])
    if below(3):
        return [og.Residual(inner, activation=activation())], channels
    inner[-1] = og.Conv2D(out, 2, padding=one_of("same", "valid"))
    shortcut = one_of(og.Conv2D(out, 1, **learns), og.MaxPool2D(2, strides=1))
    return [og.Residual(inner, shortcut=[shortcut], activation=activation())], out


def random_net():
    """Return a net and a shape, which may not fit together."""
    channels = 1 + below(3)
    shape = (3 + below(6), 3 + below(6), channels)
    layers = []
    for _ in range(1 + below(5)):
        more, channels = random_layer(channels)
        layers += more
    layers += [og.Flatten(), og.Dense(4, activation()), og.Dense(3)]
    return og.Sequential(*layers, weight_bits=one_of(8, 16)), shape


def results(net, shape, options):
    """Build and train a net, and return all that comes of it."""
    net.build(shape)
    x = bytearray(3 * net.n_in)
    state = array("I", [9])
    _octograd.rng_uniform(state, 32512, x)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16, **options))
    for _ in trainer.fit(x, b"\0\1\2", epochs=2):
        pass
    return net.digest(), list(net.predict(x[: net.n_in]))


rng = array("I", [5])
good, tried, shared = 0, 0, 0
together = og.arena.place
while good < 60:
    tried += 1
    net = plans = None  # a board has not the memory for two nets
    gc.collect()  # nor for pieces between those of the next
    try:
        net, shape = random_net()
        plans = net.plan(shape), net.plan(shape, training=True)
    except ValueError:
        continue
    if sum([tensor.size for tensor in plans[1].tensors]) > 4096:
        continue  # a small board may have no piece of its heap that large
    options = one_of({}, {}, {"momentum": 0.5}, {"batch": 2})
    try:
        expected = results(net, shape, options)
        og.arena.place = apart
        same = results(net, shape, options) == expected
        shared += len(net.arena) - plans[1].arena
    finally:
        og.arena.place = together
    ok = same and sound(plans[0]) and sound(plans[1])
    print(good, plans[0].arena, plans[1].arena, expected[0][:12], ok or ("WRONG", net, shape))
    good += 1
print("tried", tried, "bytes shared", shared)
