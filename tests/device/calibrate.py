"""Calibration: ranges learn, nothing else does, and what is predicted then is what it is for."""

from array import array

from samples import random_bytes

import octograd as og

net = og.Sequential(
    og.Conv2D(4, 3, activation=og.relu),
    og.Residual([og.DepthwiseConv2D(3, padding="same"), og.Conv2D(4, 1)], activation=og.relu6),
    og.MaxPool2D(2),
    og.Flatten(),
    og.Dropout(0.25),
    og.Dense(10, og.relu),
    og.Dense(3),
)
net.build((8, 9, 2))
x = random_bytes(20 * net.n_in, 6)
sample = memoryview(x)[: net.n_in]
weights = [bytes(layer.w) for layer in net.weighted]
before, fresh = net.digest(), list(net.predict(sample))
state = net.rng[0]
net.calibrate(x)
changed = net.digest() != before and net.rng[0] == state
same = weights == [bytes(layer.w) for layer in net.weighted]
print("calibrated:", changed, same, [list(layer.y_range) for layer in net.weighted])
print(fresh, list(net.predict(sample)), net.output_exponent)
print("as before:", list(net.predict(sample)) == list(net.predict(sample)), net.digest()[:12])
for bad in (b"", x[1:], None, array("h", [1] * net.n_in), "1" * net.n_in):
    try:
        net.calibrate(bad)
        print("calibrate WRONG: accepted")
    except (TypeError, ValueError) as e:
        print("calibrate", type(e).__name__)
