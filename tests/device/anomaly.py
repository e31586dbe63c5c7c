"""The anomaly detector: its states, its threshold, what it learns from, and its file."""

from array import array

from files import PATH, read, remove, write

import _octograd
import octograd as og

try:
    from micropython import heap_lock, heap_unlock
except ImportError:

    def heap_lock():
        """Do nothing: CPython has no such thing."""

    heap_unlock = heap_lock

rng = array("I", [1])
N_IN = 12
SMALL = {"learn": 120, "calibrate": 40, "quantile": 0.95, "window": 5}
Detector = og.AnomalyDetector


def normal(n, seed):
    """Return samples that are mixtures of two shapes, from 0 to 127."""
    _octograd.rng_seed(rng, seed)
    found = []
    for _ in range(n):
        a, b = _octograd.rng_below(rng, 60), _octograd.rng_below(rng, 60)
        found.append(bytes([(a * (k % 3) + b * (k % 4)) // 3 + 3 for k in range(N_IN)]))
    return found


def strange(n):
    """Return samples of no such shape."""
    return [bytes([_octograd.rng_below(rng, 2) * 110 for _ in range(N_IN)]) for _ in range(n)]


def make(kind=0, **options):
    """Return a detector with a prepared model."""
    encoder, decoder = [og.Dense(8, og.relu)], [og.Dense(8, og.relu), og.Dense(N_IN)]
    if kind:
        model = og.VAE(encoder, decoder, latent=2, beta=1 / 64, loss=og.MSE())
    else:
        model = og.Autoencoder(encoder + [og.Dense(2)], decoder, loss=og.MSE())
    model.build((N_IN,), seed=2)
    model.prepare(og.SGD(1 / 32))
    settings = dict(SMALL)
    settings.update(options)
    return Detector(model, **settings)


def refused(name, function, *arguments, **options):
    """Print the error of a call that must not succeed; it must begin with the name."""
    try:
        function(*arguments, **options)
        print(name, "WRONG: accepted")
    except (TypeError, ValueError) as e:
        text = str(e).split(", got")[0]
        print(name, text if text.startswith(name) else ("WRONG", str(e)))


# Refusals.
model = make().model
refused("model", Detector, og.Sequential(og.Dense(2)))
refused("model", Detector, og.VAE)
for name, values in (
    ("learn", (-1, 2**29 + 1, 1.0)),
    ("calibrate", (0, 16385, None)),
    ("quantile", (-0.1, 1.1, None)),
    ("margin", (-0.1, 1.1, "1")),
    ("window", (0, 256)),
    ("votes", (0, 6, 1.5)),
):
    for value in values:
        refused(name, Detector, model, **{name: value})
detector = make()
refused("x", detector.step, bytes(3))
print(detector, detector.samples)

# States, thresholds and alarms; twice the same, the second time with the heap locked.
data, tests = normal(400, 1), normal(60, 2) + strange(20) + normal(30, 3)
for kind in (0, 1):
    lines = []
    for lock in (False, True):
        detector = make(kind, adapt=False)
        states, alarms = "", 0
        if lock:
            heap_lock()
        for i in range(len(data)):
            alarms += detector.step(data[i])
        if lock:
            heap_unlock()
        line = [alarms, detector.threshold, detector.state, detector.samples]
        trace = [int(detector.step(one)) for one in tests]
        lines.append(line + trace)
    print("kind", kind, lines[0][:4], lines[0] == lines[1])
    print("alarms", sum(trace[:60]), sum(trace[60:80]), sum(trace[80:]))
    print("found", sum(trace[:60]) < 6, sum(trace[60:80]) > 15, sum(trace[-20:]) == 0)

# The threshold is the quantile: so many of the calibration samples are above it.
detector = make(learn=0, calibrate=1, quantile=1)
scores = sorted([detector.model.score(one) for one in data[:50]])
for quantile, above in ((1, 0), (0.99, 1), (0.98, 1), (0.94, 3), (0.5, 25), (0, 49)):
    detector = make(learn=0, calibrate=50, quantile=quantile)
    for one in data[:50]:
        detector.step(one)
    found = detector.threshold == scores[49 - above]
    print("above", above, detector.threshold, found or ("WRONG", scores))
detector = make(learn=0, calibrate=50, quantile=1, margin=0.25)
for one in data[:50]:
    detector.step(one)
print("margin", detector.threshold == scores[49] * 5 // 4)

# What sets off a vote is never learnt from, nor what comes before the window is normal again.
detector = make()
for one in data:
    detector.step(one)
digest = detector.model.digest()
changes = []
for one in strange(6) + data[:10]:
    detector.step(one)
    changes.append((int(detector.anomalous), int(detector.model.digest() != digest)))
    digest = detector.model.digest()
print("learns only from what is normal", changes)

# Back to calibrating, and to learning.
detector.recalibrate()
print(detector, detector.samples)
for i in range(40):
    detector.step(data[i])
print(detector)
detector.relearn()
print(detector, [detector.step(data[i]) for i in range(2)], detector.samples)

# A file in each state goes on as the detector itself.
for n in (0, 60, 119, 120, 140, 159, 160, 163, 166, 200):
    detector = loaded = None  # a board has not the memory for four
    detector = make(n % 2)
    stream = data[:160] + strange(8) + data[160:]
    for one in stream[:n]:
        detector.step(one)
    detector.save(PATH)
    loaded = Detector.load(PATH)
    loaded.model.prepare(og.SGD(1 / 32))
    same = repr(loaded) == repr(detector) and loaded.samples == detector.samples
    for one in stream[n:260]:
        same = same and loaded.step(one) == detector.step(one)
        same = same and loaded.score == detector.score
    same = same and loaded.model.digest() == detector.model.digest()
    print("file", n, same or "WRONG", detector)

# Damaged files.
data = read()
refused(PATH, og.load, PATH)
outcomes = ""
for n in list(range(0, len(data), 7)) + [len(data) - 1]:
    write(data[:n])
    try:
        Detector.load(PATH)
        outcomes += "L"
    except ValueError:
        outcomes += "v"
print("cut", outcomes)
outcomes, changed = "", bytearray(data)
for k in range(len(data) - 60, len(data)):
    changed[k] ^= 85
    write(changed)
    changed[k] ^= 85
    try:
        Detector.load(PATH)
        outcomes += "L"
    except (ValueError, TypeError):
        outcomes += "v"
print("changed", outcomes)
remove(PATH)
