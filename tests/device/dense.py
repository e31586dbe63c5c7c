"""The kernels of a dense layer through the border: results, and what is refused."""

from array import array

from border import FRESH, RATES, Functions, digest, layer_arguments, random, set_extremes

N_IN, N_OUT = 37, 5
N = N_IN * N_OUT
ARGUMENTS = {
    "dense_forward": "x w b e_x e_w activation training *range *y",
    "dense_forward_s32": "x w b e_x e_w *y32",
    "dense_backward_x": "dy w e_dy e_w x e_x activation pending e_pending *range *dx",
    "dense_update": "dy x e_dy e_x rate *rng *w *residual *velocity *b *e_w",
    "dense_gradient": "dy x e_dy e_x *batch *sums",
}
# What the others are measured by.
MEASURES = {
    "dense_forward": "x y",
    "dense_forward_s32": "x y32",
    "dense_backward_x": "dy x",
    "dense_update": "dy x",
    "dense_gradient": "dy x",
}


def good():
    """Return a value for each argument of all functions."""
    return layer_arguments(N_IN, N_OUT, N, N_OUT)


dense = Functions(ARGUMENTS, good, MEASURES)
call = dense.call

# Results.
for stem in dense.stems:
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
        set_extremes(g, e, value)
        results = []
        for stem in dense.stems:
            g["range"] = array("h", FRESH)
            results.append(call(stem, g))
        print("edge", e, value, results)
g = good()
for name in ("x", "w", "dy", "residual", "y", "dx", "pending"):
    g[name] = array("b", [-128])
g["velocity"], g["sums"] = array("h", [-32768, 32767]), array("i", [-(2**31), 2**31 - 1])
g["b"], g["y32"] = array("i", [-(2**31)]), array("i", [0])
for stem in dense.stems:
    print("one", stem, call(stem, g))
print(list(g["w"]), list(g["residual"]), list(g["b"]), list(g["dx"]), list(g["y"]), list(g["y32"]))
print(list(g["velocity"]), list(g["sums"]), list(g["batch"]))

# A batch: the first sample clears, and what is there counts for nothing.
g = good()
g["batch"][2] = 0
for i in range(3):
    g["e_dy"] = -9 - 3 * i
    print("batch", call("dense_gradient", g), list(g["batch"]), list(g["sums"][-N_OUT:]))

# Refusals.
dense.refuse_all()
# The exponents of sums, and of a layer that learns, are one.
for stem in ("dense_forward_s32", "dense_update"):
    dense.refuse(stem, "e_w", array("b", bytes(N_OUT)))
# A layer that is too wide, in either direction.
dense.refuse_too_long("dense_forward", "x")
dense.refuse_too_long("dense_backward_x", "dy")
dense.refuse_too_long("dense_forward_s32", "y32")
