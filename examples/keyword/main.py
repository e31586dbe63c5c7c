"""
Keywords that a net knows from others, learnt anew from a few of one's own.

    micropython main.py

The voices are simulated (voice.py), 8,000 samples a second. Runs unchanged on a board, on
MicroPython's unix port and on CPython. With a real microphone, an INMP441 on I2S say, listen()
waits for a sound instead, and records what follows:

    mic = machine.I2S(0, sck=Pin(16), ws=Pin(17), sd=Pin(18), mode=machine.I2S.RX, bits=16,
                      format=machine.I2S.MONO, rate=8000, ibuf=8000)
    filter, summary, five = og.Filter(8000, highpass=80), og.Summary(), array("h", bytes(10))
    while five[summary.NAMES.index("peak")] < 2000:
        mic.readinto(self.frames[0])
        filter.filter_into(self.frames[0], self.frames[0])
        summary.extract_into(self.frames[0], five)
    mic.readinto(self.clip[200:])
    filter.filter_into(self.clip[200:], self.clip[200:])
"""

import sys
from array import array

from voice import RATE, SAMPLES, WORDS, Speaker

import _octograd
import octograd as og

FRAME, COEFFICIENTS = 200, 10  # 25 ms
FRAMES = SAMPLES // FRAME
SHAPE = (FRAMES, COEFFICIENTS)
N_IN = FRAMES * COEFFICIENTS


def make():
    """Return the net, not yet built."""
    return og.Sequential(
        og.Conv1D(12, 5, strides=2, activation=og.relu),
        og.Conv1D(16, 3, strides=2, activation=og.relu),
        og.Flatten(),
        og.Dense(len(WORDS)),
    )


class Ear:
    """
    What hears a word.

    Attributes:
        quantizer: From coefficients to int8, one scale for each of them.
        sample: bytearray, what a net gets of the last clip: (FRAMES, COEFFICIENTS) int8.
    """

    def __init__(self):
        self.mfcc = og.MFCC(RATE, FRAME, coefficients=COEFFICIENTS, bands=20, low=100)
        self.quantizer = og.Quantizer(COEFFICIENTS)
        self.sample = bytearray(N_IN)
        self.clip = memoryview(array("h", bytes(2 * SAMPLES)))
        features = memoryview(array("h", bytes(2 * N_IN)))
        self._features = features
        self.frames = [self.clip[k * FRAME : (k + 1) * FRAME] for k in range(FRAMES)]
        self.rows = [features[k * COEFFICIENTS : (k + 1) * COEFFICIENTS] for k in range(FRAMES)]

    def listen(self, speaker, word):
        """Hear a word; allocates nothing but what the speaker does."""
        speaker.say(word, self.clip)
        for k in range(FRAMES):
            self.mfcc.extract_into(self.frames[k], self.rows[k])
        self.quantizer.quantize_into(self._features, self.sample)


def record(ear, people, n):
    """Let each of some people say all words n times; return samples and labels."""
    x, y = bytearray(n * len(people) * len(WORDS) * N_IN), bytearray()
    for _ in range(n):
        for person in people:
            for word in range(len(WORDS)):
                ear.listen(person, word)
                _octograd.put(ear.sample, len(y), x)
                y.append(word)
    return x, y


def calibrate(ear, people):
    """Find a scale for each coefficient."""
    statistics = og.RunningStatistics(COEFFICIENTS)
    for person in people:
        for word in range(len(WORDS)):
            ear.listen(person, word)
            for row in ear.rows:
                statistics.add(row)
    ear.quantizer.standardize(statistics)


def accuracy(trainer, data):
    """Return the share of samples that are classified rightly, in percent."""
    return 100 * trainer.evaluate(*data)[1]


def main():
    print(sys.version.split("; ")[-1] + ", " + sys.platform)
    men = Speaker(1, 105, 98, 105), Speaker(2, 125, 103, 90)
    women = Speaker(3, 195, 114, 100), Speaker(4, 220, 118, 112)
    others, child = men + women, Speaker(9, 310, 140, 80, hiss=0)
    ear = Ear()
    calibrate(ear, others)

    net = make()
    net.build(SHAPE, seed=3)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64))
    print(f"{net.plan(training=True).ram} bytes for the net in training")

    # At the factory: two men and two women.
    x, y = record(ear, others, 10)
    for _ in trainer.fit(x, y, epochs=6):
        pass
    replay = og.ReplayBuffer(N_IN, 24, classes=len(WORDS))
    for i in range(len(y)):
        replay.add(memoryview(x)[i * N_IN : (i + 1) * N_IN], y[i])
    x = None

    # At home: none of these clips is ever learnt from.
    old, new = record(ear, others, 5), record(ear, [child], 20)
    before = accuracy(trainer, old), accuracy(trainer, new)

    # A child says each word 4 times; 12 variants of each are learnt, and old ones with them.
    x, y = record(ear, [child], 4)
    augment = og.Augment(COEFFICIENTS, shift=2, scale=0.1, noise=5)
    sample, variant = bytearray(N_IN), bytearray(N_IN)
    order = og.Shuffle(len(y), seed=2)
    for _ in range(12):
        order.shuffle()
        for i in range(len(order)):
            _octograd.take(x, order[i], sample)
            augment.augment_into(sample, variant)
            trainer.step(variant, y[order[i]])
            trainer.step(variant, replay.draw_into(variant))
    after = accuracy(trainer, old), accuracy(trainer, new)

    print(f"\n{'accuracy on clips not learnt from':<38}{'before':>9}{'after':>9}")
    print(f"{'the child':<38}{before[1]:>7.1f} %{after[1]:>7.1f} %")
    print(f"{'those it was trained with':<38}{before[0]:>7.1f} %{after[0]:>7.1f} %")
    return before, after


if __name__ == "__main__":
    main()
