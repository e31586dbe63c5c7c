"""DriftDetector: notice that the world is no longer the one that was learnt."""

from .checks import whole

_SCORE_MAX = 2**20
_FRACTION = 4  # bits of the mean and of the sum
_SUM_MAX = 2**29
_FRAMES_MAX = 2**16


class DriftDetector:
    """
    Two tests of a stream: whether its score rises, and whether errors become many.

    The score is any int that grows when things go wrong, such as the loss of
    Trainer.step() or AnomalyDetector.score in 1/1024. Its test is that of Page and
    Hinkley (Page 1954, "Continuous inspection schemes", Biometrika 41; Gama et al.
    2014, "A survey on concept drift adaptation", ACM Computing Surveys 46(4),
    section 3.2): the sum of (score - mean so far - delta), and a drift once it is
    more than `threshold` above its lowest. Errors are counted in a window of the last ones.

        def learn_again(drift):
            print("drift of the", drift.cause)

        drift = og.DriftDetector(delta=50, threshold=5000, callback=learn_again)
        drift.step(trainer.step(x, label), not trainer.correct)

    After a drift both tests begin anew.

    Args:
        delta: Rise of the score that is no drift, 0 to 2**20, in units of the score.
        threshold: Of the sum, 1 to 2**24; larger ones are slower and err less often.
        wait: Scores before there can be a drift, 1 to 65535.
        window: Number of last samples whose errors are counted, up to 65535; 0 for no such test.
        errors: Most errors among them that are no drift; without it half of them.
        callback: Called with the detector at each drift, or None.

    Attributes:
        cause: SCORE or ERRORS of the last drift, None before the first.
        drifts: Number of drifts so far.
        samples: Number of samples since the last drift, counted up to 65536.

    Raises:
        TypeError, ValueError: An argument does not fit.
    """

    SCORE, ERRORS = "score", "errors"

    def __init__(
        self,
        *,
        delta: int = 0,
        threshold: int = 4096,
        wait: int = 30,
        window: int = 0,
        errors=None,
        callback=None,
    ):
        self._delta = whole("delta", delta, 0, _SCORE_MAX) << _FRACTION
        self._threshold = whole("threshold", threshold, 1, 2**24) << _FRACTION
        self._wait = whole("wait", wait, 1, 65535)
        self._window = bytearray(whole("window", window, 0, 65535))
        self._errors = whole("errors", window // 2 if errors is None else errors, 0, window)
        if callback is not None and not callable(callback):
            raise TypeError(f"callback: function or None expected, got {callback!r}")
        self._callback = callback
        self.cause, self.drifts = None, 0
        self.reset()

    def __repr__(self):
        return f"DriftDetector(drifts={self.drifts}, cause={self.cause!r})"

    def reset(self) -> None:
        """Let both tests begin anew."""
        self.samples = self._mean = self._left = self._sum = 0
        self._next = self._wrong = 0
        for i in range(len(self._window)):
            self._window[i] = 0

    def step(self, score: int, error: bool = False) -> bool:
        """
        Take one sample; return whether there is a drift. Allocates nothing.

        Args:
            score: int from 0; more than 2**20 counts as 2**20.
            error: Whether the sample was classified wrongly.
        """
        if not isinstance(score, int):
            raise TypeError(f"score: int expected, got {score!r}")
        if score < 0:
            raise ValueError(f"score: 0 or more expected, got {score}")
        self.samples = min(self.samples + 1, _FRAMES_MAX)
        cause = None
        if self._rises(min(score, _SCORE_MAX) << _FRACTION) and self.samples >= self._wait:
            cause = self.SCORE
        if len(self._window) and self._count(bool(error)) > self._errors:
            cause = self.ERRORS
        if cause is None:
            return False
        self.cause, self.drifts = cause, self.drifts + 1
        self.reset()
        if self._callback is not None:
            self._callback(self)
        return True

    def _rises(self, score):
        # What the division leaves over is carried on. The sum is at most 2^29, all else 2^25.
        total = score - self._mean + self._left
        self._mean += total // self.samples
        self._left = total % self.samples
        # The sum above its lowest, which is all that counts of the two.
        total = self._sum + score - self._mean - self._delta
        self._sum = min(max(total, 0), _SUM_MAX)
        return self._sum > self._threshold

    def _count(self, error):
        """Return the errors in the window with one in the place of the oldest."""
        self._wrong += error - self._window[self._next]
        self._window[self._next] = error
        self._next = (self._next + 1) % len(self._window)
        return self._wrong
