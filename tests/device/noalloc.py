"""A training step, the running of fit(), and predict() with the heap locked."""

from array import array

import _octograd
import octograd as og

try:
    from micropython import heap_lock, heap_unlock
except ImportError:

    def heap_lock():
        """Do nothing: CPython has no such thing."""

    heap_unlock = heap_lock

N_IN, N_OUT, N = 20, 4, 12


def locked(name, function, a, b, c):
    """Call a function with the heap locked and print that it went well."""
    # Not with *arguments: that allocates.
    heap_lock()
    try:
        function(a, b, c)
        error = None
    except MemoryError as e:
        error = e
    finally:
        heap_unlock()
    print(name, "no allocation" if error is None else "WRONG: allocated")


def steps(trainer, x, targets):
    """Make a step with each sample."""
    for i in range(N):
        trainer.step(x[i], targets[i])


def rest(fit, _, __):
    """Run a fit to its end."""
    for _ in fit:
        pass


def classify_all(net, x, _):
    """Classify each sample."""
    for i in range(N):
        net.classify(x[i])


rng = array("I", [0])
_octograd.rng_seed(rng, 6)
samples = array("b", bytes(N * N_IN))
_octograd.rng_uniform(rng, 32512, samples)
target_bytes = array("b", bytes(N * N_OUT))
_octograd.rng_uniform(rng, 16000, target_bytes)
x = [memoryview(samples)[i * N_IN : (i + 1) * N_IN] for i in range(N)]
targets = [memoryview(target_bytes)[i * N_OUT : (i + 1) * N_OUT] for i in range(N)]
labels = bytes([_octograd.rng_below(rng, N_OUT) for _ in range(N)])

CE, MSE = og.SoftmaxCrossEntropy(), og.MSE()
VARIANTS = (
    ("16-bit", 16, CE, og.SGD(1 / 8), 0, True),
    ("8-bit", 8, CE, og.SGD(1 / 8), 0, True),
    ("normalize", 16, CE, og.SGD(1 / 512, normalize=True), 0, True),
    ("normalize 8-bit", 8, CE, og.SGD(1 / 512, normalize=True), 0, True),
    ("skip some", 16, CE, og.SGD(1 / 8), 0.5, True),
    ("skip all", 16, CE, og.SGD(1 / 8), 1, True),
    ("halving", 16, CE, og.SGD(15), 0, True),
    ("mse", 16, MSE, og.SGD(1 / 8), 0, True),
    ("frozen", 16, CE, og.SGD(1 / 8), 0, False),
)
for name, bits, loss, sgd, skip, lower in VARIANTS:
    net = og.Sequential(
        og.Dense(9, og.relu, trainable=lower),
        og.Dense(7, og.relu),
        og.Dense(N_OUT),
        weight_bits=bits,
    )
    net.build((N_IN,))
    trainer = og.Trainer(net, loss, sgd, skip=skip)
    locked(name + ": steps", steps, trainer, x, labels if loss is CE else targets)
    fit = trainer.fit(samples, labels if loss is CE else target_bytes, epochs=2)
    next(fit)
    locked(name + ": fit", rest, fit, None, None)
    locked(name + ": classify", classify_all, net, x, None)
    print(net.digest()[:12], trainer.skipped)

# The lock itself works, where there is one.
works = heap_lock is heap_unlock
heap_lock()
try:
    bytearray(1000)
except MemoryError:
    works = True
finally:
    heap_unlock()
print("lock:", works)
