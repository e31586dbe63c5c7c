"""
A door that knows knocks: an event wakes it, a few examples teach it, a stranger is refused.

    micropython main.py

The piezo sensor is simulated: one channel, 200 samples a second, int16 counts around 0. Runs
unchanged on a board, on MicroPython's unix port and on CPython. With a real sensor on an ADC pin,
a timer is the writer, and the loop is the same:

    adc = machine.ADC(26)

    def on_timer(_):  # an interrupt: nothing here allocates
        ring.append_value(adc.read_u16() - 32768)

    machine.Timer(freq=200, callback=on_timer, hard=True)
"""

import sys
from array import array

import _octograd
import octograd as og

BINS = 32  # of an event, 10 samples each: 1.6 seconds
SHAPE = (BINS, 1)
TRIGGER = 4000  # counts above which an event begins
# Pauses between the knocks of each pattern, in samples.
HOUSEHOLD = ((40, 90), (28, 28), (90, 36, 36))
NAMES = ("short long", "three quick", "long short short")
STRANGER = (45, 45, 80, 30)
FACTORY = (
    (60, 60, 60, 60),
    (110, 30),
    (70,),
    (30, 60, 110),
    (35, 35, 35, 35),
    (100, 100),
    (30, 30, 90),
)


def make():
    """Return the net, not yet built."""
    return og.Sequential(
        og.Conv1D(8, 5, activation=og.relu),
        og.MaxPool1D(2),
        og.Flatten(),
        og.Dense(16, og.relu),
        og.Dense(len(FACTORY)),
    )


class Door:
    """A door with a sensor, and people who knock, each time a little differently."""

    def __init__(self, seed):
        self._rng = array("I", [1])
        _octograd.rng_seed(self._rng, seed)

    def _below(self, n):
        return _octograd.rng_below(self._rng, n)

    def knock(self, pattern):
        """Yield the counts of a pattern, after a silence and with one behind."""
        tempo = 88 + self._below(25)  # in percent
        pauses = [p * tempo * (95 + self._below(11)) // 10000 for p in pattern]
        due, left, level = 20 + self._below(30), pauses, 0
        for _ in range(20 + BINS * 10 + 100):
            if due == 0:
                level = 9000 + self._below(12000)
                due = left.pop(0) if left else -1
            due -= 1
            swing = level if self._below(2) else -level
            level = level * 3 // 4
            yield swing + self._below(601) - 300


class Event:
    """
    Waits for a knock, then makes an int8 sample of what follows: the energy of each bin.

    Attributes:
        sample: array('b') (BINS,), 0 to 127, of the last event.
    """

    def __init__(self):
        self.sample = array("b", bytes(BINS))
        self._quantizer = og.Quantizer(shift=7)
        self._n = self._peak = 0

    def take(self, value):
        """Take one count; return whether an event is complete. Allocates nothing."""
        value = abs(value)
        if not self._n and value < TRIGGER:
            return False
        self._peak = max(self._peak, value)
        self._n += 1
        if self._n % 10 == 0:
            self.sample[self._n // 10 - 1] = self._quantizer.quantize(self._peak)
            self._peak = 0
        if self._n < BINS * 10:
            return False
        self._n = 0
        return True


def listen(door, pattern, event, ring):
    """Hear one pattern, through the ring that an interrupt would fill; return the sample."""
    frame = array("h", [0])
    for value in door.knock(pattern):
        ring.append_value(value)
        while ring.read_into(frame):
            event.take(frame[0])
    return event.sample


def count(prototypes, pattern, label, farthest, hear):
    """Return how many of 40 knocks are of a class, of another one, and of none."""
    counts = [0, 0, 0]
    for _ in range(40):
        found = prototypes.classify(hear(pattern), farthest)
        counts[2 if found is None else int(found != label)] += 1
    return counts


def main():
    print(sys.version.split("; ")[-1] + ", " + sys.platform)
    door, event, ring = Door(4), Event(), og.RingBuffer(64, bits=16)

    def hear(pattern):
        return listen(door, pattern, event, ring)

    # At the factory: a net learns to tell patterns apart that are not those of the household.
    net = make()
    net.build(SHAPE, seed=2)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64))
    print(f"{net.plan(training=True).ram} bytes for the net in training")
    for k in range(560):
        trainer.step(hear(FACTORY[k % len(FACTORY)]), k % len(FACTORY))

    # At home: a pattern is a class once it was knocked, at any time.
    prototypes = og.Prototypes(net, 4)
    for pattern in HOUSEHOLD:
        prototypes.add(hear(pattern), prototypes.new_class())
    before = [count(prototypes, HOUSEHOLD[c], c, 2**29, hear)[0] for c in range(3)]
    for k in range(12):
        prototypes.add(hear(HOUSEHOLD[k % 3]), k % 3)
    after = [count(prototypes, HOUSEHOLD[c], c, 2**29, hear)[0] for c in range(3)]
    # The door opens up to a distance a quarter above the farthest of some more.
    farthest = 0
    for k in range(12):
        prototypes.classify(hear(HOUSEHOLD[k % 3]))
        farthest = max(farthest, prototypes.distance)
    farthest += farthest // 4

    print(f"\n{'accuracy on knocks not learnt from':<38}{'1 example':>10}{'5 examples':>12}")
    for c in range(3):
        print(f"{NAMES[c]:<38}{2.5 * before[c]:>8.1f} %{2.5 * after[c]:>10.1f} %")
    print(f"\n{'the door, to 40 knocks each':<34}{'opens':>6}{'as another':>12}{'stays shut':>12}")
    door_counts = []
    for c, pattern in enumerate(HOUSEHOLD + (STRANGER,)):
        counts = count(prototypes, pattern, c, farthest, hear)
        name = NAMES[c] if c < 3 else "a stranger"
        print(f"{name:<34}{counts[0]:>6}{counts[1]:>12}{counts[2]:>12}")
        door_counts.append(counts)
    print(f"lost samples: {ring.lost}")
    return before, after, door_counts


if __name__ == "__main__":
    main()
