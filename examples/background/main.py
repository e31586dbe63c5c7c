"""
A board that learns while it does something else: no sample is missed, and the light blinks.

    micropython main.py

Tasks of asyncio: one takes the sensor's frames into Windows, one uses these, one learns, one
blinks. The sensor is simulated: 100 frames a second by the clock, and a queue of frames as
accelerometers have in hardware, from which frames are lost if nobody comes in time. Runs on a
board and on CPython, and on MicroPython's unix port with extmod/asyncio in MICROPYPATH. With a
real sensor a timer's interrupt is the writer, windows.append(frame), and on a board the light is

    led = machine.Pin("LED", machine.Pin.OUT)
    led.toggle()
"""

import asyncio
import sys
import time
from array import array

import _octograd
import octograd as og

FRAMES, N, QUEUE = 16, 160, 512
SHAPE = (FRAMES,)
SLICE_MS = 10
SAMPLES = 150  # frames to take before the sensor's task ends


def make():
    """Return the net, not yet built."""
    return og.Sequential(og.Dense(24, og.relu), og.Dense(3))


def now_ms():
    """Return a clock in milliseconds."""
    return time.ticks_ms() if hasattr(time, "ticks_ms") else int(time.monotonic() * 1000)


class Sensor:
    """Frames of one channel that come by the clock: they count up, to see if one is lost."""

    def __init__(self):
        self.start, self.taken, self.missed = now_ms(), 0, 0

    def read(self):
        """Return the next frame if there is one, else None."""
        due = (now_ms() - self.start) // 10 - self.taken
        if due > QUEUE:
            self.missed += due - QUEUE
            self.taken += due - QUEUE
        if due <= 0:
            return None
        self.taken += 1
        return self.taken & 127


async def sense(sensor, windows):
    """Take frames as they come."""
    while sensor.taken < SAMPLES:
        frame = sensor.read()
        while frame is not None:
            windows.append_value(frame)
            frame = sensor.read()
        await asyncio.sleep(0.01)


async def use(windows, sensor):
    """Look at all windows; return how many there were, and whether each follows the one before."""
    n, in_order, expected = 0, True, 1
    while sensor.taken < SAMPLES or len(windows):
        for window in windows:
            in_order = in_order and window[0] == expected & 127 and windows.intact()
            expected += windows.hop
            n += 1
        await asyncio.sleep(0.01)
    return n, in_order


async def blink(waits):
    """Toggle a light 20 times a second; note the longest time between."""
    light, before = False, now_ms()
    while True:
        light = not light
        await asyncio.sleep(0.05)
        waits[0], before = max(waits[0], now_ms() - before), now_ms()
        waits[1] += 1


def data(n, seed):
    """Return signals of three kinds: rising, falling, a hump; and their labels."""
    rng = array("I", [1])
    _octograd.rng_seed(rng, seed)
    x, y = bytearray(n * FRAMES), bytearray(n)
    for i in range(n):
        y[i] = kind = _octograd.rng_below(rng, 3)
        for k in range(FRAMES):
            value = (k, FRAMES - 1 - k, min(k, FRAMES - 1 - k) * 2)[kind]
            x[i * FRAMES + k] = value * 3 + _octograd.rng_below(rng, 60)
    return x, y


async def tasks():
    net = make()
    net.build(SHAPE, seed=1)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64))
    test = data(120, 2)
    before = 100 * trainer.evaluate(*test)[1]
    sensor, windows, waits = Sensor(), og.Windows(FRAMES, 8, backlog=12), [0, 0]
    light = asyncio.create_task(blink(waits))
    sensing = asyncio.create_task(sense(sensor, windows))
    using = asyncio.create_task(use(windows, sensor))
    learning = asyncio.create_task(trainer.fit_async(*data(N, 3), epochs=30, slice_ms=SLICE_MS))
    progress = await learning
    await sensing
    n, in_order = await using
    light.cancel()

    after = 100 * trainer.evaluate(*test)[1]
    print(f"learnt {trainer.steps} samples in {progress.epochs} epochs")
    print(f"accuracy on signals not learnt from: {before:.1f} % before, {after:.1f} % after")
    print("windows:", "17 or more" if n >= 17 else n, "in order:", in_order, "lost:", windows.lost)
    print("frames missed:", sensor.missed)
    print("the light went on and off:", waits[1] > 0)
    print(f"its longest wait: {waits[0]} ms, of which 50 on purpose")
    return before, after


def main():
    print(sys.version.split("; ")[-1] + ", " + sys.platform)
    return asyncio.run(tasks())


if __name__ == "__main__":
    main()
