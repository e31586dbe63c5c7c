"""The kernels of a dense layer through the border: results, and what is refused."""

import hashlib
from array import array

import _octograd

rng = array("I", [0])
_octograd.rng_seed(rng, 1)


def random(code, n, limit):
    """Return an array of n numbers in -limit..limit."""
    a = array(code, bytes(n * (1 if code == "b" else 4)))
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


def call(stem, arguments, values):
    """Call a function with the values of its arguments; return them all as a list."""
    return getattr(_octograd, stem)(*[values[name] for name in arguments])


def refuse(stem, arguments, good, name, bad):
    """Print the error for one bad argument, and whether it is named and nothing was written."""
    values = dict(good)
    values[name] = bad
    before = digest(values[a] for a in arguments)
    try:
        call(stem, arguments, values)
        print(stem, name, "WRONG: accepted")
    except (TypeError, ValueError) as e:
        named = str(e).startswith((name + ":", name + "["))
        unchanged = digest(values[a] for a in arguments) == before
        print(stem, name, type(e).__name__, e, "| unchanged" if named and unchanged else "| WRONG")


N_IN, N_OUT = 37, 5
FRESH = (0, 0, -1)
TOO_LONG = 32769
ARGUMENTS = {
    "dense_forward": "x w b e_x e_w activation training range y",
    "dense_forward_s32": "x w b e_x e_w y32",
    "dense_backward_x": "dy w x e_dy e_w activation range dx",
    "dense_update": "dy x e_dy e_x rate rng w residual b e_w",
}


def good():
    """Return a value for each argument of all functions."""
    return {
        "x": random("b", N_IN, 127),
        "w": random("b", N_IN * N_OUT, 127),
        "residual": random("b", N_IN * N_OUT, 127),
        "b": random("i", N_OUT, 30000),
        "dy": random("b", N_OUT, 127),
        "e_x": -7,
        "e_w": array("b", [-8]),
        "e_dy": -9,
        "activation": 1,
        "training": True,
        "range": array("h", FRESH),
        "rate": array("h", [3, 6, 0]),
        "rng": array("I", [1]),
        "y": array("b", bytes(N_OUT)),
        "y32": array("i", bytes(4 * N_OUT)),
        "dx": array("b", bytes(N_IN)),
    }


# Results.
for stem in sorted(ARGUMENTS):
    arguments = ARGUMENTS[stem].split()
    g = good()
    for i in range(3):
        print(stem, i, call(stem, arguments, g), digest(g[a] for a in arguments))

g = good()
arguments = ARGUMENTS["dense_forward"].split()
g["training"] = False
print("dense_forward inference", call("dense_forward", arguments, g), list(g["range"]))
g["range"] = bytes(6)
try:
    print("dense_forward bytes as range", call("dense_forward", arguments, g))
except TypeError as e:
    print("dense_forward bytes as range", e)
g["range"] = array("h", [-3, 5, 255])
g["training"] = True
g["activation"] = 0
print("dense_forward end of window", call("dense_forward", arguments, g), list(g["range"]))
print(list(g["y"]))

# Any bytes will do as int8: bytes, bytearray, a slice of a memoryview.
g = good()
for x in (bytes(g["x"]), bytearray(bytes(g["x"])), memoryview(g["x"]), memoryview(bytes(g["x"]))):
    g["x"], g["range"], g["y"] = x, array("h", FRESH), bytearray(N_OUT)
    print("dense_forward bytes", call("dense_forward", arguments, g), digest([g["y"]]))
arena = bytearray(N_OUT + 6)
g["y"] = memoryview(arena)[3 : 3 + N_OUT]
call("dense_forward", arguments, g)
print("dense_forward slice", digest([g["y"]]), list(arena[:3]), list(arena[-3:]))

# Edges: the extremes of every byte, one input and one output, rates and exponents at both ends.
arguments = ARGUMENTS["dense_update"].split()
for factor, shift, normalize in ((1, 0, 0), (15, 0, 0), (15, 30, 0), (1, 30, 1), (15, 0, 1)):
    for residual in (True, False):
        g = good()
        g["rate"] = array("h", [factor, shift, normalize])
        g["residual"] = g["residual"] if residual else None
        call("dense_update", arguments, g)
        print("dense_update", factor, shift, normalize, residual, digest(g[a] for a in arguments))
for e in (-511, -40, 0, 40, 511):
    for value in (-128, 127):
        g = good()
        for name in ("x", "w", "dy", "residual"):
            for k in range(len(g[name])):
                g[name][k] = value
        g["e_x"], g["e_dy"], g["e_w"][0] = e, -e, value
        results = []
        for stem in sorted(ARGUMENTS):
            results.append(call(stem, ARGUMENTS[stem].split(), g))
        print("edge", e, value, results, digest(g[name] for name in sorted(g)))
one = {name: array("b", [-128]) for name in ("x", "w", "dy", "residual", "y", "dx")}
g = good()
g.update(one)
g["b"], g["y32"] = array("i", [-(2**31)]), array("i", [0])
for stem in sorted(ARGUMENTS):
    print("one", stem, call(stem, ARGUMENTS[stem].split(), g))
print(list(g["w"]), list(g["residual"]), list(g["b"]), list(g["dx"]), list(g["y"]), list(g["y32"]))

# Refusals. Which arguments a function writes: these may not be read-only.
WRITTEN = {
    "dense_forward": "range y",
    "dense_forward_s32": "y32",
    "dense_backward_x": "range dx",
    "dense_update": "rng w residual b e_w",
}
CODES = {"b": "i", "y32": "i", "range": "h", "rate": "h", "rng": "I"}
RECORDS = {
    "range": ((-512, 0, -1), (512, 0, -1), (0, -1, 0), (0, 128, 0), (0, 0, -2), (0, 0, 256)),
    "rate": ((0, 0, 0), (16, 0, 0), (-1, 0, 0), (1, -1, 0), (1, 31, 0), (1, 0, -1), (1, 0, 2)),
}
SIZES = {"b": 1, "h": 2, "i": 4, "I": 4}


def refuse_buffer(stem, arguments, name):
    """Refuse everything that is not a buffer of the right kind and length."""
    # The kernel's own name of the int32 sums is y, too.
    shown = "y" if name == "y32" else name
    values = good()
    names = [shown if a == name else a for a in arguments]
    values[shown] = values[name]
    code = CODES.get(name, "b")
    n = len(values[name])
    others = [c for c in "bhiI" if c != code]
    for other in others:
        refuse(stem, names, values, shown, array(other, bytes(SIZES[other] * n)))
    for value in (5, 1.5, object) if name == "residual" else (None, 5, 1.5, object):
        refuse(stem, names, values, shown, value)
    if code != "b":
        refuse(stem, names, values, shown, bytes(SIZES[code] * n))
    elif name in WRITTEN[stem].split():
        refuse(stem, names, values, shown, bytes(n))
        refuse(stem, names, values, shown, memoryview(bytes(n)))
    # These two are what the others are measured by.
    if not (name == "dy" if stem == "dense_backward_x" else name == "b") and name != "x":
        refuse(stem, names, values, shown, array(code, bytes(SIZES[code] * (n - 1))))
        refuse(stem, names, values, shown, array(code, bytes(SIZES[code] * (n + 1))))
    refuse(stem, names, values, shown, array(code))
    for record in RECORDS.get(name, ()):
        refuse(stem, names, values, shown, array("h", record))
    if name == "rng":
        refuse(stem, names, values, shown, array("I", [0]))


def refuse_int(stem, arguments, name):
    """Refuse everything that is not an int in its limits."""
    low, high = (0, 1) if name == "activation" else (-511, 511)
    for value in (low - 1, high + 1, -(2**30), 2**30 - 1, None, 0.0, "0", True, b"0"):
        refuse(stem, arguments, good(), name, value)


for stem in sorted(ARGUMENTS):
    arguments = ARGUMENTS[stem].split()
    for name in arguments:
        if name in ("e_x", "e_dy", "activation"):
            refuse_int(stem, arguments, name)
        elif name != "training":
            refuse_buffer(stem, arguments, name)
    try:
        getattr(_octograd, stem)()
    except TypeError:
        print(stem, "no arguments", "TypeError")

# A layer that is too wide, in either direction.
for stem, name, code in (
    ("dense_forward", "x", "b"),
    ("dense_backward_x", "dy", "b"),
    ("dense_forward", "b", "i"),
):
    try:
        long = array(code, bytes(SIZES[code] * TOO_LONG))
    except MemoryError:
        print("SKIP", stem, name + ": memory")
        continue
    refuse(stem, ARGUMENTS[stem].split(), good(), name, long)
    del long
