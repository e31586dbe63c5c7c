"""Rates, schedules, momentum, decay and batches: what they come to, and what is refused."""

from array import array

import _octograd
import octograd as og
from octograd.optimizers import exact_rate, q15, scale_rate

N_IN, N_CLASSES, N = 10, 3, 24


def refuse(name, function, *arguments, **options):
    """
    Print the error of a call that must not succeed.

    The second word of the name, if there is one, is the argument that must be named.
    """
    try:
        function(*arguments, **options)
        print(name, arguments, options, "| WRONG: accepted")
    except (TypeError, ValueError) as e:
        named = " " not in name or str(e).startswith(name.split()[1] + ":")
        print(name, "|", type(e).__name__, e, "" if named else "| WRONG: argument is not named")


# Learning rates: exact ones, ties, the ends.
RATES = (15, 14.6, 8, 7.99, 1, 0.5, 0.375, 0.1, 0.3, 0.015, 0.01, 0.003, 1e-3, 1e-4, 1e-6)
for lr in RATES + (
    1 / 16,
    3 / 1024,
    11 / 1024,
    17 / 256,
    0.00146484375,
    2**-30,
    3 * 2**-31,
    2**-31,
):
    factor, shift = exact_rate(lr)
    near = abs(factor / (1 << shift) / lr - 1) < 0.07 or lr < 2**-27
    print("exact_rate", factor, shift, near or "WRONG")
NAN, INFINITY = float("nan"), float("inf")
for lr in (0, 0.0, -1, -0.5, 16, 15.1, 1e-10, NAN, INFINITY, -INFINITY, "0.1", None, True, [1]):
    refuse("SGD lr", og.SGD, lr)

# A rate that a schedule has multiplied.
for factor, shift in ((1, 0), (15, 0), (1, 4), (3, 10), (15, 30), (1, 30), (13, 7)):
    scaled = []
    for share in (256, 255, 200, 128, 127, 64, 3, 2, 1):
        rate = array("h", [factor, shift, 0, 0])
        scale_rate(rate, share)
        scaled.append((rate[0], rate[1]))
    print("scale_rate", factor, shift, scaled)
rate, seen = array("h", [11, 9, 1, 3]), 0
for share in range(1, 257):
    rate[0], rate[1] = 11, 9
    scale_rate(rate, share)
    exact = 11 * share / 256
    seen += abs((rate[0] << 9) / (1 << rate[1]) - exact) <= exact / 8
print("scale_rate is near:", seen == 256 or "WRONG", list(rate))

# Schedules.
print("constant", [og.Constant().share(i, 5) for i in range(5)])
for epochs in (1, 2, 3, 10, 64, 100):
    print("cosine", epochs, [og.CosineDecay().share(i, epochs) for i in range(epochs)])
print("step", [og.StepDecay(1).share(i, 12) for i in range(12)])
print("step", [og.StepDecay(3).share(i, 12) for i in range(12)])
for every in (0, -1, 1.5, None, "2", True):
    refuse("StepDecay every", og.StepDecay, every)
for schedule in (og.CosineDecay, 5, "cosine"):
    try:
        og.SGD(0.1, schedule=schedule)
        print("schedule WRONG: accepted")
    except TypeError as e:
        print("schedule", str(e).split(",")[0])


class Wrong:
    """A schedule whose shares are what they should not be."""

    def __init__(self, value):
        self.value = value

    def share(self, epoch, epochs):
        """Return what was given."""
        return self.value


for value in (0, 257, -1, 1.0, None):
    refuse("start_epoch share", og.SGD(0.1, schedule=Wrong(value)).start_epoch, 0, 1)
sgd = og.SGD(3 / 16, schedule=og.StepDecay(1))
rates = []
for epoch in range(6):
    sgd.start_epoch(epoch, 6)
    rates.append((list(sgd.rate), int(sgd.lr * 65536)))
sgd.start_epoch(0, 6)
print(rates, sgd)
sgd.lr = 0.5
sgd.start_epoch(1, 6)
print("new base:", list(sgd.rate), sgd.lr)

# Momentum, decay and batches as they are held.
MOMENTA = (0, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.875, 0.9, 0.95, 0.99, 0.995, 0.9999)
print("momentum", [og.SGD(0.1, momentum=m).momentum for m in MOMENTA])
for m in (-0.1, 1, 1.5, NAN, None, "0.9", True):
    refuse("SGD momentum", og.SGD, 0.1, momentum=m)
for lr, decay in ((0.5, 0.5), (0.5, 1 / 256), (1 / 16, 1e-2), (0.01, 5e-4), (15, 1), (2**-20, 1)):
    print("decay_period", og.SGD(lr, weight_decay=decay).decay_period)
for decay in (-0.1, 1.5, NAN, None, "0.1", True):
    refuse("SGD weight_decay", og.SGD, 0.1, weight_decay=decay)
for batch in (1, 2, 3, 16, 100, 32766):
    sgd = og.SGD(0.5, batch=batch)
    print("batch", batch, list(sgd.rate), int(sgd.lr * 1000), sgd)
for batch in (0, -1, 32767, 1.0, None, "4", True):
    refuse("SGD batch", og.SGD, 0.5, batch=batch)
try:
    og.SGD(2**-20, batch=16384)
    print("SGD lr of a batch WRONG: accepted")
except ValueError as e:
    # Without the float, which has fewer digits on a board.
    print("SGD lr of a batch |", str(e).split(",")[0])
print(og.SGD(0.1, momentum=0.9, batch=4, normalize=True), og.SGD(0.1, normalize=1))
for value in (0, 1, 0.5, 1 / 3, 1 / 32768, 1 / 65536, 1 / 65537):
    print("q15", q15("skip", value))


# What they do.
def trained(bits=16, loss=None, layers=None, **options):
    """Train a net and return it with its trainer."""
    net = og.Sequential(*(layers or (og.Dense(6, og.relu), og.Dense(N_CLASSES))), weight_bits=bits)
    net.build((N_IN,), seed=4)
    epochs = options.pop("epochs", 3)
    trainer = og.Trainer(net, loss or og.SoftmaxCrossEntropy(), og.SGD(1 / 16, **options))
    for _ in trainer.fit(x, labels, epochs=epochs, seed=3):
        pass
    return net, trainer


rng = array("I", [0])
_octograd.rng_seed(rng, 5)
x = bytearray(N * N_IN)
_octograd.rng_uniform(rng, 20000, x)
labels = bytes([_octograd.rng_below(rng, N_CLASSES) for _ in range(N)])
digests = set()
for bits in (16, 8):
    for name, options in (
        ("plain", {}),
        ("momentum", {"momentum": 0.75}),
        ("decay", {"weight_decay": 0.5}),
        ("batch", {"batch": 4}),
        ("cosine", {"schedule": og.CosineDecay()}),
        ("normalize", {"normalize": True}),
        ("momentum and batch", {"momentum": 0.75, "batch": 4}),
        ("all", {"momentum": 0.9, "batch": 8, "weight_decay": 0.1, "normalize": True}),
    ):
        net, trainer = trained(bits, **options)
        digests.add(net.digest())
        print(bits, name, net.digest()[:12], trainer.steps, net.layers[0].e_w[0])
print("all different:", len(digests) == 16 or "WRONG")

# A batch moves weights after its last sample and not before; a rest of one is left for later.
net = og.Sequential(og.Dense(N_CLASSES))
net.build((N_IN,))
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 8, batch=5))
before, moved = bytes(net.layers[0].w), []
for i in range(11):
    trainer.step(memoryview(x)[i * N_IN : (i + 1) * N_IN], labels[i])
    weights = bytes(net.layers[0].w) + bytes(net.layers[0].residual)
    moved.append(weights != before)
    before = weights
print("moved:", moved[1:])
# A batch of one sample many times is one step with that sample, at the same rate.
digests = []
for batch in (1, 4):
    net.build((N_IN,))
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 8, batch=batch))
    for _ in range(batch):
        trainer.step(memoryview(x)[:N_IN], labels[0])
    digests.append((bytes(net.layers[0].w), bytes(net.layers[0].residual)))
print("a batch of equals:", digests[0] == digests[1] or "WRONG")
# Skipped samples count and add nothing; a batch of nothing else makes no step.
net.build((N_IN,))
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 8, batch=3), skip=1)
before = bytes(net.layers[0].w) + bytes(net.layers[0].residual)
for _ in range(6):
    trainer.step(memoryview(x)[:N_IN], labels[0])
print(
    "skipped:", trainer.skipped, before == bytes(net.layers[0].w) + bytes(net.layers[0].residual)
)
# Decay shrinks what is not learnt otherwise: with everything skipped, weights only decay.
net.build((N_IN,))
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 2, weight_decay=1), skip=1)
size = sum([abs(v) for v in array("b", bytes(net.layers[0].w))])
for _ in range(200):
    trainer.step(memoryview(x)[:N_IN], labels[0])
after = sum([abs(v) for v in array("b", bytes(net.layers[0].w))])
print("decayed:", size, after, after < size * 3 // 4 or "WRONG", trainer.optimizer.decay_period)
