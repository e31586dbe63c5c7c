"""Addition, dropout, batches and decay through the border: results, and what is refused."""

from array import array

from border import FRESH, Functions, digest, random

import _octograd
import _octograd_blocks

ARGUMENTS = {
    "add_forward": "a b8 e_a e_b activation training *range *z",
    "activation_backward": "dy y e_y activation *dx",
    "dropout": "x keep scale *rng *y",
    "batch_apply": "rows n_b *batch *sums rate *rng *w *residual *velocity *b *e_w",
    "weight_decay": "*rng *w *residual",
    "check_items": "buffer n name",
}
ROWS, ROW = 5, 7
N = 37
# What the others are measured by.
MEASURES = {
    "add_forward": "a",
    "activation_backward": "dy",
    "dropout": "x",
    "batch_apply": "w",
    "weight_decay": "w",
}
LIMITS = {
    "keep": (1, 65536),
    "scale": (128, 256),
    "rows": (1, 32768),
    "n_b": (ROWS, ROWS),
    "n": (0, 2**29),
}


def good(rows=ROWS, n_b=ROWS, row=ROW):
    """Return a value for each argument of all functions."""
    n = rows * row
    return {
        "a": random("b", N, 127),
        "b8": random("b", N, 127),
        "x": random("b", N, 127),
        "dy": random("b", N, 127),
        "y": random("b", N, 127),
        "z": array("b", bytes(N)),
        "dx": array("b", bytes(N)),
        "e_a": -7,
        "e_b": -5,
        "e_y": -4,
        "activation": 1,
        "training": True,
        "range": array("h", FRESH),
        "keep": 45000,
        "scale": 200,
        "rng": array("I", [1]),
        "rows": rows,
        "n_b": n_b,
        "batch": array("h", [-16, -9, 1]),
        "sums": random("i", n + n_b, 30000),
        "rate": array("h", [3, 6, 0, 3]),
        "w": random("b", n, 127),
        "residual": random("b", n, 127),
        "velocity": random("h", n + n_b, 9000),
        "b": random("i", n_b, 30000),
        "e_w": array("b", [-8]),
        "buffer": random("b", N, 127),
        "n": N,
        "name": "buffer",
    }


functions = Functions(ARGUMENTS, good, MEASURES, empty=("weight_decay",), limits=LIMITS)
call = functions.call

# Results.
for stem in functions.stems:
    g = good()
    print(stem, [call(stem, g) for i in range(3)])

# Sums of all distances between the exponents.
for e_a, e_b in ((0, 0), (-7, -6), (-6, -7), (0, 15), (0, 16), (17, 0), (-511, 500), (500, 500)):
    for value in (-128, 127):
        g = good()
        g["e_a"], g["e_b"] = e_a, e_b
        g["b8"] = array("b", [value] * N)
        results = [call("add_forward", g), list(g["range"]), list(g["z"][:6])]
        print("add", e_a, e_b, value, results, call("add_forward", g), list(g["range"]))
for activation in (0, 1, 2, 3, 4, 9, 15):
    for e_y in (-8, -5, -4, 0, 3, 511):
        g = good()
        g["activation"], g["e_y"] = activation, e_y
        results = [call("activation_backward", g), list(g["dx"][:6])]
        print("activation", activation, e_y, results, call("add_forward", g), list(g["range"]))
g = good()
g["training"] = False
print("add inference", call("add_forward", g), list(g["range"]))
g = good()
g["b8"] = g["a"]
print("add to itself", call("add_forward", g), [z != 0 for z in g["z"][:5]])
# In place.
g = good()
g["activation"] = 0
expected = call("activation_backward", g), bytes(g["dx"])
g["dx"] = g["dy"]
call("activation_backward", g)
print("in place:", bytes(g["dx"]) == expected[1] or "WRONG")

# Dropout: the share that is kept, and the same mask from the same state.
SHARES = ((1, 256), (16384, 256), (32768, 256), (58982, 142), (65535, 129), (65536, 128))
for keep, scale in SHARES:
    x, y, again = bytes([100] * 1000), bytearray(1000), bytearray(1000)
    states = array("I", [77]), array("I", [77])
    _octograd_blocks.dropout(x, keep, scale, states[0], y)
    _octograd_blocks.dropout(x, keep, scale, states[1], again)
    share = sum([v != 0 for v in y])
    near = abs(share - keep * 1000 // 65536) < 60
    same = y == again and states[0] == states[1]
    print("dropout", keep, scale, share, max(y), "%08x" % states[0][0], near and same or "WRONG")
x = bytes([128, 127, 1, 255] * 4)
for scale in (128, 200, 256):
    y = array("b", bytes(16))
    _octograd_blocks.dropout(x, 65536, scale, array("I", [1]), y)
    print("dropout edges", scale, list(y[:4]))

# A batch's step: one row of weights with any number of biases, or a bias for each row.
SHAPES = ((1, 1, 1), (1, 6, 7), (1, 3, 18), (3, 3, 1), (5, 5, 7), (4, 4, 9))
for rows, n_b, row in SHAPES:
    for rate in ((3, 6, 0, 0), (15, 0, 0, 0), (1, 30, 1, 0), (15, 0, 1, 0), (7, 5, 0, 2)):
        for residual in (True, False):
            g = good(rows, n_b, row)
            g["rate"] = array("h", rate)
            g["residual"] = g["residual"] if residual else None
            g["velocity"] = g["velocity"] if rate[3] else None
            g["b"] = g["b"] if residual or rate[1] else None
            results = [call("batch_apply", g), list(g["batch"])]
            print("batch_apply", rows, n_b, row, rate, residual, results)
# Nothing summed, no step; sums of 0, no step without momentum; any int32 as a sum.
g = good()
g["batch"][2] = 0
before = digest([g["w"], g["residual"], g["b"], g["velocity"]])
call("batch_apply", g)
after = digest([g["w"], g["residual"], g["b"], g["velocity"]])
print("empty batch:", before == after or "WRONG")
for value in (0, 2**31 - 1, -(2**31)):
    for velocity in (True, False):
        g = good()
        g["sums"] = array("i", [value] * len(g["sums"]))
        g["velocity"] = g["velocity"] if velocity else None
        g["rate"][3] = 3 if velocity else 0
        weights = [g["w"], g["residual"], g["b"]]
        before = digest(weights)
        results = call("batch_apply", g), list(g["e_w"])
        print("sums of", value, velocity, results, before == digest(weights))
for e in ((-1022, -511), (1022, 511), (1022, -511)):
    g = good()
    g["batch"] = array("h", e + (1,))
    print("exponents", e, call("batch_apply", g))

# Weight decay brings weights nearer to 0; what is given as one byte draws.
for n in (0, 1, 3, 4, 5, 64):
    for residual in (True, False):
        g = good()
        g["w"] = array("b", [(127, -128, 0, 64)[k % 4] for k in range(n)])
        g["residual"] = array("b", [(127, -128, 0, 1)[k % 4] for k in range(n)])
        g["residual"] = g["residual"] if residual else None
        results = [call("weight_decay", g) for i in range(2)]
        print("weight_decay", n, residual, results, list(g["w"][:4]), "%08x" % g["rng"][0])

# Refusals.
functions.refuse_all()
# Rows that do not make up the weights.
for n in (1, ROWS * ROW - 1, ROWS * ROW + 1):
    functions.refuse("batch_apply", "w", array("b", bytes(n)))
for rows, n_b in ((1, 0), (1, 32769), (2, 1), (2, 3)):
    values = good()
    values["rows"], values["n_b"] = rows, n_b
    try:
        call("batch_apply", values)
        print("WRONG: accepted")
    except ValueError as e:
        print("batch_apply", rows, n_b, e, "" if str(e).startswith("n_b:") else "| WRONG")
for name in ("x", "a name that is longer than any argument of a function should ever be"):
    try:
        _octograd.check_items(bytes(3), 4, name)
        print("WRONG: accepted")
    except ValueError as e:
        print("check_items", str(e)[:40] == (name + ": 4 items expected, got 3")[:40] or "WRONG")
