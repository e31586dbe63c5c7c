"""Pooling through the border: results, and what is refused."""

from array import array

from border import FRESH, Functions, random, rng, set_extremes
from geometry import make_window

import _octograd
import _octograd_pool
from octograd.windows import axis, window

ARGUMENTS = {
    "max_pool2d_forward": "window x *y *index",
    "max_pool2d_route": "window dy index *dx",
    "max_pool2d_backward_x": "window dy index e_dy x e_x activation pending e_pending *range *dx",
    "average_pool2d_forward": "window x e_x training *range *y",
    "average_pool2d_backward_x": "window dy e_dy x e_x activation pending e_pending *range *dx",
}

# Input's rows, columns and channels, then pool, strides and padding.
GEOMETRIES = (
    ("two by two", (6, 5, 3), (2, 2), (2, 2), "valid"),
    ("overlapping", (5, 6, 2), (3, 2), (2, 1), "valid"),
    ("apart", (7, 8, 3), (2, 1), (3, 4), "valid"),
    ("same", (5, 4, 3), (3, 3), (2, 2), "same"),
    ("pixels of padding", (4, 5, 1), (3, 3), (2, 3), (1, 1)),
    ("nothing but padding", (1, 1, 3), (1, 1), (1, 1), (1, 2)),
    ("signal", (1, 13, 4), (1, 3), (1, 2), "same"),
    ("one pixel", (1, 1, 5), (1, 1), (1, 1), "valid"),
    ("whole image", (5, 3, 2), (5, 3), (1, 1), "valid"),
    ("as many taps as a byte counts", (16, 16, 1), (16, 16), (1, 1), "valid"),
)


def good(geometry=GEOMETRIES[0]):
    """Return a value for each argument of all functions."""
    s = make_window(*geometry[1:])
    n_in, n_out = s[0] * s[8] * s[16], s[1] * s[9] * s[17]
    taps = s[2] * s[10]
    return {
        "window": s,
        "x": random("b", n_in, 127),
        "dy": random("b", n_out, 127),
        "index": array("b", [_octograd.rng_below(rng, min(taps, 128)) for _ in range(n_out)]),
        "pending": random("b", n_in, 127),
        "e_x": -7,
        "e_dy": -9,
        "e_pending": -12,
        "activation": 1,
        "training": True,
        "range": array("h", FRESH),
        "y": array("b", bytes(n_out)),
        "dx": array("b", bytes(n_in)),
    }


def overlaps(s):
    """Return whether windows overlap; then max_pool2d_route is not for them."""
    return s[3] < s[2] or s[11] < s[10]


functions = Functions(ARGUMENTS, good)
call = functions.call
OVERLAPPING = ("overlapping", "same", "pixels of padding", "signal")

# Results.
for geometry in GEOMETRIES:
    print(geometry[0], list(make_window(*geometry[1:])))
    for stem in functions.stems:
        g = good(geometry)
        if stem == "max_pool2d_route" and overlaps(g["window"]):
            continue
        print(stem, [call(stem, g) for i in range(2)], bytes(g["index"][:8]))

# There and back: an error goes to the largest of its window, to the first of equals.
g = good()
call("max_pool2d_forward", g)
call("max_pool2d_route", g)
k = 0
right = True
for oy in range(3):
    for ox in range(2):
        for c in range(3):
            at = [((2 * oy + t // 2) * 5 + 2 * ox + t % 2) * 3 + c for t in range(4)]
            values = [g["x"][i] for i in at]
            best = values.index(max(values))
            right = right and g["y"][k] == values[best] and g["index"][k] == best
            right = right and [g["dx"][i] for i in at] == [
                g["dy"][k] if t == best else 0 for t in range(4)
            ]
            k += 1
print("there and back:", right or "WRONG")
g = good()
g["x"] = bytes([0x85] * len(g["x"]))
call("max_pool2d_forward", g)
print("equals:", set(g["index"]), set(g["y"]))
g["x"] = bytes([0x80] * len(g["x"]))
call("max_pool2d_forward", g)
print("all -128:", set(g["index"]), set(g["y"]))

# Any byte is safe as an index.
for geometry in GEOMETRIES[:9]:
    results = []
    stems = ("max_pool2d_backward_x", "max_pool2d_route")
    for stem in stems[: 1 if geometry[0] in OVERLAPPING else 2]:
        for value in (127, -128, -1):
            g = good(geometry)
            if stem == "max_pool2d_route" and overlaps(g["window"]):
                continue
            g["index"] = array("b", [value] * len(g["index"]))
            results.append(call(stem, g))
    print("index", results)
# As bytes above 127 of a large pool, too.
g = good(GEOMETRIES[9])
g["x"][255] = 127
call("max_pool2d_forward", g)
print("largest index", g["index"][0] & 255, [k for k in range(256) if g["x"][k] == 127][0])

for activation in (0, 1, 2, 3, 4, 9, 15):
    results = []
    for stem in ("max_pool2d_backward_x", "average_pool2d_backward_x"):
        for pending in (True, False):
            g = good(GEOMETRIES[1])
            g["activation"] = activation
            g["pending"] = g["pending"] if pending else None
            results.append((call(stem, g), list(g["range"])))
    print("activation", activation, results)
for e in (-500, -40, 0, 40, 500):
    for value in (-128, 127):
        g = good(GEOMETRIES[1])
        set_extremes(g, e, value)
        print("edge", e, value, [call(s, g) for s in functions.stems if "route" not in s])
g = good()
g["training"] = False
print("inference", call("average_pool2d_forward", g), list(g["range"]))

# The mean of many: the largest sums.
for n in (1, 2, 3, 255, 256, 257, 784, 1000, 32767):
    try:
        x, y, dx = bytearray(b"\x80" * n), array("b", [0]), bytearray(n)
    except MemoryError:
        print("SKIP mean", n, "of: memory")
        continue
    s = window((1, 1, 1, 1, 1, 0, 1, 0), axis(n, n, 1, "valid"), 1, 1)
    r = array("h", FRESH)
    e_y = _octograd_pool.average_pool2d_forward(s, x, -7, True, r, y)
    back = array("h", FRESH)
    e_dx = _octograd_pool.average_pool2d_backward_x(s, y, -7, x, 0, 0, None, 0, back, dx)
    print("mean", n, "of", e_y, list(y), list(r), e_dx, list(back), set(dx))
    del x, dx

# Refusals.
functions.refuse_all()
# What no window can be: each field, then what fields together come to.
FINE = ((7, 0), (3, 32767), (0, 2), (1, 2), (2, 2), (3, 2))
for stem in functions.stems:
    functions.refuse_fields(stem, FINE)
    for out_c in (1, 2, 4):
        record = good()["window"]
        record[17] = out_c
        functions.refuse(stem, "window", record)
# A window that overlaps with the next cannot hand on bytes.
for k in (3, 11):
    record = good()["window"]
    record[k] = 1
    functions.refuse("max_pool2d_route", "window", record)
# One byte counts the taps of a maximum; a mean may be of any window.
for columns in (17, 20):
    record = window(axis(16, 16, 1, "valid"), axis(columns, columns, 1, "valid"), 1, 1)
    for stem in ("max_pool2d_forward", "max_pool2d_route", "max_pool2d_backward_x"):
        functions.refuse(stem, "window", record)
