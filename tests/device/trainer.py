"""Training: steps, whole fits, evaluation, options; and what is refused, with nothing changed."""

from array import array

import _octograd
import octograd as og

N_IN, N_CLASSES, N = 12, 3, 40


def clusters(n, seed):
    """Return samples around a random centre for each class, and their labels."""
    rng = array("I", [0])
    _octograd.rng_seed(rng, 77)
    centres = bytearray(N_CLASSES * N_IN)
    _octograd.rng_uniform(rng, 15000, centres)
    centres = array("b", centres)
    _octograd.rng_seed(rng, seed)
    x, labels = array("b", bytes(n * N_IN)), bytearray(n)
    for i in range(n):
        labels[i] = _octograd.rng_below(rng, N_CLASSES)
        for k in range(N_IN):
            noise = _octograd.rng_below(rng, 121) - 60
            x[i * N_IN + k] = centres[labels[i] * N_IN + k] + noise
    return memoryview(x), labels


def refuse(name, function, *arguments, **options):
    """
    Print the error of a call that must not succeed, and must not change the net.

    The second word of the name, if there is one, is the argument that must be named; for y, x
    will do, as neither can be said to be the one with the wrong length.
    """
    before = net.digest()
    try:
        function(*arguments, **options)
        print(name, "| WRONG: accepted")
    except (TypeError, ValueError) as e:
        message = str(e)
        verdict = "unchanged"
        if " " in name:
            argument = name.split()[1]
            if message.split(":")[0] not in ("xy" if argument == "y" else (argument,)):
                verdict = "WRONG: argument is not named"
        if net.digest() != before:
            verdict = "WRONG: changed"
        print(name, "|", type(e).__name__, message, "|", verdict)


def sums(loss, accuracy, n):
    """Return a mean loss and accuracy as whole numbers, which print alike with any floats."""
    return int(loss * 1024 * n + 0.5), None if accuracy is None else int(accuracy * n + 0.5)


def build(*layers, **options):
    """Return a built net."""
    net = og.Sequential(*layers, **options)
    net.build((N_IN,), seed=4)
    return net


x, labels = clusters(N, 1)
test_x, test_labels = clusters(30, 2)
sample = x[:N_IN]

# Steps.
net = build(og.Dense(8, og.relu), og.Dense(N_CLASSES))
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
for i in range(5):
    loss = trainer.step(x[i * N_IN : (i + 1) * N_IN], labels[i])
    print("step", i, loss, trainer.correct, net.digest()[:12])

# A whole fit, in and out of order, and its progress.
digests = []
for shuffle, seed in ((True, 1), (True, 2), (False, 1), (False, 2)):
    net = build(og.Dense(8, og.relu), og.Dense(N_CLASSES))
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
    seen = 0
    for p in trainer.fit(x, labels, epochs=2, shuffle=shuffle, seed=seed):
        seen += 1
        if p.sample in (1, N):
            print(
                "fit", p.epoch, p.epochs, p.sample, p.samples, sums(p.loss, p.accuracy, p.sample)
            )
    print("fit", shuffle, seed, seen, net.digest()[:12])
    digests.append(net.digest())
print("orders:", len(set(digests)))
print("test:", sums(*(trainer.evaluate(test_x, test_labels) + (len(test_labels),))))
before = net.digest()
print(
    "evaluate:", trainer.evaluate(x, labels) == trainer.evaluate(x, labels), net.digest() == before
)

# Labels of any kind of sequence give the same.
digests = []
for y in (labels, bytes(labels), list(labels), tuple(labels), array("H", list(labels))):
    net = build(og.Dense(8, og.relu), og.Dense(N_CLASSES))
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
    for _ in trainer.fit(x, y):
        pass
    digests.append(net.digest())
print("labels:", len(set(digests)))


def options(name, net, loss, sgd, y, **trainer_options):
    """Train two epochs with some options and print what came of it."""
    trainer = og.Trainer(net, loss, sgd, **trainer_options)
    first = trainer.evaluate(x, y)[0]
    for _ in trainer.fit(x, y, seed=3):
        pass
    last, accuracy = trainer.evaluate(x, y)
    print(name, net.digest()[:12], last < first, sums(last, accuracy, N), trainer.skipped)


CE = og.SoftmaxCrossEntropy()
options("16-bit", build(og.Dense(8, og.relu), og.Dense(3)), CE, og.SGD(0.1), labels)
options("8-bit", build(og.Dense(8, og.relu), og.Dense(3), weight_bits=8), CE, og.SGD(0.1), labels)
options("skip", build(og.Dense(8, og.relu), og.Dense(3)), CE, og.SGD(0.1), labels, skip=3 / 4)
options("skip all", build(og.Dense(8, og.relu), og.Dense(3)), CE, og.SGD(0.1), labels, skip=1)
net = build(og.Dense(8, og.relu), og.Dense(3))
options("first", net, CE, og.SGD(1 / 8), labels)
options("then normalized", net, CE, og.SGD(1 / 512, normalize=True), labels)
options("linear", build(og.Dense(8), og.Dense(8), og.Dense(3)), CE, og.SGD(1 / 32), labels)
options("one layer", build(og.Dense(3)), CE, og.SGD(1 / 8), labels)
targets = array("b", bytes(2 * N))
for i in range(N):
    targets[2 * i] = sum(array("b", bytes(x[i * N_IN : i * N_IN + 4]))) // 8
    targets[2 * i + 1] = -targets[2 * i]
options("mse", build(og.Dense(8, og.relu), og.Dense(2)), og.MSE(), og.SGD(1 / 16), targets)

# Frozen layers do not change, have no residual, and below the lowest trained one no error goes.
for frozen in ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2)):
    layers = [og.Dense(n, og.relu, trainable=i not in frozen) for i, n in enumerate((6, 7))]
    net = build(*layers + [og.Dense(3, trainable=2 not in frozen)])
    before = [bytes(layer.w) for layer in net.layers]
    options("frozen", net, CE, og.SGD(1 / 8), labels)
    print(
        [bytes(layer.w) != w for layer, w in zip(net.layers, before)],
        [layer.residual is not None for layer in net.layers],
        [layer.dy_range is not None for layer in net.layers],
    )

# Two trainers of one net share its residuals.
net = build(og.Dense(8, og.relu), og.Dense(3))
options("first trainer", net, CE, og.SGD(1 / 8), labels)
options("second trainer", net, CE, og.SGD(1 / 8), labels)

# Learning rates.
for lr in (15, 1, 0.5, 0.1, 1 / 16, 7.99, 0.3, 3 / 1024, 2**-30, 0.015):
    print("rate", list(og.SGD(lr).rate), list(og.SGD(lr, normalize=True).rate))
print(og.SGD(0.375), "%.3f" % og.SGD(0.375).lr)
NAN, INFINITY = float("nan"), float("inf")
for lr in (0, 0.0, -1, -0.5, 16, 15.5, NAN, INFINITY, -INFINITY, "0.1", None, True, b"1", [1]):
    refuse("SGD lr", og.SGD, lr)
for skip in (-1, 2, 1.5, NAN, INFINITY, "0", None, True):
    refuse("Trainer skip", og.Trainer, net, CE, og.SGD(1), skip=skip)
frozen = build(og.Dense(3, trainable=False))
refuse("Trainer net", og.Trainer, frozen, CE, og.SGD(1))
refuse("Trainer net", frozen.plan, training=True)

# Steps with bad samples.
trainer = og.Trainer(net, CE, og.SGD(1 / 8))
for label in (-1, 3, 255, 2**30 - 1, None, 1.0, "1", True, b"\1"):
    refuse("step label", trainer.step, sample, label)
bad_samples = (
    None,
    3,
    "ab" * (N_IN // 2),
    [0] * N_IN,
    array("h", [0] * N_IN),
    array("i", [0] * N_IN),
)
for bad in bad_samples + (b"", bytes(N_IN - 1), bytes(N_IN + 1)):
    refuse("step x", trainer.step, bad, 1)
    refuse("evaluate x", trainer.evaluate, bad, b"\1")


def run(fit):
    """Run a fit to its end."""
    for _ in fit:
        pass


for n in (0, 1, N - 1, N + 1):
    for y in (bytes(n), [0] * n):
        refuse("fit y", lambda y: run(trainer.fit(x, y)), y)
        refuse("evaluate y", trainer.evaluate, x, y)
for y in (None, 5):
    refuse("fit y", lambda y: run(trainer.fit(x, y)), y)
    refuse("evaluate y", trainer.evaluate, x, y)
refuse("evaluate label", trainer.evaluate, x, bytes([0] * (N - 1) + [3]))
refuse("fit label", lambda: run(trainer.fit(x, bytes([3] * N))))
refuse("fit label", lambda: run(trainer.fit(x, [1.0] * N)))
refuse("fit x", lambda: run(trainer.fit(array("h", [0] * N * N_IN), labels)))
refuse("fit x", lambda: run(trainer.fit(array("i", [0] * N * N_IN), labels)))
for seed in (-1, 1.5, "1", None, True):
    refuse("fit seed", lambda seed: run(trainer.fit(x, labels, seed=seed)), seed)
net = build(og.Dense(8, og.relu), og.Dense(2))
trainer = og.Trainer(net, og.MSE(), og.SGD(1 / 8))
bad_targets = (None, 1, array("h", [0, 0]), array("i", [0, 0]), [0, 0], "ab", b"", b"1", b"123")
for target in bad_targets:
    refuse("step target", trainer.step, sample, target)
refuse("fit y", lambda: run(trainer.fit(x, bytes(2 * N - 2))))
refuse("fit y", lambda: run(trainer.fit(x, array("h", [0] * 2 * N))))

# A trainer is of the buffers that a net had when it was made.
net.build((N_IN,), seed=9)
refuse("rebuilt", trainer.step, sample, b"\x10\x20")
net.build((N_IN + 1,), seed=9)
refuse("rebuilt", trainer.step, bytes(N_IN + 1), b"\x10\x20")
net.build((N_IN,), seed=4)
trainer = og.Trainer(net, og.MSE(), og.SGD(1 / 8))

# A failed Trainer and a failed step leave the net usable.
print(trainer.step(sample, b"\x10\x20"), net.digest()[:12])

# A layer may get other weights while it is trained, and a step is made with them.
digests = []
for order in "before", "after":
    net = build(og.Dense(5, og.relu), og.Dense(N_CLASSES))
    layer = net.layers[0]
    if order == "after":
        trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
    w = bytes([(37 * k) & 63 for k in range(len(layer.w))])
    layer.set_weights(w, array("i", bytes(20)), e_w=(-7,), residual=bytes(len(w)))
    if order == "before":
        trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
    for i in range(5):
        trainer.step(x[i * N_IN : (i + 1) * N_IN], labels[i])
    digests.append(net.digest())
    print("other weights", order, bytes(layer.w) != w, digests[-1][:16])
print("the same:", digests[0] == digests[1] or "WRONG")
