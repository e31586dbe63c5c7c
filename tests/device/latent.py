"""The latent layer: what is refused, what is drawn, and what a training does to it."""

from array import array

from border import random, rng

import _octograd
import octograd as og

N_IN = 12
_octograd.rng_seed(rng, 9)
x = [bytes([v >> 1 for v in bytes(random("b", N_IN, 127))]) for _ in range(8)]


def refused(name, function, *arguments, **options):
    """Print the error of a call that must not succeed; it must begin with the name."""
    try:
        function(*arguments, **options)
        print(name, "WRONG: accepted")
    except (TypeError, ValueError) as e:
        text = str(e).split(", got")[0]  # floats look different on each interpreter
        print(name, text if text.startswith(name) else ("WRONG", str(e)))


# Refusals.
for units in (0, -1, 16385, 1.0, None, True):
    refused("units", og.Latent, units)
for beta in (-1, 16, 2**-32, float("nan"), float("inf"), None, "1", True):
    refused("beta", og.Latent, 2, beta=beta)
for warmup in (-1, 2**21 + 1, 1.0, None):
    refused("warmup", og.Latent, 2, warmup=warmup)
refused("layers", og.Sequential, og.Latent(2))
inner = og.Sequential(og.Residual([og.Dense(4), og.Latent(N_IN)]), og.Dense(2))
refused("Latent", inner.build, (N_IN,))
refused("Dense", og.Sequential(og.Latent(2), og.Dense(2)).build, (3, 4))
print(og.Latent(7), og.Latent(7, beta=0.3, warmup=9, trainable=False), og.Latent(1, beta=0))


def make(**options):
    """Return a built net with a latent layer, and that layer."""
    latent = og.Latent(3, **options)
    net = og.Sequential(og.Dense(8, og.relu), latent, og.Dense(8, og.relu), og.Dense(N_IN))
    net.build((N_IN,), seed=3)
    return net, latent


def known(latent):
    """Return what a layer knows of the last sample."""
    return list(latent.mean), list(latent.log_variance), latent.kl(), latent.weighted_kl()


# In inference and in calibration nothing is drawn, and neither is a sample counted.
net, latent = make(warmup=20)
before = net.digest()
print(list(net.predict(x[0])), known(latent))
print("same again", list(net.predict(x[0])) == list(net.predict(x[0])), net.digest() == before)
state = net.rng[0]
net.calibrate(x[1] + x[2])
print("calibrated", net.rng[0] == state, latent.seen[0], net.digest() == before)

# In training each output takes one draw, and the weight of KL rises.
trainer = og.Trainer(net, og.BinaryCrossEntropy(), og.SGD(1 / 64))
for i in range(30):
    trainer.step(x[i % 8], x[i % 8])
    if i in (0, 18, 19, 20):
        print(i, latent.seen[0], net.digest()[:12], known(latent))
copy, draws = array("I", [state]), 0
while copy[0] != net.rng[0] and draws < 1000:
    _octograd.rng_below(copy, 2)
    draws += 1
print("draws", draws, draws == 30 * 3)

# A snapshot holds the warm-up.
net, latent = make(warmup=20)
trainer = og.Trainer(net, og.MSE(), og.SGD(1 / 64))
start = net.snapshot()
digests = []
for _ in range(2):
    for one in x:
        trainer.step(one, one)
    digests.append(net.digest())
    net.restore(start)
print("snapshot", digests[0] == digests[1], latent.seen[0])

# What is frozen stays; below a frozen latent layer training goes on.
for frozen in range(4):
    net, latent = make(beta=1 / 4)
    net.layers[frozen].trainable = False
    trainer = og.Trainer(net, og.BinaryCrossEntropy(), og.SGD(1 / 16))
    before = [bytes(layer.w) for layer in net.layers]
    for one in x * 3:
        trainer.step(one, one)
    print("frozen", frozen, [bytes(one.w) != w for one, w in zip(net.layers, before)])

# A large beta draws the mean to 0, no beta lets it go.
for beta in (15, 0):
    net, latent = make(beta=beta)
    trainer = og.Trainer(net, og.BinaryCrossEntropy(), og.SGD(1 / 128))
    for _ in range(60):
        for one in x:
            trainer.step(one, one)
    net.predict(x[0])
    print("beta", beta, known(latent), latent.kl() < 200 if beta else latent.kl() > 1000)

# Partial updates leave the latent layer whole, and drop rows of the others.
net, latent = make()
options = {"skip": 1 / 8, "partial": og.PartialUpdate(1 / 4, 1 / 2)}
trainer = og.Trainer(net, og.BinaryCrossEntropy(), og.SGD(1 / 64), **options)
for one in x:
    trainer.step(one, one)
print(trainer.report(), net.digest()[:12])
