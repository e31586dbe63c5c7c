"""The kernels of a dense layer through the border: results, and what is refused."""

import hashlib
from array import array

import _octograd

rng = array("I", [0])
_octograd.rng_seed(rng, 1)
SIZES = {"b": 1, "h": 2, "i": 4, "I": 4}


def random(code, n, limit):
    """Return an array of n numbers in -limit..limit."""
    a = array(code, bytes(n * SIZES[code]))
    for k in range(n):
        a[k] = _octograd.rng_below(rng, 2 * limit + 1) - limit
    return a


def digest(buffers):
    """Return the first digits of the SHA-256 of some buffers."""
    h = hashlib.sha256()
    for buffer in buffers:
        if isinstance(buffer, (array, bytearray, bytes, memoryview)):
            h.update(bytes(buffer))
    return "".join("%02x" % byte for byte in h.digest()[:6])


def call(stem, values):
    """Call a function with the values of its arguments; return its result and a digest."""
    arguments = [values[name] for name in ARGUMENTS[stem].split()]
    return getattr(_octograd, stem)(*arguments), digest(arguments)


def refuse(stem, name, bad):
    """Print the error for one bad argument, and whether it is named and nothing was written."""
    values = good()
    values[name] = bad
    shown = SHOWN.get(name, name)
    names = ARGUMENTS[stem].split()
    before = digest(values[n] for n in names)
    try:
        call(stem, values)
        print(stem, shown, "WRONG: accepted")
    except (TypeError, ValueError) as e:
        named = str(e).startswith((shown + ":", shown + "["))
        unchanged = digest(values[n] for n in names) == before
        print(
            stem, shown, type(e).__name__, e, "| unchanged" if named and unchanged else "| WRONG"
        )


N_IN, N_OUT = 37, 5
N = N_IN * N_OUT
FRESH = (0, 0, -1)
TOO_LONG = 32769
# The name of int32 sums is y, too.
SHOWN = {"y32": "y"}
ARGUMENTS = {
    "dense_forward": "x w b e_x e_w activation training range y",
    "dense_forward_s32": "x w b e_x e_w y32",
    "dense_backward_x": "dy w e_dy e_w x e_x activation pending e_pending range dx",
    "dense_update": "dy x e_dy e_x rate rng w residual velocity b e_w",
    "dense_gradient": "dy x e_dy e_x batch sums",
}


def good():
    """Return a value for each argument of all functions."""
    return {
        "x": random("b", N_IN, 127),
        "w": random("b", N, 127),
        "residual": random("b", N, 127),
        "velocity": random("h", N + N_OUT, 9000),
        "sums": random("i", N + N_OUT, 9000),
        "b": random("i", N_OUT, 30000),
        "dy": random("b", N_OUT, 127),
        "pending": random("b", N_IN, 127),
        "e_x": -7,
        "e_w": array("b", [-8]),
        "e_dy": -9,
        "e_pending": -12,
        "activation": 1,
        "training": True,
        "range": array("h", FRESH),
        "rate": array("h", [3, 6, 0, 3]),
        "batch": array("h", [-16, -9, 1]),
        "rng": array("I", [1]),
        "y": array("b", bytes(N_OUT)),
        "y32": array("i", bytes(4 * N_OUT)),
        "dx": array("b", bytes(N_IN)),
    }


# Results.
for stem in sorted(ARGUMENTS):
    g = good()
    for i in range(3):
        print(stem, i, call(stem, g))
for activation in (0, 1, 2, 3, 4, 9, 15):
    g = good()
    g["activation"] = activation
    results = [call("dense_forward", g), list(g["range"]), list(g["y"])]
    g["x"], g["range"] = random("b", N_IN, 127), array("h", FRESH)
    results += [call("dense_backward_x", g), list(g["range"])]
    g["pending"], g["range"] = None, array("h", FRESH)
    print("activation", activation, results, call("dense_backward_x", g), list(g["range"]))

# An exponent for each row.
for low, step in ((-9, 1), (-9, 0), (-20, 7), (-128, 60)):
    g = good()
    g["e_w"] = array("b", [min(low + step * o, 127) for o in range(N_OUT)])
    print("rows", list(g["e_w"]), call("dense_forward", g), call("dense_backward_x", g))

g = good()
g["training"] = False
print("dense_forward inference", call("dense_forward", g), list(g["range"]))
g["range"] = bytes(6)
try:
    print("dense_forward bytes as range", call("dense_forward", g))
except TypeError as e:
    print("dense_forward bytes as range", e)
g["range"] = array("h", [-3, 5, 255])
g["training"] = True
g["activation"] = 0
print("dense_forward end of window", call("dense_forward", g), list(g["range"]))
print(list(g["y"]))

# Any bytes will do as int8: bytes, bytearray, a slice of a memoryview.
g = good()
for x in (bytes(g["x"]), bytearray(bytes(g["x"])), memoryview(g["x"]), memoryview(bytes(g["x"]))):
    g["x"], g["range"], g["y"] = x, array("h", FRESH), bytearray(N_OUT)
    print("dense_forward bytes", call("dense_forward", g)[0], digest([g["y"]]))
arena = bytearray(N_OUT + 6)
g["y"] = memoryview(arena)[3 : 3 + N_OUT]
call("dense_forward", g)
print("dense_forward slice", digest([g["y"]]), list(arena[:3]), list(arena[-3:]))

# Edges: the extremes of every byte, one input and one output, rates and exponents at both ends.
RATES = (
    (1, 0, 0, 0),
    (15, 0, 0, 0),
    (15, 30, 0, 0),
    (1, 30, 1, 0),
    (15, 0, 1, 0),
    (7, 5, 0, 1),
    (15, 0, 1, 7),
)
for rate in RATES:
    for residual in (True, False):
        for biased in (True, False):
            g = good()
            g["rate"] = array("h", rate)
            g["residual"] = g["residual"] if residual else None
            g["velocity"] = g["velocity"] if rate[3] else None
            g["b"] = g["b"] if biased else None
            print("dense_update", rate, residual, biased, call("dense_update", g))
for e in (-511, -40, 0, 40, 511):
    for value in (-128, 127):
        g = good()
        for name in ("x", "w", "dy", "residual", "pending"):
            for k in range(len(g[name])):
                g[name][k] = value
        g["e_x"], g["e_dy"], g["e_pending"], g["e_w"][0] = e, -e, e, value
        results = []
        for stem in sorted(ARGUMENTS):
            results.append(call(stem, g))
        print("edge", e, value, results)
g = good()
for name in ("x", "w", "dy", "residual", "y", "dx", "pending"):
    g[name] = array("b", [-128])
g["velocity"], g["sums"] = array("h", [-32768, 32767]), array("i", [-(2**31), 2**31 - 1])
g["b"], g["y32"] = array("i", [-(2**31)]), array("i", [0])
for stem in sorted(ARGUMENTS):
    print("one", stem, call(stem, g))
print(list(g["w"]), list(g["residual"]), list(g["b"]), list(g["dx"]), list(g["y"]), list(g["y32"]))
print(list(g["velocity"]), list(g["sums"]), list(g["batch"]))

# A batch: the first sample clears, and what is there counts for nothing.
g = good()
g["batch"][2] = 0
for i in range(3):
    g["e_dy"] = -9 - 3 * i
    print("batch", call("dense_gradient", g), list(g["batch"]), list(g["sums"][-N_OUT:]))

# Refusals. Which arguments a function writes: these may not be read-only.
WRITTEN = {
    "dense_forward": "range y",
    "dense_forward_s32": "y32",
    "dense_backward_x": "range dx",
    "dense_update": "rng w residual velocity b e_w",
    "dense_gradient": "batch sums",
}
# What the others are measured by.
MEASURES = {
    "dense_forward": "x y",
    "dense_forward_s32": "x y32",
    "dense_backward_x": "dy x",
    "dense_update": "dy x",
    "dense_gradient": "dy x",
}
CODES = {
    "b": "i",
    "y32": "i",
    "sums": "i",
    "range": "h",
    "rate": "h",
    "batch": "h",
    "velocity": "h",
    "rng": "I",
}
OPTIONAL = ("b", "residual", "velocity", "pending")
RECORDS = {
    "range": ((-512, 0, -1), (512, 0, -1), (0, -1, 0), (0, 128, 0), (0, 0, -2), (0, 0, 256)),
    "rate": (
        (0, 0, 0, 0),
        (16, 0, 0, 0),
        (-1, 0, 0, 0),
        (1, -1, 0, 0),
        (1, 31, 0, 0),
        (1, 0, -1, 0),
        (1, 0, 2, 0),
        (1, 0, 0, -1),
        (1, 0, 0, 8),
    ),
    "batch": (
        (-1023, 0, 0),
        (1023, 0, 0),
        (0, -512, 0),
        (0, 512, 0),
        (0, 0, -1),
        (0, 0, 2),
        (0, 0, 32767),
    ),
}


def refuse_buffer(stem, name):
    """Refuse everything that is not a buffer of the right kind and length."""
    n, code = len(good()[name]), CODES.get(name, "b")
    for other in "bhiI":
        if other != code:
            refuse(stem, name, array(other, bytes(SIZES[other] * n)))
    for value in (5, 1.5, object) if name in OPTIONAL else (None, 5, 1.5, object):
        refuse(stem, name, value)
    if code != "b":
        refuse(stem, name, bytes(SIZES[code] * n))
    elif name in WRITTEN[stem].split():
        refuse(stem, name, bytes(n))
        refuse(stem, name, memoryview(bytes(n)))
    if name not in MEASURES[stem].split():
        for wrong in (n - 1, n + 1) if n > 1 else (n + 1,):
            refuse(stem, name, array(code, bytes(SIZES[code] * wrong)))
    refuse(stem, name, array(code))
    for record in RECORDS.get(name, ()):
        refuse(stem, name, array("h", record))
    if name == "rng":
        refuse(stem, name, array("I", [0]))


NOT_INTS = (-(2**30), 2**30 - 1, None, 0.0, "0", True, b"0")
for stem in sorted(ARGUMENTS):
    for name in ARGUMENTS[stem].split():
        if name == "activation":
            for value in (-1, 5, 6, 7, 8, 16) + NOT_INTS:
                refuse(stem, name, value)
        elif name.startswith("e_") and name != "e_w":
            for value in (-512, 512) + NOT_INTS:
                refuse(stem, name, value)
        elif name != "training":
            refuse_buffer(stem, name)
    try:
        getattr(_octograd, stem)()
    except TypeError:
        print(stem, "no arguments", "TypeError")

# The exponents of sums, and of a layer that learns, are one.
for stem in ("dense_forward_s32", "dense_update"):
    refuse(stem, "e_w", array("b", bytes(N_OUT)))

# A layer that is too wide, in either direction.
for stem, name in (
    ("dense_forward", "x"),
    ("dense_backward_x", "dy"),
    ("dense_forward_s32", "y32"),
):
    code = "i" if name == "y32" else "b"
    try:
        long = array(code, bytes(SIZES[code] * TOO_LONG))
    except MemoryError:
        print("SKIP", stem, SHOWN.get(name, name) + ": memory")
        continue
    refuse(stem, name, long)
    del long
