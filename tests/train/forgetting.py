"""Two tasks in turn: the first is forgotten, and less so with rehearsal or consolidation."""

from array import array

import _octograd
import octograd as og

N_IN, N_CLASSES, N = 64, 4, 120


def task(number, n, seed):
    """Return noisy patterns of a task, each class with two patterns, and their labels."""
    rng = array("I", [0])
    _octograd.rng_seed(rng, 40 + number)
    patterns = array("b", bytes(2 * N_CLASSES * N_IN))
    _octograd.rng_uniform(rng, 16000, patterns)
    if number:
        # Half of what tells a class was there in the first task, and told another.
        others = array("b", bytes(2 * N_CLASSES * N_IN))
        _octograd.rng_seed(rng, 40)
        _octograd.rng_uniform(rng, 16000, others)
        for k in range(len(patterns)):
            if k % 3 == 0:
                patterns[k] = others[(k + 2 * N_IN) % len(others)]
    _octograd.rng_seed(rng, seed)
    x, labels = array("b", bytes(n * N_IN)), bytearray(n)
    for i in range(n):
        labels[i] = _octograd.rng_below(rng, N_CLASSES)
        pattern = (2 * labels[i] + _octograd.rng_below(rng, 2)) * N_IN
        for k in range(N_IN):
            x[i * N_IN + k] = patterns[pattern + k] + _octograd.rng_below(rng, 121) - 60
    return memoryview(x), labels


def right(trainer, number):
    """Return how many of 100 samples of a task are right."""
    return int(100 * trainer.evaluate(*tests[number])[1] + 0.5)


tests = [task(number, 100, 9) for number in range(2)]
old, new = task(0, N, 1), task(1, N, 2)
replay = og.ReplayBuffer(N_IN, 24, classes=N_CLASSES)
for i in range(N):
    replay.add(old[0][i * N_IN : (i + 1) * N_IN], old[1][i])
for bits in (16, 8):
    net = og.Sequential(
        og.Dense(32, og.relu), og.Dense(24, og.relu), og.Dense(N_CLASSES), weight_bits=bits
    )
    net.build((N_IN,), seed=3)
    loss, sgd = og.SoftmaxCrossEntropy(), og.SGD(1 / 32)
    trainer = og.Trainer(net, loss, sgd)
    for _ in trainer.fit(*old, epochs=3):
        pass
    first = right(trainer, 0)
    print(bits, "first task", first, net.digest())
    ewc = og.EWC(trainer)
    ewc.measure(*old)
    start = net.snapshot()
    scores = []
    for name, memory, pull in (
        ("alone", None, None),
        ("rehearsal", replay, None),
        ("consolidation", None, ewc),
    ):
        net.restore(start)
        trainer = og.Trainer(net, loss, sgd, consolidate=pull)
        for _ in trainer.fit(*new, epochs=3, replay=memory):
            pass
        scores.append((right(trainer, 0), right(trainer, 1)))
        print(bits, name, scores[-1], net.digest())
    print(bits, "learnt:", first >= 90, min([score[1] for score in scores]) >= 90)
    lost = first - scores[0][0]
    print(bits, "forgotten:", lost >= 20)
    print(bits, "half is kept:", all([first - score[0] <= lost // 2 for score in scores[1:]]))
