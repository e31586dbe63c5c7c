"""Not forgetting: what a ReplayBuffer keeps, how a fit rehearses, and consolidation."""

from array import array

from border import Functions, digest, layer_arguments, random
from files import PATH, read, remove, with_checksum, write

import _octograd_consolidation
import octograd as og


def refused(text, function, *arguments, **options):
    """Print why a call is refused."""
    try:
        function(*arguments, **options)
        print(text, "WRONG: accepted")
    except (TypeError, ValueError) as e:
        # Where a class is printed, its name differs.
        print(text, type(e).__name__, str(e).split("<")[0])


def stored(replay):
    """Return the samples of a buffer of one byte a sample with their classes, sorted."""
    n = len(replay)
    return sorted(zip(replay.memory[:n], replay.memory[replay.capacity :][:n]))


# While there is room all are kept; then the classes become even, and stay so.
replay = og.ReplayBuffer(1, 12, classes=4, seed=3)
print(replay, replay.n_bytes, len(replay.memory) == replay.n_bytes, len(replay))
x = bytearray(1)
for i, label in enumerate([0] * 12 + [1] * 5 + [2] * 3 + [0] * 20 + [3] * 30 + [1, 2] * 20):
    x[0] = i
    replay.add(x, label)
    if i in (11, 12, 16, 19, 39, 40, 69, 109):
        print(i, [replay.held(c) for c in range(4)], stored(replay))
    counts = [replay.held(c) for c in range(4)]
    sound = sum(counts) == len(replay) == min(i + 1, 12)
    classes = [pair[1] for pair in stored(replay)]
    if not sound or counts != [len([c for c in classes if c == k]) for k in range(4)]:
        print("WRONG", i, counts)
print(digest([replay.memory]))

# Within a class each sample is as likely to be kept as any other, whether the class was there
# from the beginning or had its places from another.
ROUNDS = 160
kept = [[0] * 16, [0] * 16]
for seed in range(ROUNDS):
    replay = og.ReplayBuffer(1, 8, classes=2, seed=seed)
    for i in range(32):
        x[0] = i % 16
        replay.add(x, i // 16)
    for value, label in stored(replay):
        kept[label][value] += 1
for label in range(2):
    # 4 of 16 samples each time, so 40 of each on average, with a deviation of 5.5.
    fair = sum(kept[label]) == 4 * ROUNDS and min(kept[label]) > 20 and max(kept[label]) < 60
    print("kept", kept[label], fair or "WRONG")

# Draws: each as often as any other, and a buffer goes on from its memory.
replay = og.ReplayBuffer(1, 8, classes=2, seed=5)
for i in range(8):
    x[0] = 10 * i
    replay.add(x, i % 2)
again = og.ReplayBuffer(1, 8, classes=2, memory=bytearray(replay.memory))
drawn = [0] * 8
for _ in range(400):
    label = replay.draw_into(x)
    drawn[x[0] // 10] += 1
    if label != x[0] // 10 % 2:
        print("WRONG", label)
    value = x[0]
    if again.draw_into(x) != label or x[0] != value:
        print("WRONG", label)
print("drawn", drawn, min(drawn) > 25 or "WRONG", digest([again.memory, replay.memory]))
x[0] = 99
for one in (replay, again):
    one.add(x, 1)
print("goes on", replay.memory == again.memory or "WRONG", again.held(0), len(again))

# A file goes on as the buffer itself; one that is cut or changed is refused.
replay.save(PATH)
loaded = og.ReplayBuffer.load(PATH)
print(loaded, loaded.memory == replay.memory or "WRONG", len(loaded), len(read()))
for k in range(20):
    x[0] = k
    for one in (replay, loaded):
        one.add(x, k % 3 % 2)
    label = replay.draw_into(x)
    value = x[0]
    if loaded.draw_into(x) != label or x[0] != value:
        print("WRONG", label)
print("loaded", replay.memory == loaded.memory or "WRONG")
data, outcomes = read(), ""
bad = [data[:n] for n in range(len(data))] + [data + b"\0"]
for k in range(len(data)):
    bad.append(data[:k] + bytes([data[k] ^ 85]) + data[k + 1 :])
# Numbers that a checksum fits: another version, no sample, counts that do not fit.
for k, value in ((8, 2), (10, 0), (12, 0), (14, 0), (32, 9)):
    bad.append(with_checksum(data[:k] + bytes([value]) + data[k + 1 :]))
for one in bad:
    write(one)
    try:
        og.ReplayBuffer.load(PATH)
        outcomes += "L"
    except ValueError:
        outcomes += "v"
print(outcomes, "WRONG" if "L" in outcomes else "all refused")
remove(PATH)

# A class may be seen more often than is counted.
replay = og.ReplayBuffer(1, 2, classes=1)
replay.add(x, 0)
replay.add(x, 0)
replay.memory[replay.n_bytes - 6] = replay.memory[replay.n_bytes - 5] = 255
for _ in range(20):
    replay.add(x, 0)
print("seen", list(replay.memory[2:]))
# Draws are counted past 16 bits, and again from 0.
replay.memory[-4:] = b"\xff\xff\xff\x3f"
replay.draw_into(x)
print("counted", list(replay.memory[-4:]))

# Refusals.
for value in (0, -1, 32769, None, 1.0, True):
    refused("n_in", og.ReplayBuffer, value, 3, classes=2)
for value in (1, 65536, None, 2.0):
    refused("capacity", og.ReplayBuffer, 4, value, classes=2)
for value in (0, 257, None, "2"):
    refused("classes", og.ReplayBuffer, 4, 300, classes=value)
for value in (-1, 2**30, None):
    refused("seed", og.ReplayBuffer, 4, 3, classes=2, seed=value)
for value in (bytes(27), bytearray(26), bytearray(28), 27, array("b", bytes(27))):
    refused("memory", og.ReplayBuffer, 4, 3, classes=2, memory=value)
# Counts that do not fit the capacity, the classes that are stored, and these the number.
for k, value in ((15, 4), (16, 1), (15, 1), (19, 2)):
    memory = bytearray(27)
    memory[12] = 2 if k == 15 else 0
    memory[k] = value
    refused("memory %d" % k, og.ReplayBuffer, 4, 3, classes=2, memory=memory)
print(len(og.ReplayBuffer(4, 3, classes=2, memory=bytearray(27))))
replay = og.ReplayBuffer(4, 3, classes=2)
refused("empty", replay.draw_into, bytearray(4))
for value in (bytes(3), bytes(5), None, array("h", bytes(8))):
    refused("add", replay.add, value, 0)
for value in (-1, 2, None, True):
    refused("add", replay.add, bytes(4), value)
print(any(replay.memory[:23]), len(replay))
replay.add(bytes(4), 1)
for value in (bytes(4), bytearray(3), None):
    refused("draw", replay.draw_into, value)

# A fit rehearses, and counts new samples only.
net = og.Sequential(og.Dense(6, og.relu), og.Dense(3))
net.build((4,), seed=2)
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 8))
x, labels = random("b", 40, 127), bytes([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
for text, n in (("empty", 0), ("not empty", 3)):
    replay = og.ReplayBuffer(4, 5, classes=3)
    for i in range(n):
        replay.add(memoryview(x)[4 * i : 4 * i + 4], labels[i])
    before, first = bytes(replay.memory[:23]), trainer.steps
    for p in trainer.fit(x, labels, epochs=2, replay=replay):
        seen = p.sample
    print(
        text, seen, trainer.steps - first, bytes(replay.memory[:23]) == before, net.digest()[:12]
    )
# It may be filled meanwhile.
replay = og.ReplayBuffer(4, 5, classes=3)
for p in trainer.fit(x, labels, shuffle=False, replay=replay):
    replay.add(memoryview(x)[4 * p.sample - 4 : 4 * p.sample], labels[p.sample - 1])
print("meanwhile", trainer.steps, len(replay), net.digest()[:12])
before = net.digest()
for text, value in (
    ("type", 5),
    ("class", og.ReplayBuffer),
    ("n_in", og.ReplayBuffer(5, 5, classes=3)),
    ("classes", og.ReplayBuffer(4, 5, classes=4)),
):
    refused(text, trainer.fit, x, labels, replay=value)
regression = og.Trainer(net, og.MSE(), og.SGD(1 / 8))
refused("regression", regression.fit, x, bytes(30), replay=replay)
print("unchanged", net.digest() == before or "WRONG")

# Consolidation: the border.
N = 13


def good():
    """Return a value for each argument."""
    values = layer_arguments(3, 4, N, 4)
    values.update(g=random("i", N, 9000), total=array("I", [5] * N), exponent=-12, shift=3)
    values.update(importance=random("b", N, 127), anchor=random("b", N, 127), e_anchor=-7)
    return values


functions = Functions(
    {
        "weight_pull": "rate *rng *w *residual e_w importance anchor e_anchor",
        "importance_add": "*batch g exponent *total",
        "importance_scale": "total shift *importance",
    },
    good,
    {"weight_pull": "w", "importance_add": "total", "importance_scale": "total"},
    empty=("weight_pull", "importance_add", "importance_scale"),
    limits={"exponent": (-2047, 2047), "shift": (0, 31)},
)
for stem in functions.stems:
    for _ in range(3):
        print(stem, functions.call(stem, good()))
for factor, shift in ((1, 0), (15, 0), (1, 30), (3, 5)):
    for low in (True, False):
        values = good()
        values["rate"] = array("h", [factor, shift, 1, 7])
        values["residual"] = values["residual"] if low else None
        print("weight_pull", factor, shift, low, functions.call("weight_pull", values))
total, exponent = array("I", [0] * 3), -2047
for e_g, g in ((-16, (1, -300, 7)), (-20, (2**26, 0, -(2**31))), (5, (9, 0, 0)), (5, (0, 0, 0))):
    batch = array("h", [e_g, 0, 1])
    exponent = _octograd_consolidation.importance_add(
        batch, array("i", g + (77,)), exponent, total
    )
    print("importance_add", exponent, list(total), list(batch))
functions.refuse_all()

# What is measured, and what it is measured with.
for bits in (16, 8):
    net = og.Sequential(
        og.Conv2D(4, 3, activation=og.relu, trainable=False),
        og.DepthwiseConv2D(3, padding="same", activation=og.relu),
        og.Dropout(0.25),
        og.Residual([og.Conv2D(4, 1, activation=og.relu)]),
        og.Flatten(),
        og.Dense(3),
        weight_bits=bits,
    )
    net.build((5, 5, 1), seed=2)
    x, labels = random("b", 20 * 25, 127), bytes([i % 3 for i in range(20)])
    sgd = og.SGD(1 / 32, batch=2, momentum=0.5)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), sgd, partial=og.PartialUpdate())
    for _ in trainer.fit(x, labels):
        pass
    trainer.step(memoryview(x)[:25], 0)  # a batch has begun
    ewc = og.EWC(trainer, strength=3 / 16)
    sizes = [len(part.importance) + len(part.anchor) for part in ewc.parts]
    print(ewc, ewc.n_bytes, sizes, sum(sizes) == ewc.n_bytes or "WRONG")
    parts = [layer for layer in net.weighted if layer.trainable]
    before = digest([b for one in net.weighted for b in (one.w, one.residual, one.b, one.y_range)])
    held = digest([b for one in parts for b in (one.sums, one._batch, one.velocity)] + [net.rng])
    saved = str(trainer.report())
    for _ in range(2):
        ewc.measure(x, labels)
        print([digest([part.importance, part.anchor]) for part in ewc.parts])
    after = digest([b for one in net.weighted for b in (one.w, one.residual, one.b, one.y_range)])
    after_held = digest(
        [b for one in parts for b in (one.sums, one._batch, one.velocity)] + [net.rng]
    )
    print("unchanged", before == after or "WRONG", held == after_held or "WRONG")
    print("report", saved == str(trainer.report()) or "WRONG")
    mean = sum([sum(part.importance) for part in ewc.parts]) // (ewc.n_bytes // 2)
    print("mean", mean, max([max(part.importance) for part in ewc.parts]))
    print("anchors", all([part.anchor == part.layer.w for part in ewc.parts]) or "WRONG")

    # Without a gradient, only the pull moves weights: all the way back in time.
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32), skip=1, consolidate=ewc)
    anchors = [bytes(part.anchor) for part in ewc.parts]
    dense = ewc.parts[-1]
    for k in range(len(dense.layer.w)):
        dense.layer.w[k] = (dense.layer.w[k] + 20) % 128
    off = sum([abs(w - a) for w, a in zip(dense.layer.w, dense.anchor) if a < 128])
    for _ in range(60):
        trainer.step(memoryview(x)[:25], 0)
    now = sum([abs(w - a) for w, a in zip(dense.layer.w, dense.anchor) if a < 128])
    print("pulled", off, now, now < off // 2 or "WRONG", digest([dense.layer.w]))

    # An exponent that has risen since.
    dense.layer.e_w[0] += 1
    for _ in range(5):
        trainer.step(memoryview(x)[:25], 0)
    print("risen", net.digest()[:12])
    # What lies in flash will do; a layer that is frozen by now is left alone.
    for part in ewc.parts:
        part.importance, part.anchor = bytes(part.importance), bytes(part.anchor)
    net.freeze(until=-1)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32), consolidate=ewc)
    frozen = [digest([part.layer.w]) for part in ewc.parts[:-1]]
    for _ in trainer.fit(x, labels):
        pass
    same = frozen == [digest([part.layer.w]) for part in ewc.parts[:-1]]
    print("frozen", same or "WRONG", net.digest()[:12])

# Samples without an error matter to no weight.
net = og.Sequential(og.Dense(2))
net.build((2,))
regression = og.Trainer(net, og.MSE(), og.SGD(1 / 8))
ewc = og.EWC(regression)
net.layers[0].w[:] = bytes(4)
ewc.measure(bytes(8), bytes(8))
print("nothing", list(ewc.parts[0].importance))
ewc.measure(bytes([9, 0, 0, 0]), bytes([100, 0, 0, 0]))
print("one input, one output", list(ewc.parts[0].importance))

# Refusals.
for value in (0, -1, 1.01, None, "1", float("nan"), 1e-12):
    refused("strength", og.EWC, regression, strength=value)
for value in (None, net, og.Trainer):
    refused("trainer", og.EWC, value)
before = digest([ewc.parts[0].importance, ewc.parts[0].anchor])
for value in (None, 5, bytes(7), bytes(0), array("h", bytes(8))):
    refused("x", ewc.measure, value, bytes(8))
refused("y", ewc.measure, bytes(8), None)
print("unchanged", before == digest([ewc.parts[0].importance, ewc.parts[0].anchor]) or "WRONG")
other = og.Sequential(og.Dense(2))
other.build((2,))
for value in (5, og.EWC, regression):
    refused("consolidate", og.Trainer, net, og.MSE(), og.SGD(1), consolidate=value)
refused("of another", og.Trainer, other, og.MSE(), og.SGD(1), consolidate=ewc)
og.Trainer(net, og.MSE(), og.SGD(1))
ewc.measure(bytes([0, 9, 0, 0]), bytes([0, 100, 0, 0]))
print("with another trainer", list(ewc.parts[0].importance))
net.build((2,))
refused("built again", ewc.measure, bytes(8), bytes(8))
