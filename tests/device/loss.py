"""The losses through the border: results, and what is refused."""

from array import array

from border import Functions, digest, random, rng

import _octograd
import _octograd_train

_octograd.rng_seed(rng, 2)
N = 10
ARGUMENTS = {
    "softmax": "*y32 e_y",
    "softmax_cross_entropy": "*y32 e_y label",
    "mean_squared_error": "*y32 e_y target",
    "binary_cross_entropy": "*y32 e_y target",
    "huber": "*y32 e_y target delta",
    "error_largest": "error",
    "error_quantize": "error *dy",
    "argmax": "y32",
}
LIMITS = {"label": (0, N - 1), "delta": (1, 2**29)}


def good():
    """Return a value for each argument of all functions."""
    return {
        "y32": random("i", N, 200000),
        "error": random("i", N, 32768),
        "e_y": -16,
        "label": 3,
        "delta": 16384,
        "target": random("b", N, 127),
        "dy": array("b", bytes(N)),
    }


MEASURES = {stem: "y32 error" for stem in ARGUMENTS}
losses = Functions(ARGUMENTS, good, MEASURES, limits=LIMITS)

# Results.
for stem in losses.stems:
    for i in range(3):
        print(stem, i, *losses.call(stem, good()))
y = random("i", 4, 100000)
_octograd_train.softmax(y, -15)
print("softmax", list(y))
for e_y in (-511, -30, -16, -4, -3, 0, 20, 511):
    y = random("i", N, 1 << 29)
    loss = _octograd_train.softmax_cross_entropy(y, e_y, N - 1)
    print("softmax_cross_entropy", e_y, loss, list(y))
    y = random("i", N, 1 << 29)
    loss = _octograd_train.mean_squared_error(y, e_y, random("b", N, 127))
    print("mean_squared_error", e_y, loss, digest([y]))
    y = random("i", N, 1 << 29)
    loss = _octograd_train.binary_cross_entropy(y, e_y, random("b", N, 127))
    print("binary_cross_entropy", e_y, loss, digest([y]))
    for delta in (1, 31, 32, 32768, 2**29):
        y = random("i", N, 1 << 29)
        loss = _octograd_train.huber(y, e_y, random("b", N, 127), delta)
        print("huber", e_y, delta, loss, digest([y]))
extremes = (-(2**31), 2**31 - 1, 0, -1)
for label in range(4):
    y = array("i", extremes)
    print(
        "softmax_cross_entropy extremes",
        _octograd_train.softmax_cross_entropy(y, -9, label),
        list(y),
    )
y = array("i", extremes)
print(
    "mean_squared_error extremes",
    _octograd_train.mean_squared_error(y, 3, b"\x80\x7f\0\0"),
    list(y),
)
y = array("i", extremes)
print("binary_cross_entropy", _octograd_train.binary_cross_entropy(y, 3, b"\x80\x7f\0\0"), list(y))
for delta in (1, 2**29):
    y = array("i", extremes)
    print("huber", _octograd_train.huber(y, 3, b"\x80\x7f\0\0", delta), list(y))
# The sigmoid from end to end, at 1/16 a step.
y = array("i", [i for i in range(-130, 131, 13)])
print(_octograd_train.binary_cross_entropy(y, -4, bytes(len(y))), list(y))
for largest in (0, 1, 127, 128, 999, 1000, 32767, 32768, 2**31 - 1, -(2**31)):
    dy, error = array("b", [99] * 3), array("i", [0, largest, 1])
    e = _octograd_train.error_quantize(error, dy)
    print("error_quantize", largest, e, list(dy), _octograd_train.error_largest(error))
for y in ((5,), (1, 1), (0, 3, 3), (-(2**31), -(2**31) + 1, -(2**31)), (2**31 - 1, 0)):
    print("argmax", y, _octograd.argmax(array("i", y)))
y = array("i", [77])
print("one class", _octograd_train.softmax_cross_entropy(y, -5, 0), list(y))

# Refusals.
losses.refuse_all()
for stem in losses.stems:
    losses.refuse_too_long(stem, losses.names[stem][0])
