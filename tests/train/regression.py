"""A net learns to compress and restore its input: mean squared error, three layers."""

from array import array

import _octograd
import octograd as og

N_IN, N = 16, 200


def waves(n, seed):
    """Return samples that are mixtures of two shapes, so that two numbers describe one."""
    rng = array("I", [0])
    _octograd.rng_seed(rng, 31)
    shapes = bytearray(2 * N_IN)
    _octograd.rng_uniform(rng, 25000, shapes)
    shapes = array("b", shapes)
    _octograd.rng_seed(rng, seed)
    x = array("b", bytes(n * N_IN))
    for i in range(n):
        a, b = _octograd.rng_below(rng, 128) - 64, _octograd.rng_below(rng, 128) - 64
        for k in range(N_IN):
            x[i * N_IN + k] = (a * shapes[k] + b * shapes[N_IN + k]) // 128
    return memoryview(x)


x, test_x = waves(N, 1), waves(60, 2)
for name, weight_bits, sgd in (
    ("16-bit", 16, og.SGD(1 / 16)),
    ("8-bit", 8, og.SGD(1 / 16)),
):
    net = og.Sequential(
        og.Dense(12, og.relu), og.Dense(8), og.Dense(N_IN), weight_bits=weight_bits
    )
    net.build((N_IN,), seed=3)
    trainer = og.Trainer(net, og.MSE(), sgd)
    first, _ = trainer.evaluate(test_x, test_x)
    steps = 0
    for p in trainer.fit(x, x, epochs=3, seed=5):
        steps += 1
        if steps % 150 == 0:
            print(name, steps, net.digest(), p.accuracy)
    last, accuracy = trainer.evaluate(test_x, test_x)
    print(name, "loss falls:", last < first / 3, accuracy)
    print(name, "sum of losses:", int(first * 1024 * 60 + 0.5), int(last * 1024 * 60 + 0.5))
