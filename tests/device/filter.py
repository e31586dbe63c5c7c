"""Summaries of windows, and filters of streams."""

from array import array

import border
from border import digest, locked, noise, refused

import _octograd_features as features
import octograd as og

# Results.
x = border.random("h", 20, 9000)
sections = array("h", og.Filter(50, highpass=0.5, order=4).sections)
state, y = array("i", bytes(4 * 8)), array("h", bytes(40))
five = array("h", bytes(20))
features.summary(x, 2, five)
features.filter_apply(sections, x, 2, state, y)
print(digest([five, state, y]))

# What is no buffer, no int, too short, too long or out of range.
for bad in (
    None,
    5,
    bytes(40),
    array("b", bytes(40)),
    array("i", x),
    array("h"),
    array("h", x[:19]),
):
    refused("x", features.summary, bad, 2, five)
    refused("x", features.filter_apply, sections, bad, 2, state, y)
refused("x", features.summary, array("h", [1]), 3, array("h", bytes(30)))
for bad in (None, 0, -1, 4097, 2.0, True, "2"):
    refused("channels", features.summary, x, bad, five)
    refused("channels", features.filter_apply, sections, x, bad, state, y)
for bad in (None, bytes(20), array("b", bytes(10)), array("h", bytes(18)), array("h", bytes(22))):
    refused("out", features.summary, x, 2, bad)
for bad in (None, array("i", bytes(28)), array("h"), array("h", bytes(12)), array("h", bytes(30))):
    refused("sections", features.filter_apply, bad, x, 2, state, y)
refused("sections", features.filter_apply, array("h", bytes(2 * 63)), x, 2, state, y)
for k in range(7):
    for bad in (-1, 2, -16, 31, -32768):
        if k == 0 or bad < -15 or (bad == -1 if k % 2 else bad == 31):
            changed = array("h", sections)
            changed[k] = bad
            refused("sections", features.filter_apply, changed, x, 2, state, y)
for bad in (None, bytes(32), array("h", bytes(32)), array("i", bytes(28)), array("i", bytes(36))):
    refused("state", features.filter_apply, sections, x, 2, bad, y)
for bad in (None, bytes(40), array("b", bytes(20)), array("h", bytes(38)), array("h", bytes(42))):
    refused("out", features.filter_apply, sections, x, 2, state, bad)
print(digest([x, state, y, five]))

# Summaries.
for channels in (1, 3):
    summary = og.Summary(channels)
    made = array("h", bytes(2 * summary.n_out))
    for n, limit in ((1, 9), (50, 3), (64, 30000)):
        summary.extract_into(noise(n * channels, limit), made)
        print(summary, n, limit, list(made))
for items in ([-32768] * 9, [32767] * 9, [-32768, 32767] * 8, [0]):
    made = array("h", bytes(10))
    og.Summary().extract_into(array("h", items), made)
    print(list(made))

# Filters: factors are the same from ints and floats, and frames may come in pieces.
for options in (
    {"highpass": 0.5},
    {"lowpass": 0.025},
    {"lowpass": 20, "order": 4},
    {"highpass": 0.3, "lowpass": 12.5, "order": 4, "channels": 3},
):
    made = og.Filter(50, **options)
    print(made, list(made.sections))
    x = noise(120, 9000, 900)
    y = array("h", x)
    made.filter_into(y, y)
    again, z = og.Filter(50.0, **options), array("h", bytes(240))
    view_x, view_z = memoryview(x), memoryview(z)
    for begin, end in ((0, 3), (3, 30), (30, 120)):
        again.filter_into(view_x[begin:end], view_z[begin:end])
    print(list(y[-3:]), digest([y, made.state]), y == z or "WRONG")
    again.reset()
    again.filter_into(x, z)
    print(y == z or "WRONG: not at rest")
print(list(og.Filter(16000, highpass=80).sections), list(og.Filter(1, lowpass=0.001).sections))


# Nothing is allocated.
def summarize(summary, x, out):
    """Sum up as a program does."""
    for _ in range(3):
        summary.extract_into(x, out)


def run(made, x, out):
    """Filter as a program does."""
    for _ in range(3):
        made.filter_into(x, out)


x, out = noise(400, 3000, 100), array("h", bytes(40))
locked("summary", summarize, og.Summary(4), x, out)
print(digest([out]))
made, out = og.Filter(50, highpass=1, lowpass=10, order=4, channels=2), array("h", x)
locked("filter", run, made, x, out)
locked("reset", lambda f, _, __: f.reset(), made, None, None)
print(digest([out, made.state]))

# Refusals of the library.
for value in (None, 0, 0.5, 1000001, "50", True, float("nan"), float("inf")):
    refused("rate", og.Filter, value, lowpass=0.1)
for value in (0.01, 20.5, 25, -1, 0, "1", float("nan"), float("inf")):
    refused("highpass", og.Filter, 50, highpass=value)
    refused("lowpass", og.Filter, 50, lowpass=value)
refused("lowpass", og.Filter, 50, highpass=3, lowpass=2.9)
refused("highpass", og.Filter, 50)
for value in (0, 1, 3, 2.0, None, [2]):
    refused("order", og.Filter, 50, lowpass=1, order=value)
for value in (0, 4097, None, 1.0):
    refused("channels", og.Filter, 50, lowpass=1, channels=value)
    refused("channels", og.Summary, value)
