"""The losses through the border: results, and what is refused."""

import hashlib
from array import array

import _octograd

rng = array("I", [0])
_octograd.rng_seed(rng, 2)


def random(code, n, limit):
    """Return an array of n numbers in -limit..limit."""
    a = array(code, bytes(n * (1 if code == "b" else 4)))
    for k in range(n):
        a[k] = (_octograd.rng_below(rng, 65536) - 32768) * limit // 32768
    return a


def digest(buffers):
    """Return the first digits of the SHA-256 of some buffers."""
    h = hashlib.sha256()
    for buffer in buffers:
        if isinstance(buffer, (array, bytearray, bytes, memoryview)):
            h.update(bytes(buffer))
    return "".join("%02x" % byte for byte in h.digest()[:6])


def refuse(stem, position, name, bad):
    """Print the error for one bad argument, and whether it is named and nothing was written."""
    arguments = good(stem)
    arguments[position] = bad
    before = digest(arguments)
    try:
        getattr(_octograd, stem)(*arguments)
        print(stem, name, "WRONG: accepted")
    except (TypeError, ValueError) as e:
        named = str(e).startswith(name + ":")
        unchanged = digest(arguments) == before
        print(stem, name, type(e).__name__, e, "| unchanged" if named and unchanged else "| WRONG")


N = 10
SIZES = {"b": 1, "h": 2, "i": 4, "I": 4}
# Name, typecode or limits, and whether it is written.
ARGUMENTS = {
    "softmax": (("y", "i", True), ("e_y", (-511, 511), False)),
    "softmax_cross_entropy": (
        ("y", "i", True),
        ("e_y", (-511, 511), False),
        ("label", (0, N - 1), False),
    ),
    "mean_squared_error": (
        ("y", "i", True),
        ("e_y", (-511, 511), False),
        ("target", "b", False),
    ),
    "binary_cross_entropy": (
        ("y", "i", True),
        ("e_y", (-511, 511), False),
        ("target", "b", False),
    ),
    "huber": (
        ("y", "i", True),
        ("e_y", (-511, 511), False),
        ("target", "b", False),
        ("delta", (1, 2**29), False),
    ),
    "error_quantize": (
        ("error", "i", False),
        ("skip", (0, 32768), False),
        ("dy", "b", True),
    ),
    "argmax": (("y", "i", False),),
}


def good(stem):
    """Return good arguments of a function."""
    values = {
        "y": random("i", N, 200000),
        "error": random("i", N, 32768),
        "e_y": -16,
        "label": 3,
        "skip": 0,
        "delta": 16384,
        "target": random("b", N, 127),
        "dy": array("b", bytes(N)),
    }
    return [values[name] for name, _, _ in ARGUMENTS[stem]]


# Results.
for stem in sorted(ARGUMENTS):
    for i in range(3):
        arguments = good(stem)
        print(stem, i, getattr(_octograd, stem)(*arguments), digest(arguments))
y = random("i", 4, 100000)
_octograd.softmax(y, -15)
print("softmax", list(y))
for e_y in (-511, -30, -16, -4, -3, 0, 20, 511):
    y = random("i", N, 1 << 29)
    loss = _octograd.softmax_cross_entropy(y, e_y, N - 1)
    print("softmax_cross_entropy", e_y, loss, list(y))
    y = random("i", N, 1 << 29)
    loss = _octograd.mean_squared_error(y, e_y, random("b", N, 127))
    print("mean_squared_error", e_y, loss, digest([y]))
    y = random("i", N, 1 << 29)
    loss = _octograd.binary_cross_entropy(y, e_y, random("b", N, 127))
    print("binary_cross_entropy", e_y, loss, digest([y]))
    for delta in (1, 31, 32, 32768, 2**29):
        y = random("i", N, 1 << 29)
        loss = _octograd.huber(y, e_y, random("b", N, 127), delta)
        print("huber", e_y, delta, loss, digest([y]))
extremes = (-(2**31), 2**31 - 1, 0, -1)
for label in range(4):
    y = array("i", extremes)
    print("softmax_cross_entropy extremes", _octograd.softmax_cross_entropy(y, -9, label), list(y))
y = array("i", extremes)
print("mean_squared_error extremes", _octograd.mean_squared_error(y, 3, b"\x80\x7f\0\0"), list(y))
y = array("i", extremes)
print("binary_cross_entropy", _octograd.binary_cross_entropy(y, 3, b"\x80\x7f\0\0"), list(y))
for delta in (1, 2**29):
    y = array("i", extremes)
    print("huber", _octograd.huber(y, 3, b"\x80\x7f\0\0", delta), list(y))
# The sigmoid from end to end, at 1/16 a step.
y = array("i", [i for i in range(-130, 131, 13)])
print(_octograd.binary_cross_entropy(y, -4, bytes(len(y))), list(y))
for skip in (0, 1, 1000, 32767, 32768):
    for largest in (0, 1, 127, 128, 999, 1000, 32767, 32768, 2**31 - 1, -(2**31)):
        dy = array("b", [99] * 3)
        e = _octograd.error_quantize(array("i", [0, largest, 1]), skip, dy)
        print("error_quantize", skip, largest, e, list(dy))
for y in ((5,), (1, 1), (0, 3, 3), (-(2**31), -(2**31) + 1, -(2**31)), (2**31 - 1, 0)):
    print("argmax", y, _octograd.argmax(array("i", y)))
y = array("i", [77])
print("one class", _octograd.softmax_cross_entropy(y, -5, 0), list(y))

# Refusals.
for stem in sorted(ARGUMENTS):
    for position, (name, kind, written) in enumerate(ARGUMENTS[stem]):
        if isinstance(kind, tuple):
            low, high = kind
            bad = [low - 1, high + 1, -(2**30), 2**30 - 1, None, 0.0, "0", True, b"0"]
        else:
            bad = [array(c, bytes(SIZES[c] * N)) for c in "bhiI" if c != kind]
            bad += [None, 5, 1.5, object, array(kind)]
            if kind == "i":
                bad.append(bytes(4 * N))
            elif written:
                bad += [bytes(N), memoryview(bytes(N))]
            if position:
                bad += [array(kind, bytes(n)) for n in (N - 1, N + 1)]
        for value in bad:
            refuse(stem, position, name, value)
    try:
        getattr(_octograd, stem)()
    except TypeError:
        print(stem, "no arguments", "TypeError")

for stem in sorted(ARGUMENTS):
    name = ARGUMENTS[stem][0][0]
    try:
        long = array("i", bytes(4 * 32769))
    except MemoryError:
        print("SKIP", stem, name + ": memory")
        continue
    refuse(stem, 0, name, long)
    del long
