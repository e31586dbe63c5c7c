"""From sensor counts or floats to int8: statistics, scales, rounding, augmented windows."""

from array import array

from border import digest, locked, refused, rng

import _octograd
import octograd as og


def below(n):
    """Draw from 0 to n - 1."""
    return _octograd.rng_below(rng, n)


# Statistics of a quiet channel, a loud one, a constant, and extremes.
for limit in (65536, 16):
    statistics = og.RunningStatistics(4, limit=limit)
    print(statistics, statistics.mean(), statistics.deviation())
    frame = array("h", [0, 0, 77, 0])
    for i in range(300):
        frame[0] = 5 + below(3)
        frame[1] = -9000 + below(4001) - 2000 + (12000 if i > 150 else 0)
        frame[3] = 32767 if i % 2 else -32768
        statistics.add(frame)
    print(statistics.frames)
    for k in range(4):
        print(k, statistics.mean(k), statistics.deviation(k))

# Scales of counts: the smallest that all fit in, for all channels.
quantizer = og.Quantizer(2)
for values in (
    [0, 0],
    [0, 1],
    [1, -2],
    [63, 0],
    [127],
    [-128],
    [100, 254],
    [255],
    [32767],
    [-32768],
):
    quantizer.calibrate(values)
    peak = max([abs(v) for v in values])
    print(values, list(quantizer.shift), quantizer.quantize(peak), quantizer.quantize(-peak, 1))
quantizer = og.Quantizer(shift=2)
print([quantizer.quantize(v) for v in (0, 1, 2, 3, 5, 6, -1, -2, -3, -6, 509, 510, -511, 131072)])
for shift in (-30, -9, -8, -7, -1, 0, 23):
    quantizer = og.Quantizer(shift=shift)
    print(shift, [quantizer.quantize(v) for v in (0, 1, -1, 2, 63, 64, -131072)])

# The same with floats; those at half are exact in single precision too.
quantizer = og.Quantizer()
for value in (0.0, 1e-6, 0.1, 0.99, 1.0, -9.81, 127.0, 127.5, 1000.0, 1.0e6):
    quantizer.calibrate((value,))
    print(list(quantizer.shift), quantizer.quantize(value), quantizer.quantize(-value))
quantizer = og.Quantizer(shift=-1)
values = (0.25, 0.75, -0.25, -0.75, 0.5, 63.25, 63.75, 64.0, -63.5, -64.0, 1000.0, 0.25 - 2.0**-26)
print([quantizer.quantize(v) for v in values])
print([quantizer.quantize(v) for v in array("f", [0.1, 0.2, 1.3, -7.7, 20.02])])
out = bytearray(3)
quantizer.quantize_into((0.5, -0.5, 9.0), out)
print(list(out))

# Standardised: a mean becomes 0, a deviation 23 to 45.
quantizer = og.Quantizer(4)
statistics = og.RunningStatistics(4)
frame, deviations = array("h", bytes(8)), (1, 20, 700, 0)
for _ in range(200):
    for k in range(4):
        frame[k] = 1000 * k + deviations[k] * (below(7) - 3)
    statistics.add(frame)
quantizer.standardize(statistics)
print(list(quantizer.offset), list(quantizer.shift))
after = og.RunningStatistics(4)
out = array("b", bytes(4))
for _ in range(200):
    for k in range(4):
        frame[k] = 1000 * k + deviations[k] * (below(7) - 3)
    quantizer.quantize_into(frame, out)
    after.add(out)
print([(after.mean(k), after.deviation(k)) for k in range(4)])

# Windows, changed a little.
window = array("b", [4 * i - 60 + 20 * k for i in range(12) for k in range(2)])
for options in (
    {},
    {"shift": 3},
    {"scale": 0.5},
    {"noise": 4},
    {"warp": 3},
    {"warp": 30},
    {"shift": 20, "scale": 1, "noise": 127, "warp": 2, "seed": 9},
):
    augment = og.Augment(2, **options)
    for _ in range(3):
        out, again = array("b", bytes(24)), bytearray(24)
        augment.augment_into(window, out)
        rest = [out[2 * i + 1] - out[2 * i] for i in range(12)]
        print([out[2 * i] for i in range(12)], sum(rest))
    if not ("scale" in options or "noise" in options) and set(out) - set(window):
        print("WRONG: an item that is not in the window", out)
    # bytes are int8 as well, in and out.
    one, other = og.Augment(2, **options), og.Augment(2, **options)
    one.augment_into(window, out)
    other.augment_into(bytes(window), again)
    print(digest([out, again]), bytes(out) == bytes(again) or "WRONG")
for n in (1, 2, 3):
    augment = og.Augment(shift=1, warp=2, seed=n)
    out = array("b", bytes(n))
    for _ in range(20):
        augment.augment_into(array("b", range(1, n + 1)), out)
        if not set(out) <= set(range(1, n + 1)):
            print("WRONG", list(out))
    print("short", list(out))


# Nothing is allocated.
def take(statistics, quantizer, frame):
    """Take a frame and quantise it."""
    for _ in range(30):
        statistics.add(frame)
        quantizer.quantize_into(frame, small)


def change(augment, window, out):
    """Change a window."""
    for _ in range(5):
        augment.augment_into(window, out)


small, out = array("b", bytes(4)), array("b", bytes(24))
quantizer.calibrate(frame)
locked("counts", take, statistics, quantizer, frame)
quantizer.standardize(statistics)
locked("standardised", take, statistics, quantizer, frame)
locked("calibrated", lambda q, frame, _: q.calibrate(frame), quantizer, frame, None)
augment = og.Augment(2, shift=3, scale=0.3, noise=4, warp=3)
locked("window", change, augment, window, out)
print(digest([small, out]))

# Refusals.
for value in (0, 4097, None, 1.0):
    refused("channels", og.RunningStatistics, value)
    refused("channels", og.Quantizer, value)
    refused("channels", og.Augment, value)
for value in (1, 2**28 + 1, None):
    refused("limit", og.RunningStatistics, 1, limit=value)
for value in ([1], [1] * 5, [1, 2, 3, 32768], [1, 2, 3, -32769], [1, 2, 3, 4.0]):
    refused("frame", statistics.add, value)
print(statistics.frames)
for value in (-31, 24, None, 1.0):
    refused("shift", og.Quantizer, 1, shift=value)
quantizer = og.Quantizer(2)
for value in (2**17 + 1, -(2**17) - 1, float("nan"), float("inf"), None, "1"):
    refused("x", quantizer.calibrate, [5, value])
    refused("x", quantizer.quantize, value)
print(list(quantizer.shift))
refused("x", quantizer.quantize_into, [1, 2, 3], out)
refused("out", quantizer.quantize_into, [1, 2], out)
for value in (None, og.RunningStatistics, og.RunningStatistics(3)):
    refused("statistics", quantizer.standardize, value)
for name, values in (
    ("shift", (-1, 32768, 1.0)),
    ("scale", (-0.1, 1.1, None)),
    ("noise", (-1, 128)),
    ("warp", (-1, 32768)),
    ("seed", (-1, 2**30)),
):
    for value in values:
        refused(name, og.Augment, **{name: value})
augment = og.Augment(2)
for value in (bytes(1), bytes(3), bytes(32770), array("h", [1, 2])):
    refused("x", augment.augment_into, value, out)
refused("out", augment.augment_into, window, bytearray(23))
