"""
What does not fit raises MemoryError and leaves the model as it was, wherever memory runs out.

On MicroPython the heap is filled, and freed a few bytes at a time until a call succeeds. CPython
has no end of memory: there the calls succeed at once, with the same text.
"""

import gc
import os

import octograd as og

PATH = "octograd-memory.tmp"
LIMITED = hasattr(gc, "mem_free")
SHAPE, LARGE = (9, 8, 2), (14, 15, 2)


def make(weight_bits=16):
    """Return a net that is not built."""
    return og.Sequential(
        og.Conv2D(4, 3, padding="same", activation=og.relu),
        og.MaxPool2D(2),
        og.Dropout(0.25),
        og.Residual([og.DepthwiseConv2D(3, padding="same", activation=og.relu), og.Conv2D(4, 1)]),
        og.GlobalAveragePool(),
        og.Dense(3),
        weight_bits=weight_bits,
    )


def steps(trainer, n):
    """Make n steps with samples of some bytes."""
    for i in range(n):
        trainer.step(bytes([31 * i % 256] * trainer.net.n_in), i % 3)


def state(net):
    """Return what a net is, in short."""
    return net.digest(), list(net.predict(bytes([50] * net.n_in))), net.output_exponent


def fill(blocks, size):
    """Fill the heap with blocks of at most `size` bytes; return how many there are."""
    n = 0
    while LIMITED and size >= 16:
        try:
            while n < len(blocks):
                blocks[n] = bytearray(size)
                n += 1
            return n
        except MemoryError:
            size //= 2
    return n


def sweep(name, operate, check):
    """Run a function with more and more memory until it succeeds, with a check in between."""
    reserve, blocks = [None] * 40, [None] * 600
    gc.collect()
    for i in range(len(reserve)):
        reserve[i] = bytearray(1000)
    n, failures, right = fill(blocks, 2048), 0, True
    while True:
        try:
            result = operate()
            break
        except MemoryError:
            failures += 1
        for i in range(len(reserve)):
            reserve[i] = None
        right = right and check()
        for i in range(len(reserve)):
            try:
                reserve[i] = bytearray(1000)
            except MemoryError:
                pass
        n -= 1
        blocks[n] = None
    blocks = reserve = None
    gc.collect()
    failed = failures > 0 or not LIMITED
    print(name, "| failed, and nothing changed:", failed and right or ("WRONG", failures, right))
    return result


# All modules are loaded, and a trained net is there.
net = make()
net.build(SHAPE, seed=3)
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32))
steps(trainer, 4)
net.save(PATH)
og.load(PATH)
net.plan()
before, arena = state(net), net.arena


def unchanged():
    """Return whether the net is as it was, and its trainer still in use."""
    return state(net) == before and net.arena is arena and net.input_shape == SHAPE


def unbuilt():
    """Return whether another net is not built."""
    try:
        other.predict(b"")
        return False
    except ValueError:
        return other.input_shape is None and unchanged()


print(net.digest()[:12], unchanged())
sweep("build larger", lambda: net.build(LARGE, seed=3), unchanged)
print(net.input_shape, net.digest()[:12])
net.build(SHAPE, seed=3)
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32))
steps(trainer, 4)
arena = net.arena
print("as before:", unchanged())

LOSS = og.SoftmaxCrossEntropy()
sgd = og.SGD(1 / 64, batch=4, momentum=0.9)
trainer = sweep("another trainer", lambda: og.Trainer(net, LOSS, sgd), unchanged)
steps(trainer, 8)
before, arena = state(net), net.arena
print(net.digest()[:12], unchanged())

ewc = sweep("consolidation", lambda: og.EWC(trainer), unchanged)
samples = bytes([k * k % 256 for k in range(3 * net.n_in)])


def unmeasured():
    """Return whether nothing was measured; ranges of errors may have learnt."""
    return state(net)[1:] == before[1:] and not any([any(p.importance) for p in ewc.parts])


sweep("measure", lambda: ewc.measure(samples, bytes(3)), unmeasured)
print(state(net)[1:] == before[1:], [list(part.importance[:4]) for part in ewc.parts])
before = state(net)

# From scratch: not built, then without a trainer.
other = make(8)
sweep("first build", lambda: other.build(SHAPE), unbuilt)
inference = state(other), other.arena


def without_trainer():
    """Return whether the other net has nothing of a trainer."""
    spare = [layer.residual is layer.velocity is None for layer in other.weighted]
    return state(other) == inference[0] and other.arena is inference[1] and all(spare)


sgd = og.SGD(1 / 64, momentum=0.5)
trainer = sweep("first trainer", lambda: og.Trainer(other, LOSS, sgd), without_trainer)
steps(trainer, 8)
print(other.digest()[:12])

before = state(net)
other = sweep("load", lambda: og.load(PATH), unchanged)
print(other.digest()[:12])
sweep("snapshot", net.snapshot, unchanged)
os.remove(PATH)

# Far too much at once.
for name, layers, shape in (
    ("weights", (og.Dense(32768, og.relu), og.Dense(2)), (32768,)),
    ("training", (og.Dense(90, og.relu), og.Dense(90), og.Dense(2)), (900,)),
):
    large = og.Sequential(*layers)
    try:
        if not LIMITED:
            raise MemoryError
        for _ in range(20):
            large.build(shape)
            og.Trainer(large, LOSS, og.SGD(0.1, momentum=0.9, batch=2))
            blocks = [large, make()]
            blocks.append([bytearray(100000) for _ in range(100)])
    except MemoryError:
        print(name, "| does not fit; the first net is usable:", unchanged())
    large = blocks = None
steps(og.Trainer(net, LOSS, og.SGD(1 / 64)), 4)
print(net.digest()[:12])
