"""Partial updates: the border, the shares, and which rows of a net move."""

from array import array

from border import Functions, digest, random, rng

import _octograd
import _octograd_train
import octograd as og

_octograd.rng_seed(rng, 6)
N, CHANNELS = 24, 6
functions = Functions(
    {"partial_keep": "*dy channels fraction *scratch"},
    lambda: {
        "dy": random("b", N, 127),
        "channels": CHANNELS,
        "fraction": 12000,
        "scratch": bytearray(4 * CHANNELS),
    },
    {"partial_keep": "dy"},
    limits={"channels": (1, N), "fraction": (1, 32768)},
)

# Results.
for fraction in (1, 5461, 5462, 16384, 32767, 32768):
    dy = random("b", N, 5)
    k = _octograd_train.partial_keep(dy, CHANNELS, fraction, bytearray(4 * CHANNELS))
    print("keep", fraction, k, list(dy))
for channels in (1, 2, 12, N):
    dy = array("b", [3] * N)
    k = _octograd_train.partial_keep(dy, channels, 16384, bytearray(4 * channels + 3))
    print("equals", channels, k, list(dy))

# Refusals.
functions.refuse_all()
try:
    print("channels WRONG", _octograd_train.partial_keep(bytearray(N), 5, 9, bytearray(20)))
except ValueError as e:
    print("channels", e)
functions.refuse_too_long("partial_keep", "dy")


def refused(text, **arguments):
    """Print why a PartialUpdate is refused."""
    try:
        print(text, og.PartialUpdate(**arguments), "WRONG")
    except (TypeError, ValueError) as e:
        print(text, e)


# Shares.
for minimum, maximum in ((0.1, 1.0), (0.3, 0.3), (1 / 32768, 1), (0.25, 0.75)):
    for by in ("confidence", "loss"):
        partial = og.PartialUpdate(minimum, maximum, by=by)
        samples = ((0, 0), (1, 1), (16384, 700), (32768, 1400), (300, 700), (9, 2**29), (9, 2**28))
        shares = int(32768 * minimum + 0.5), int(32768 * maximum + 0.5)
        print(*shares, by, [partial.fraction(error, loss) for error, loss in samples])
print(og.PartialUpdate(0.5, by="loss"))
for value in (0, -0.1, 1.01, None, "1", float("nan")):
    refused("minimum", minimum=value)
    refused("maximum", maximum=value)
refused("minimum above maximum", minimum=0.5, maximum=0.25)
for value in ("Loss", None, 1):
    refused("by", by=value)
net = og.Sequential(og.Dense(3))
net.build((4,))
for value in (0.5, og.PartialUpdate, "loss"):
    try:
        og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 8), partial=value)
        print("partial WRONG")
    except TypeError as e:
        # Where a class is printed, its name differs.
        print("partial", str(e).split("got")[0])


def moved(layer, before, rows):
    """Return which rows of a layer have changed."""
    now, n = bytes(layer.w) + bytes(layer.residual), len(layer.w) // rows
    changed = [now[k] != before[k] for k in range(len(now))]
    half = len(layer.w)
    return [
        any(changed[r * n : (r + 1) * n] + changed[half + r * n : half + (r + 1) * n])
        for r in range(rows)
    ]


# Of eight hidden rows as many move as the share says, of the last layer all.
for share in (1 / 8, 3 / 8, 5 / 8):
    net = og.Sequential(
        og.Dense(8, activation=og.leaky_relu(1 / 8)),
        og.Dense(8, activation=og.leaky_relu(1 / 8)),
        og.Dense(4),
    )
    net.build((16,), seed=4)
    trainer = og.Trainer(
        net, og.SoftmaxCrossEntropy(), og.SGD(1 / 8), partial=og.PartialUpdate(share, share)
    )
    before = [bytes(layer.w) + bytes(layer.residual) for layer in net.layers]
    trainer.step(random("b", 16, 127), 1)
    counts = [sum(moved(one, old, len(one.b))) for one, old in zip(net.layers, before)]
    wanted = [int(8 * share), int(8 * share), 4]
    print("rows", share, counts, counts == wanted or "WRONG", int(1000 * trainer.report().saved))

# An addition's error serves two branches: what one drops the other keeps.
a, b = og.Conv2D(2, 1, activation=og.relu), og.Conv2D(2, 1)
net = og.Sequential(a, og.Residual([b]), og.GlobalAveragePool(), og.Dense(2))
net.build((2, 2, 1))
a.set_weights(array("b", [-50, 50]), array("i", [0, 0]), e_w=(-6,))
b.set_weights(bytes(4), array("i", [0, 0]), e_w=(-6,))
net.layers[-1].set_weights(array("b", [100, 20, -100, -20]), array("i", [0, 0]), e_w=(-6,))
trainer = og.Trainer(
    net, og.SoftmaxCrossEntropy(), og.SGD(1 / 2), partial=og.PartialUpdate(1 / 2, 1 / 2)
)
before = bytes(a.w) + bytes(a.residual), bytes(b.w) + bytes(b.residual)
trainer.step(array("b", [100, 90, 80, 70]), 1)
# Channel 0 has the larger error, but it is dead in `a`.
print("branches", moved(a, before[0], 2), moved(b, before[1], 2))

# The report.
net = og.Sequential(
    og.Conv2D(4, 3, activation=og.relu),
    og.MaxPool2D(2),
    og.Conv2D(6, 2, activation=og.relu),
    og.Flatten(),
    og.Dense(3),
)
net.build((8, 8, 1), seed=2)
for skip, partial in (
    (0, None),
    (1 / 4, None),
    (0, og.PartialUpdate()),
    (1 / 4, og.PartialUpdate(by="loss")),
):
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16), skip=skip, partial=partial)
    print("nothing yet", int(1000 * trainer.report().saved))
    for i in range(30):
        trainer.step(random("b", 64, 127), i % 2)
    report = trainer.report()
    plan = net.plan(training=True, partial=partial is not None)
    print(report)
    print(
        "full",
        report.forward + report.full == 30 * plan.macs or "WRONG",
        digest([net.layers[0].w]),
    )
    print("skips", report.skipped == trainer.skipped or "WRONG", plan.ram, plan.arena)
