"""Convolutions over a window through the border: results, and what is refused."""

import sys
from array import array

from border import FRESH, RATES, Functions, digest, layer_arguments, random, rng, set_extremes
from geometry import make_window

import _octograd
from octograd.windows import axis, transposed_axis, upsampled_axis

# How the names of functions begin.
KINDS = ("conv2d", "depthwise_conv2d")
ARGUMENTS = {
    "_forward": "window x w b e_x e_w activation training *range *y",
    "_forward_s32": "window x w b e_x e_w *y32",
    "_backward_x": "window dy w e_dy e_w x e_x activation pending e_pending *range *dx",
    "_update": "window dy x e_dy e_x rate *rng *w *residual *velocity *b *e_w *scratch",
    "_gradient": "window dy x e_dy e_x *scratch *batch *sums",
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
# Changes of a window's field that may be well.
FINE = ((4, -1), (7, 0), (3, 32767), (0, 2), (1, 2), (2, 2), (3, 2), (6, 2))
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
LARGE = (
    (128, 128, 1, 1, 1, 0, 1, 0) + (128, 128, 1, 1, 1, 0, 1, 0) + (2, 2),
    (1, 1, 128, 1, 1, 0, 1, 0) + (1, 1, 128, 1, 1, 0, 1, 0) + (2, 2),
    (1, 1, 1, 1, 1, 0, 128, 0) + (1, 1, 2, 1, 1, 0, 128, 0) + (1, 1),
    (1, 1, 1, 32767, 1, -32768, 32767, 1) + (1, 1, 1, 32767, -1, 32767, 32767, 1) + (1, 1),
)


def window_of(kind, geometry):
    """Return the record of a window."""
    name, sizes, kernel, strides, padding = geometry
    if kind == "depthwise_conv2d":
        sizes = sizes[:3]
    return make_window(
        sizes, kernel, strides, padding, MAKERS.get(name.split()[0].rstrip(","), axis)
    )


def good(kind, geometry=GEOMETRIES[2]):
    """Return a value for each argument of all functions."""
    s = window_of(kind, geometry)
    n_in, n_out, row = s[0] * s[8] * s[16], s[1] * s[9] * s[17], s[2] * s[10] * s[16]
    values = layer_arguments(n_in, n_out, row * s[17] if kind == "conv2d" else row, s[17])
    values["window"] = s
    values["scratch"] = random("b", 4 * row, 127)
    return values


def results(kind, functions):
    """Print what the functions of a kind return and write."""
    good, call = functions.good, functions.call
    forward, backward = kind + "_forward", kind + "_backward_x"
    update = kind + "_update"
    for geometry in GEOMETRIES:
        print(geometry[0], list(window_of(kind, geometry)))
        for stem in functions.stems:
            g = good(geometry)
            print(stem, [call(stem, g) for i in range(2)])
    for activation in (0, 1, 2, 3, 4, 9, 15):
        g = good()
        g["activation"] = activation
        results = [call(forward, g), list(g["range"]), list(g["y"][:9])]
        g["x"], g["range"] = random("b", len(g["x"]), 127), array("h", FRESH)
        results += [call(backward, g), list(g["range"])]
        g["pending"], g["range"] = None, array("h", FRESH)
        print("activation", activation, results, call(backward, g), list(g["range"]))

    # An exponent for each row.
    for geometry in (GEOMETRIES[0], GEOMETRIES[2], GEOMETRIES[11], GEOMETRIES[14]):
        for low, step in ((-9, 1), (-9, 0), (-20, 7), (-128, 60)):
            g = good(geometry)
            g["e_w"] = array("b", [min(low + step * o, 127) for o in range(len(g["b"]))])
            print("rows", list(g["e_w"]), call(forward, g), call(backward, g))

    g = good()
    g["training"] = False
    print(forward, "inference", call(forward, g), list(g["range"]))
    g["range"] = array("h", [-3, 5, 255])
    g["training"] = True
    g["activation"] = 0
    print(forward, "end of window", call(forward, g), list(g["range"]))

    # Any bytes will do as int8, and more scratch than is needed.
    g = good()
    for x in (
        bytes(g["x"]),
        bytearray(bytes(g["x"])),
        memoryview(g["x"]),
        memoryview(bytes(g["x"])),
    ):
        g["x"], g["range"], g["y"] = x, array("h", FRESH), bytearray(len(g["y"]))
        print(forward, "bytes", call(forward, g)[0], digest([g["y"]]))
    for scratch in (bytearray(len(g["scratch"])), bytearray(len(g["scratch"]) + 5)):
        g = good()
        g["scratch"] = scratch
        print(update, "scratch", call(update, g)[0], digest([scratch]) != "")


def learning(kind, functions):
    """Print what the functions that learn do."""
    good, call = functions.good, functions.call
    update, gradient = kind + "_update", kind + "_gradient"
    # Rates and exponents at both ends, and the extremes of every byte.
    for rate in RATES:
        for residual in (True, False):
            g = good()
            g["rate"] = array("h", rate)
            g["residual"] = g["residual"] if residual else None
            g["velocity"] = g["velocity"] if rate[3] else None
            g["b"] = g["b"] if residual or rate[1] else None
            print(update, rate, residual, call(update, g))
    for e in (-511, -40, 0, 40, 511):
        for value in (-128, 127):
            g = good()
            set_extremes(g, e, value)
            results = []
            for stem in functions.stems:
                g["range"] = array("h", FRESH)
                results.append(call(stem, g))
            print("edge", e, value, results)

    # A row without an error stays, and draws nothing.
    g = good()
    g["velocity"] = g["residual"] = None
    for k in range(len(g["dy"])):
        g["dy"][k] = 5 if k % len(g["b"]) == 1 else 0
    before = bytes(g["w"]), list(g["b"])
    call(update, g)
    print("rows that moved", [b != old for b, old in zip(g["b"], before[1])], "%08x" % g["rng"][0])
    g["dy"] = bytes(len(g["dy"]))
    before = digest([g["w"], g["b"], g["rng"]])
    call(update, g)
    print("no error, no change:", digest([g["w"], g["b"], g["rng"]]) == before or "WRONG")

    # A batch: the first sample clears, and what is there counts for nothing.
    g = good()
    g["batch"][2] = 0
    for i in range(3):
        g["e_dy"] = -9 - 3 * i
        print("batch", call(gradient, g), list(g["batch"]), list(g["sums"][-2:]))


def refusals(kind, functions):
    """Refuse what no argument, and no window, can be."""
    good, call = functions.good, functions.call
    forward, update, gradient = kind + "_forward", kind + "_update", kind + "_gradient"
    functions.refuse_all()
    # What no window can be: each field, then what fields together come to.
    for stem in (forward, gradient):
        functions.refuse_fields(stem, FINE)
    for stem in functions.stems:
        for name, record in PRODUCTS:
            values = good()
            values["window"] = array("h", record)
            try:
                call(stem, values)
                print(stem, name, "WRONG: accepted")
            except ValueError as e:
                print(stem, e, "" if str(e).startswith("window: " + name + ":") else "| WRONG")

    # As large as a window may be, and no larger: the next argument is refused.
    for record in LARGE:
        values = good()
        values["window"] = array("h", record)
        try:
            call(forward, values)
            print("WRONG: accepted")
        except ValueError as e:
            print("large", e, "" if str(e).startswith("x:") else "| WRONG")

    # Scratch holds int32, which MicroPython's processors want aligned.
    g = good()
    g["scratch"] = memoryview(bytearray(len(g["scratch"]) + 4))[1:]
    before = digest(g[name] for name in functions.names[update])
    try:
        call(update, g)
        refused = sys.implementation.name != "micropython"
    except ValueError as e:
        refused = str(e) == "scratch: address a multiple of 4 expected"
        refused = refused and before == digest(g[name] for name in functions.names[update])
    print("unaligned scratch is refused where it matters:", refused or "WRONG")

    if kind == "depthwise_conv2d":
        # As many channels out as in.
        for out_c in (1, 2, 4):
            for stem in functions.stems:
                record = good()["window"]
                record[17] = out_c
                functions.refuse(stem, "window", record)
    # The exponents of sums, and of a layer that learns, are one.
    for stem in functions.stems:
        if stem.endswith(("_s32", "_update")):
            functions.refuse(stem, "e_w", array("b", bytes(len(g["b"]))))


for kind in KINDS:
    _octograd.rng_seed(rng, 1)
    arguments = {kind + suffix: names for suffix, names in ARGUMENTS.items()}
    # Depthwise, there is no such function.
    arguments.pop("depthwise_conv2d_forward_s32", None)
    functions = Functions(
        arguments, lambda geometry=GEOMETRIES[2], kind=kind: good(kind, geometry)
    )
    results(kind, functions)
    learning(kind, functions)
    refusals(kind, functions)
