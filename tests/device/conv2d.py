"""Convolutions over a window through the border: results, and what is refused."""

import hashlib
import sys
from array import array

import _octograd
from octograd.windows import axis, transposed_axis, upsampled_axis, window

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
    names = ARGUMENTS[stem].split()
    result = getattr(_octograd, stem)(*[values[name] for name in names])
    # What is left in scratch means nothing.
    return result, digest(values[name] for name in names if name != "scratch")


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
        same = digest(values[n] for n in names) == before
        print(stem, shown, type(e).__name__, e, "| unchanged" if named and same else "| WRONG")


FRESH = (0, 0, -1)
# The name of int32 sums is y, too.
SHOWN = {"y32": "y"}
ARGUMENTS = {
    "conv2d_forward": "window x w b e_x e_w activation training range y",
    "conv2d_forward_s32": "window x w b e_x e_w y32",
    "conv2d_backward_x": "window dy w e_dy e_w x e_x activation pending e_pending range dx",
    "conv2d_update": "window dy x e_dy e_x rate rng w residual velocity b e_w scratch",
    "conv2d_gradient": "window dy x e_dy e_x scratch batch sums",
}

# (in_h, in_w, in_c, out_c) and how an axis is made: odd sizes, strides beyond the kernel,
# padding that the stride does not divide, one pixel, one channel.
GEOMETRIES = (
    ("valid", (5, 6, 3, 4), (3, 2), (1, 1), "valid"),
    ("same", (7, 5, 2, 3), (3, 3), (1, 1), "same"),
    ("stride 2 same", (7, 6, 3, 5), (3, 3), (2, 2), "same"),
    ("stride beyond the kernel", (7, 8, 3, 2), (2, 1), (3, 4), "valid"),
    ("pixels of padding", (4, 5, 2, 3), (3, 2), (2, 3), (2, 1)),
    ("padding beyond the kernel", (2, 2, 1, 1), (1, 1), (1, 1), (2, 3)),
    ("pointwise", (3, 5, 7, 6), (1, 1), (1, 1), "valid"),
    ("signal", (1, 19, 3, 4), (1, 5), (1, 2), "same"),
    ("one pixel", (1, 1, 1, 1), (1, 1), (1, 1), "valid"),
    ("one pixel, same", (1, 1, 3, 2), (3, 3), (2, 2), "same"),
    ("the whole image", (4, 3, 2, 5), (4, 3), (1, 1), "valid"),
    ("transposed", (3, 4, 2, 3), (3, 3), (2, 2), "same"),
    ("transposed valid", (3, 2, 3, 1), (2, 4), (1, 3), "valid"),
    ("transposed, small kernel", (2, 3, 1, 4), (1, 2), (3, 2), "valid"),
    ("upsampled", (3, 2, 2, 3), (3, 3), (2, 3), "same"),
    ("upsampled valid", (2, 3, 3, 2), (2, 3), (3, 2), "valid"),
)
MAKERS = {"transposed": transposed_axis, "upsampled": upsampled_axis}


def make_window(name, sizes, kernel, strides, padding):
    """Return the record of a window."""
    maker = MAKERS.get(name.split()[0].rstrip(","), axis)
    p = padding if isinstance(padding, tuple) else (padding, padding)
    y = maker(sizes[0], kernel[0], strides[0], p[0])
    x = maker(sizes[1], kernel[1], strides[1], p[1])
    return window(y, x, sizes[2], sizes[3])


def good(geometry=GEOMETRIES[2]):
    """Return a value for each argument of all functions."""
    s = make_window(*geometry)
    n_in, n_out, row = s[0] * s[8] * s[16], s[1] * s[9] * s[17], s[2] * s[10] * s[16]
    n = row * s[17]
    return {
        "window": s,
        "x": random("b", n_in, 127),
        "w": random("b", n, 127),
        "residual": random("b", n, 127),
        "velocity": random("h", n + s[17], 9000),
        "sums": random("i", n + s[17], 9000),
        "b": random("i", s[17], 30000),
        "dy": random("b", n_out, 127),
        "pending": random("b", n_in, 127),
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
        "scratch": random("b", 4 * row, 127),
        "y": array("b", bytes(n_out)),
        "y32": array("i", bytes(4 * n_out)),
        "dx": array("b", bytes(n_in)),
    }


# Results.
for geometry in GEOMETRIES:
    print(geometry[0], list(make_window(*geometry)))
    for stem in sorted(ARGUMENTS):
        g = good(geometry)
        print(stem, [call(stem, g) for i in range(2)])
for activation in (0, 1, 2, 3, 4, 9, 15):
    g = good()
    g["activation"] = activation
    results = [call("conv2d_forward", g), list(g["range"]), list(g["y"][:9])]
    g["x"], g["range"] = random("b", len(g["x"]), 127), array("h", FRESH)
    results += [call("conv2d_backward_x", g), list(g["range"])]
    g["pending"], g["range"] = None, array("h", FRESH)
    print("activation", activation, results, call("conv2d_backward_x", g), list(g["range"]))

# An exponent for each row.
for geometry in (GEOMETRIES[0], GEOMETRIES[2], GEOMETRIES[11], GEOMETRIES[14]):
    for low, step in ((-9, 1), (-9, 0), (-20, 7), (-128, 60)):
        g = good(geometry)
        g["e_w"] = array("b", [min(low + step * o, 127) for o in range(len(g["b"]))])
        print("rows", list(g["e_w"]), call("conv2d_forward", g), call("conv2d_backward_x", g))

g = good()
g["training"] = False
print("conv2d_forward inference", call("conv2d_forward", g), list(g["range"]))
g["range"] = array("h", [-3, 5, 255])
g["training"] = True
g["activation"] = 0
print("conv2d_forward end of window", call("conv2d_forward", g), list(g["range"]))

# Any bytes will do as int8, and more scratch than is needed.
g = good()
for x in (bytes(g["x"]), bytearray(bytes(g["x"])), memoryview(g["x"]), memoryview(bytes(g["x"]))):
    g["x"], g["range"], g["y"] = x, array("h", FRESH), bytearray(len(g["y"]))
    print("conv2d_forward bytes", call("conv2d_forward", g)[0], digest([g["y"]]))
for scratch in (bytearray(len(g["scratch"])), bytearray(len(g["scratch"]) + 5)):
    g = good()
    g["scratch"] = scratch
    print("conv2d_update scratch", call("conv2d_update", g)[0], digest([scratch]) != "")

# Rates and exponents at both ends, and the extremes of every byte.
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
        g = good()
        g["rate"] = array("h", rate)
        g["residual"] = g["residual"] if residual else None
        g["velocity"] = g["velocity"] if rate[3] else None
        g["b"] = g["b"] if residual or rate[1] else None
        print("conv2d_update", rate, residual, call("conv2d_update", g))
for e in (-511, -40, 0, 40, 511):
    for value in (-128, 127):
        g = good()
        for name in ("x", "w", "dy", "residual", "pending"):
            for k in range(len(g[name])):
                g[name][k] = value
        g["e_x"], g["e_dy"], g["e_pending"], g["e_w"][0] = e, -e, e, value
        print("edge", e, value, [call(stem, g) for stem in sorted(ARGUMENTS)])

# A row without an error stays, and draws nothing.
g = good()
g["velocity"] = g["residual"] = None
for k in range(len(g["dy"])):
    g["dy"][k] = 5 if k % 5 == 1 else 0
before = bytes(g["w"]), list(g["b"])
call("conv2d_update", g)
print("rows that moved", [b != old for b, old in zip(g["b"], before[1])], "%08x" % g["rng"][0])
g["dy"] = bytes(len(g["dy"]))
before = digest([g["w"], g["b"], g["rng"]])
call("conv2d_update", g)
print("no error, no change:", digest([g["w"], g["b"], g["rng"]]) == before or "WRONG")

# A batch: the first sample clears, and what is there counts for nothing.
g = good()
g["batch"][2] = 0
for i in range(3):
    g["e_dy"] = -9 - 3 * i
    print("batch", call("conv2d_gradient", g), list(g["batch"]), list(g["sums"][-2:]))

# Refusals. Which arguments a function writes: these may not be read-only.
WRITTEN = {
    "conv2d_forward": "range y",
    "conv2d_forward_s32": "y32",
    "conv2d_backward_x": "range dx",
    "conv2d_update": "rng w residual velocity b e_w scratch",
    "conv2d_gradient": "scratch batch sums",
}
CODES = {
    "window": "h",
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
    "rate": ((0, 0, 0, 0), (16, 0, 0, 0), (1, 31, 0, 0), (1, 0, 2, 0), (1, 0, 0, 8)),
    "batch": ((-1023, 0, 0), (0, 512, 0), (0, 0, -1), (0, 0, 2), (0, 0, 32767)),
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
    refuse(stem, name, array(code, bytes(SIZES[code] * (n - 1))))
    if name != "scratch":
        refuse(stem, name, array(code, bytes(SIZES[code] * (n + 1))))
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

# What no window can be: each field, then what fields together come to.
for stem in ("conv2d_forward", "conv2d_gradient"):
    for k in range(18):
        if k % 8 == 5 and k < 16:
            continue
        for value in (-32768, -1, 0, 2, 32767):
            record = good()["window"]
            fine = k in (4, 12) and value == -1 or k in (7, 15) and value == 0
            fine = fine or k in (3, 11) and value == 32767
            if fine or value == 2 and k not in (4, 7, 12, 15):
                continue
            record[k] = value
            refuse(stem, "window", record)
PRODUCTS = (
    ("input", (200, 1, 1, 1, 1, 0, 1, 0) + (200, 1, 1, 1, 1, 0, 1, 0) + (1, 1)),
    ("input", (16, 1, 1, 1, 1, 0, 1, 0) + (32, 1, 1, 1, 1, 0, 1, 0) + (65, 65)),
    ("output", (1, 200, 1, 1, 1, 0, 1, 0) + (1, 200, 1, 1, 1, 0, 1, 0) + (1, 1)),
    ("output", (1, 32767, 1, 1, 1, 0, 1, 0) + (1, 32767, 1, 1, 1, 0, 1, 0) + (32767, 32767)),
    ("kernel", (1, 1, 200, 1, 1, 0, 1, 0) + (1, 1, 200, 1, 1, 0, 1, 0) + (1, 1)),
    ("kernel and channels", (1, 1, 100, 1, 1, 0, 1, 0) + (1, 1, 33, 1, 1, 0, 1, 0) + (10, 10)),
    ("divisor", (1, 1, 1, 1, 1, 0, 200, 0) + (1, 1, 1, 1, 1, 0, 200, 0) + (1, 1)),
    ("uses", (1, 1, 9, 1, 1, 0, 100, 0) + (1, 1, 9, 1, 1, 0, 9, 0) + (1, 1)),
    ("uses and channels", (1, 1, 9, 1, 1, 0, 9, 0) + (1, 1, 9, 1, 1, 0, 9, 0) + (5, 5)),
)
for stem in sorted(ARGUMENTS):
    for name, record in PRODUCTS:
        values = good()
        values["window"] = array("h", record)
        try:
            call(stem, values)
            print(stem, name, "WRONG: accepted")
        except ValueError as e:
            print(stem, e, "" if str(e).startswith("window: " + name + ":") else "| WRONG")

# As large as a window may be, and no larger: the next argument is refused.
for record in (
    (128, 128, 1, 1, 1, 0, 1, 0) + (128, 128, 1, 1, 1, 0, 1, 0) + (2, 2),
    (1, 1, 128, 1, 1, 0, 1, 0) + (1, 1, 128, 1, 1, 0, 1, 0) + (2, 2),
    (1, 1, 1, 1, 1, 0, 128, 0) + (1, 1, 2, 1, 1, 0, 128, 0) + (1, 1),
    (1, 1, 1, 32767, 1, -32768, 32767, 1) + (1, 1, 1, 32767, -1, 32767, 32767, 1) + (1, 1),
):
    values = good()
    values["window"] = array("h", record)
    try:
        call("conv2d_forward", values)
        print("WRONG: accepted")
    except ValueError as e:
        print("large", e, "" if str(e).startswith("x:") else "| WRONG")

# Scratch holds int32, which MicroPython's processors want aligned.
g = good()
g["scratch"] = memoryview(bytearray(len(g["scratch"]) + 4))[1:]
before = digest(g[name] for name in ARGUMENTS["conv2d_update"].split())
try:
    call("conv2d_update", g)
    refused = sys.implementation.name != "micropython"
except ValueError as e:
    refused = str(e) == "scratch: address a multiple of 4 expected"
    refused = refused and before == digest(g[name] for name in ARGUMENTS["conv2d_update"].split())
print("unaligned scratch is refused where it matters:", refused or "WRONG")

# The exponents of sums, and of a layer that learns, are one.
for stem in ("conv2d_forward_s32", "conv2d_update"):
    refuse(stem, "e_w", array("b", bytes(5)))
