"""
Gestures that a net knows from others, learnt anew from a few of one's own.

    micropython main.py [folder for the files]

The accelerometer is simulated: 3 axes, 50 frames a second, int16 counts, 4096 for 1 g. Runs
unchanged on a board, on MicroPython's unix port and on CPython. With a real sensor, an LSM6DS3 or
MPU6050 say, a timer reads its frame, and the loop takes the windows:

    frame, raw = array("h", bytes(6)), bytearray(6)

    def on_timer(_):  # an interrupt: nothing here allocates
        i2c.readfrom_mem_into(0x6A, 0x28, raw)
        for k in range(3):
            v = raw[2 * k] | raw[2 * k + 1] << 8
            frame[k] = v - 65536 if v > 32767 else v
        windows.append(frame)

    machine.Timer(freq=50, callback=on_timer, hard=True)
"""

import sys
from array import array

import _octograd
import octograd as og

FRAMES, AXES = 40, 3
GESTURES = ("circle", "shake", "lift", "push")
G = 4096
SHAPE = (FRAMES, AXES)


def make():
    """Return the net, not yet built."""
    return og.Sequential(
        og.Conv1D(8, 5, strides=2, activation=og.relu),
        og.Conv1D(12, 5, strides=2, activation=og.relu),
        og.Flatten(),
        og.Dense(len(GESTURES)),
    )


def wave(phase):
    """Return a sine of parabolas, +-4096; 1024 is a turn."""
    x = phase & 511
    y = x * (512 - x) >> 4
    return -y if phase & 512 else y


class Person:
    """
    Who holds the sensor.

    Args:
        seed: Of all movements.
        angle: By which the sensor is turned in the hand, 1024 for a turn.
        strength: Of movements, in 1/16 g.
        speed: Phase of a movement in a frame, 1024 for a turn.
        left: Whether it is the left hand.
    """

    def __init__(self, seed, angle, strength, speed, left=False):
        self._rng = array("I", [1])
        _octograd.rng_seed(self._rng, seed)
        self.angle, self.strength, self.speed, self.left = angle, strength, speed, left
        self.frame = array("h", bytes(2 * AXES))

    def _below(self, n):
        return _octograd.rng_below(self._rng, n)

    def move(self, gesture, windows):
        """Make one gesture, frame by frame, into windows."""
        strength = self.strength * (13 + self._below(7)) // 16
        speed = self.speed * (14 + self._below(5)) // 16
        phase, angle = self._below(200) - 100, self.angle + self._below(61) - 30
        c, s = wave(angle + 256), wave(angle)
        for _ in range(FRAMES):
            x = y = z = 0
            if gesture == 0:
                x, z = wave(phase), wave(phase + 256)
            elif gesture == 1:
                x = wave(3 * phase)
            elif gesture == 2:
                z = wave(phase)
            else:
                y, z = wave(phase), wave(2 * phase) // 4
            x, y, z = x * strength // 16, y * strength // 16, z * strength // 16 + G
            x, z = (c * x - s * z) // G, (s * x + c * z) // G
            frame = self.frame
            frame[0] = (-x if self.left else x) + self._below(601) - 300
            frame[1] = y + self._below(601) - 300
            frame[2] = z + self._below(601) - 300
            windows.append(frame)
            phase += speed


def record(people, n, quantizer):
    """Let each of some people make all gestures n times; return samples and labels."""
    windows = og.Windows(FRAMES, FRAMES, channels=AXES, bits=16)
    size = FRAMES * AXES
    x, y = bytearray(n * len(people) * len(GESTURES) * size), bytearray()
    sample = bytearray(size)
    for _ in range(n):
        for person in people:
            for gesture in range(len(GESTURES)):
                person.move(gesture, windows)
                quantizer.quantize_into(windows.read(), sample)
                _octograd.put(sample, len(y), x)
                y.append(gesture)
    return x, y


def accuracy(trainer, data):
    """Return the share of samples that are classified rightly, in percent."""
    return 100 * trainer.evaluate(*data)[1]


def main(folder="."):
    print(sys.version.split("; ")[-1] + ", " + sys.platform)
    others = [Person(k, 40 * k - 60, 12 + 3 * k, 24 + 3 * k) for k in range(4)]
    user = Person(9, 190, 10, 20, left=True)
    quantizer = og.Quantizer(AXES)
    quantizer.calibrate([-3 * G, 3 * G])

    net = make()
    net.build(SHAPE, seed=3)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64))
    print(f"{net.plan(training=True).ram} bytes for the net in training")

    # At the factory: four people, each gesture 12 times, in a file that is never in memory.
    x, y = record(others, 12, quantizer)
    replay = og.ReplayBuffer(FRAMES * AXES, 24, classes=len(GESTURES))
    with open(folder + "/others.bin", "wb") as file:
        for i in range(len(y)):
            sample = memoryview(x)[i * FRAMES * AXES : (i + 1) * FRAMES * AXES]
            file.write(sample)
            file.write(bytes([y[i]]))
            replay.add(sample, y[i])
    replay.save(folder + "/replay.og")
    with og.Dataset(folder + "/others.bin", FRAMES * AXES) as dataset:
        for _ in trainer.fit(dataset, epochs=6):
            pass
    x = None

    # At home: none of these windows is ever learnt from.
    old, new = record(others, 8, quantizer), record([user], 25, quantizer)
    before = accuracy(trainer, old), accuracy(trainer, new)

    # The user makes each gesture 4 times; 12 variants of each are learnt, and old ones with them.
    replay = og.ReplayBuffer.load(folder + "/replay.og")
    x, y = record([user], 4, quantizer)
    augment = og.Augment(AXES, shift=3, scale=0.15, noise=3, warp=3)
    sample, variant = bytearray(FRAMES * AXES), bytearray(FRAMES * AXES)
    order = og.Shuffle(len(y), seed=2)
    for _ in range(12):
        order.shuffle()
        for i in range(len(order)):
            _octograd.take(x, order[i], sample)
            augment.augment_into(sample, variant)
            trainer.step(variant, y[order[i]])
            trainer.step(variant, replay.draw_into(variant))
    after = accuracy(trainer, old), accuracy(trainer, new)

    print(f"\n{'accuracy on windows not learnt from':<38}{'before':>9}{'after':>9}")
    print(f"{'the user':<38}{before[1]:>7.1f} %{after[1]:>7.1f} %")
    print(f"{'the people it was trained with':<38}{before[0]:>7.1f} %{after[0]:>7.1f} %")
    net.save(folder + "/gestures.og")
    return before, after


if __name__ == "__main__":
    main(*sys.argv[1:2])
