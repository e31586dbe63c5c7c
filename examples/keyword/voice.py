"""
Voices that say words: simulated, in integers, so that everybody hears the same.

Each pulse of the vocal cords sets three damped sines going, the formants of a vowel, as Rodet
1984 does, "Time-domain formant-wave-function synthesis", Computer Music Journal 8(3). Formants
are those of men of Peterson and Barney 1952, "Control methods used in a study of the vowels".
"""

from array import array

import _octograd

RATE, SAMPLES = 8000, 4800
WORDS = ("yes", "no", "go", "stop")

EE, EH, AH = (270, 2290, 3010), (530, 1840, 2480), (730, 1090, 2440)
AW, OO, NN = (570, 840, 2410), (300, 870, 2240), (250, 1200, 2200)
# Of each part: from which formants to which, or None for a hiss; milliseconds; loudness in %.
PAUSE = (None, None, 40, 0)
PARTS = (
    ((EE, EH, 90, 80), (EH, EH, 90, 100), (None, None, 130, 40)),
    ((NN, NN, 80, 40), (NN, AW, 40, 80), (AW, OO, 190, 100)),
    ((None, None, 15, 30), (OO, AW, 50, 80), (AW, OO, 200, 100)),
    ((None, None, 110, 40), PAUSE, (AH, AH, 130, 100), PAUSE, (None, None, 25, 30)),
)
WEIGHTS, DECAYS = (3, 2, 1), (5, 7, 10)  # of formants; a decay is in 1/256 a sample


def _wave(phase):
    """Return a sine of parabolas, +-4096; 256 is a turn."""
    x = 4 * phase & 511
    y = x * (512 - x) >> 4
    return -y if phase & 128 else y


WAVE = array("h", [_wave(phase) for phase in range(256)])


class Speaker:
    """
    Who speaks.

    Args:
        seed: Of all that differs from clip to clip.
        pitch: Of the vocal cords, in Hz.
        size: By how much formants are higher than a man's, in percent; 100 for a man.
        tempo: Of speech, in percent.
        hiss: How sharp an s is, 0 to 2.
    """

    def __init__(self, seed, pitch, size, tempo, hiss=1):
        self._rng = array("I", [1])
        _octograd.rng_seed(self._rng, seed)
        self.pitch, self.size, self.tempo, self.hiss = pitch, size, tempo, hiss
        self._clip = None

    def _near(self, value, percent):
        """Return a number that is off by at most so many percent."""
        limit = value * percent // 100
        return value - limit + _octograd.rng_below(self._rng, 2 * limit + 1)

    def say(self, word, clip):
        """Say a word into a clip, array('h') of SAMPLES items, with some noise around."""
        below, rng = _octograd.rng_below, self._rng
        for k in range(SAMPLES):
            clip[k] = below(rng, 61) - 30
        self._clip = clip
        level, tempo = self._near(1500, 40), self._near(self.tempo, 12)
        size, pitch = self._near(10 * self.size, 4), self._near(self.pitch, 8)
        t = 200 + below(rng, 400)
        for begin, end, duration, loud in PARTS[word]:
            until = min(t + duration * RATE // 10 // tempo, SAMPLES)
            if begin is None:
                self._hiss(t, until, level * loud // 100)
            elif t < until:
                self._voice(t, until, level * loud // 100, begin, end, size, pitch)
            t = until

    def _hiss(self, t, until, level):
        below, rng, clip, last = _octograd.rng_below, self._rng, self._clip, 0
        for k in range(t, until):
            value = below(rng, 2 * level + 1) - level
            clip[k] += value - last * self.hiss // 2
            last = value

    def _voice(self, t, until, level, begin, end, size, pitch):
        first, length = t, until - t
        while t < until:
            for f in range(3):
                hertz = begin[f] + (end[f] - begin[f]) * (t - first) // length
                self._ring(t, hertz * size // 1000 * 65536 // RATE, level * WEIGHTS[f], DECAYS[f])
            t += RATE // self._near(pitch, 3)

    def _ring(self, t, step, level, decay):
        clip, phase, wave = self._clip, 0, WAVE
        for k in range(t, min(t + 160, SAMPLES)):
            clip[k] += wave[phase >> 8] * level >> 12
            phase = phase + step & 65535
            level -= level * decay >> 8
