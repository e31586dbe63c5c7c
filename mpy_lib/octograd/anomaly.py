"""AnomalyDetector: learn what is normal, and say when something is not."""

import struct
from array import array
from binascii import crc32

from .checks import number, whole
from .files import AtomicFile, read_saved
from .format import read, write
from .optimizers import q15
from .signature import signature_bytes

_MAGIC = b"OCTOANOM"
# learn, calibrate, quantile, margin, window, votes, adapt, state, samples, next vote, threshold,
# magic, checksum of the block.
_TAIL = "<IHHHBBBBIB3xi8sI"
_TAIL_BYTES = struct.calcsize(_TAIL)
_SCORE_MAX = 2**29 - 1


class AnomalyDetector:
    """
    Learns on normal samples, sets itself a threshold, then watches, and may learn on.

    LEARN: the model learns from each sample; after `learn` of them, CALIBRATE.
    CALIBRATE: each sample is scored, nothing is learnt; after `calibrate` of
    them the threshold is set, and then comes DETECT.
    DETECT: each sample is scored, and is a vote if it is above the threshold.
    recalibrate() and relearn() lead back from any state.

    In DETECT there is an alarm while at least `votes` of the last `window`
    samples are votes. With `adapt` the model learns on, only from a sample
    without a vote in its whole window, so never from what set off an alarm. The
    threshold stays as it was calibrated; as the model gets better, scores of
    normal samples fall, and recalibrate() lowers it.

        detector = og.AnomalyDetector(model, learn=2000, calibrate=300)
        alarm = detector.step(x)

    Args:
        model: A built and prepared Autoencoder or VAE.
        learn: Samples to learn from, up to 2**29.
        calibrate: Samples to set the threshold with, up to 16384.
        quantile: Share of them that is not above the threshold. The scores above
            and the next are kept, 4 bytes each, so the quantile is exact.
        margin: Share of the threshold that is added to it, 0 to 1.
        window: Number of last samples that vote, up to 255.
        votes: Votes among them for an alarm; without it more than half.
        adapt: Whether to learn on while detecting.

    Attributes:
        state: LEARN, CALIBRATE or DETECT.
        score: Of the last sample, in 1/1024: model.score(), while learning what step() returned.
        threshold: Largest score that is normal, or None before it is known.
        anomalous: Whether the last sample was above the threshold.
        alarm: Whether there is an alarm.
        samples: Number of samples seen in this state, counted up to 2**29.

    Raises:
        TypeError, ValueError: An argument does not fit.
    """

    LEARN, CALIBRATE, DETECT = range(3)

    def __init__(
        self,
        model,
        *,
        learn: int = 1000,
        calibrate: int = 200,
        quantile: float = 0.99,
        margin: float = 0,
        window: int = 5,
        votes=None,
        adapt: bool = True,
    ):
        if isinstance(model, type) or not hasattr(model, "score"):
            raise TypeError(f"model: Autoencoder or VAE expected, got {model!r}")
        self.model = model
        self._learn = whole("learn", learn, 0, 2**29)
        self._calibrate = whole("calibrate", calibrate, 1, 16384)
        self._quantile = q15("quantile", quantile)
        if not 0 <= number("margin", margin) <= 1:
            raise ValueError(f"margin: 0 to 1 expected, got {margin}")
        self._margin = int(256 * margin + 0.5)
        window = whole("window", window, 1, 255)
        self._votes = whole("votes", window // 2 + 1 if votes is None else votes, 1, window)
        self._adapt = bool(adapt)
        self._window = bytearray(window)
        # So many calibration scores may lie above the threshold, and it is the next.
        above = ((32768 - self._quantile) * calibrate + 16384) >> 15
        self._largest = array("i", bytes(4 * min(above + 1, calibrate)))
        self.threshold = None
        self.relearn()

    def __repr__(self):
        state = ("LEARN", "CALIBRATE", "DETECT")[self.state]
        return f"AnomalyDetector({state}, threshold={self.threshold}, alarm={self.alarm})"

    def relearn(self) -> None:
        """Go back to LEARN, with the model as it is."""
        self.score = 0
        self._enter(self.LEARN if self._learn else self.CALIBRATE)

    def recalibrate(self) -> None:
        """Go back to CALIBRATE; the threshold is set anew."""
        self._enter(self.CALIBRATE)

    def _enter(self, state):
        self.state = state
        self.samples = self._next = 0
        self.anomalous = self.alarm = False
        for i in range(len(self._window)):
            self._window[i] = 0
        if state == self.CALIBRATE:
            for i in range(len(self._largest)):
                self._largest[i] = -1

    def step(self, x) -> bool:
        """
        Take one sample; return whether there is an alarm. Allocates nothing.

        Args:
            x: int8 buffer of the model's input.

        Raises:
            TypeError, ValueError, Diverged: As of the model's step(); x is not counted.
        """
        if self.state == self.LEARN:
            self.score = min(self.model.step(x), _SCORE_MAX)
            self._count()
            if self.samples >= self._learn:
                self._enter(self.CALIBRATE)
            return False
        score = min(self.model.score(x), _SCORE_MAX)
        if self.state == self.CALIBRATE:
            self.score = score
            self._count()
            self._keep(score)
            if self.samples == self._calibrate:
                self._set_threshold()
                self._enter(self.DETECT)
            return False
        anomalous = score > self.threshold
        votes = self._count_votes(anomalous)
        if self._adapt and not votes:
            self.model.step(x)
        self.score, self.anomalous = score, anomalous
        self._window[self._next] = anomalous
        self._next = (self._next + 1) % len(self._window)
        self._count()
        self.alarm = votes >= self._votes
        return self.alarm

    def _count(self):
        self.samples = min(self.samples + 1, 2**29)

    def _count_votes(self, anomalous) -> int:
        """Return the votes in the window with a sample in the place of the oldest."""
        votes = int(anomalous)
        for i in range(len(self._window)):
            votes += self._window[i] if i != self._next else 0
        return votes

    def _keep(self, score):
        """Put a score among the largest, which are in order, the largest first."""
        largest = self._largest
        i = len(largest) - 1
        if score <= largest[i]:
            return
        while i > 0 and largest[i - 1] < score:
            largest[i] = largest[i - 1]
            i -= 1
        largest[i] = score

    def _set_threshold(self):
        t, margin = self._largest[len(self._largest) - 1], self._margin
        # Without a product that needs memory on a 32-bit board.
        more = t * margin >> 8 if t < 2**21 else (t >> 8) * margin
        self.threshold = min(t + more, _SCORE_MAX)

    def save(self, path: str, *, key=None) -> None:
        """
        Write the model, and where the detector stands, to one file.

        load() goes on as this one would: in the same state, with the same
        threshold, scores kept so far, and votes. Nothing is written to the file
        but by this call, and it takes the place of an old one when it is complete.
        """
        tail = struct.pack(
            _TAIL,
            self._learn,
            self._calibrate,
            self._quantile,
            self._margin,
            len(self._window),
            self._votes,
            self._adapt,
            self.state,
            self.samples,
            self._next,
            -1 if self.threshold is None else self.threshold,
            _MAGIC,
            0,
        )
        largest = struct.pack(f"<{len(self._largest)}i", *self._largest)
        block = bytes(self._window) + largest + tail[:-4]
        with AtomicFile(path, key) as file:
            write(self.model, file)
            file.write(block)
            file.write(struct.pack("<I", crc32(block)))

    @staticmethod
    def load(path: str, *, key=None):
        """
        Read a detector from a file; its model has to be prepared before it learns.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is not a detector, cut short or damaged, or not signed
                with this key.
            MemoryError: It does not fit.
        """
        return read_saved(path, lambda file, name: _load(file, name, key))


def _load(file, path, key):
    signature = signature_bytes(file, path, key)
    length = file.seek(0, 2) - signature
    if length < _TAIL_BYTES:
        raise ValueError(f"{path}: cut short")
    file.seek(length - _TAIL_BYTES)
    fields = struct.unpack(_TAIL, file.read(_TAIL_BYTES))
    learn, calibrate, quantile, margin, window, votes, adapt, state, samples = fields[:9]
    turn, threshold, magic, checksum = fields[9:]
    if magic != _MAGIC:
        raise ValueError(f"{path}: not an octograd detector")
    # Of the arguments that come with the model, what is out of range is refused.
    above = ((32768 - quantile) * calibrate + 16384) >> 15
    n_largest = min(above + 1, calibrate)
    n = window + 4 * max(n_largest, 0) + _TAIL_BYTES
    if quantile > 32768 or length < n:
        raise ValueError(f"{path}: damaged")
    file.seek(length - n)
    block = file.read(n)
    if crc32(block[:-4]) != checksum:
        raise ValueError(f"{path}: damaged: the checksum does not match")
    largest = struct.unpack(f"<{n_largest}i", block[window : n - _TAIL_BYTES])
    sound = state <= 2 and samples <= 2**29 and turn < max(window, 1) and margin <= 256
    sound = sound and -1 <= threshold <= _SCORE_MAX and (state < 2 or threshold >= 0)
    sound = sound and all([-1 <= score <= _SCORE_MAX for score in largest])
    if not sound or any([vote > 1 for vote in block[:window]]):
        raise ValueError(f"{path}: a field out of range")
    detector = AnomalyDetector(
        read(file, path, None, n + signature),
        learn=learn,
        calibrate=calibrate,
        quantile=quantile / 32768,
        margin=margin / 256,
        window=window,
        votes=votes,
        adapt=adapt,
    )
    detector._enter(state)
    detector._window[:] = block[:window]
    detector._largest[:] = array("i", largest)
    detector.samples, detector._next = samples, turn
    detector.threshold = None if threshold < 0 else threshold
    detector.alarm = sum(detector._window) >= votes
    return detector
