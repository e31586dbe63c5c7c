"""Guard: learn on, and go back if what is learnt makes the net worse."""

from .checks import number, whole
from .progress import Progress
from .trainer import Diverged


class Guard:
    """
    Trains on, but keeps the last good weights, and goes back to them.

    A held-out set, the canaries, is evaluated every so many steps. If the net is
    worse there by more than a margin than it was at best, or if the weights grow
    without end, the state at the last good evaluation comes back: weights, ranges,
    velocities and generator. The best counts, not the last, so that many small
    steps down are not taken for granted.

        guard = og.Guard(trainer, canary_x, canary_y, every=200)
        for x, label in samples:
            guard.step(x, label)

    It takes a copy of all that training changes, at once; step() allocates
    nothing, but for a checkpoint.

    Args:
        trainer: Trainer of the net.
        x: int8 buffer of whole canaries, one after the other; or a Dataset.
        y: Class numbers (bytes, array), or an int8 buffer of targets; not with a
            Dataset.
        every: Number of steps between evaluations, rounded up to whole batches.
        margin: Share of the canaries by which fewer may be right, 0 to 1; of a
            regression the share of the loss by which it may be larger.
        checkpoint: Checkpoint to save() each good state to, or None.
        callback: Function of this Guard that is called when it has gone back, or None.

    Attributes:
        rollbacks: How often it went back so far.
        cause: Why it did the last time: "canaries", "diverged" or None.
        best: Canaries that were right at best; of a regression the lowest loss, in
            1/1024 and summed over all.
        last: The same of the last evaluation.

    Raises:
        TypeError, ValueError: An argument does not fit.
        MemoryError: It does not fit.
    """

    def __init__(
        self,
        trainer,
        x,
        y=None,
        *,
        every: int = 100,
        margin: float = 0.05,
        checkpoint=None,
        callback=None,
    ):
        if not hasattr(trainer, "gradient") or isinstance(trainer, type):
            raise TypeError(f"trainer: Trainer expected, got {trainer!r}")
        if checkpoint is not None and not hasattr(checkpoint, "skipped"):
            raise TypeError(f"checkpoint: Checkpoint or None expected, got {checkpoint!r}")
        if callback is not None and not callable(callback):
            raise TypeError(f"callback: function or None expected, got {callback!r}")
        if not 0 <= number("margin", margin) <= 1:
            raise ValueError(f"margin: 0 to 1 expected, got {margin}")
        self._every = whole("every", every, 1, 2**29)
        self._margin, self._checkpoint, self._callback = int(256 * margin), checkpoint, callback
        self.trainer, net = trainer, trainer.net
        self._samples = trainer.samples(x, y)
        self._sample, self._target = bytearray(net.n_in), bytearray(len(net.outputs))
        self._progress = Progress(1, len(self._samples), trainer.loss.classifies)
        self._good, self.rollbacks, self.cause = net.snapshot(), 0, None
        self.reset()

    def __repr__(self):
        return f"Guard(best={self.best}, last={self.last}, rollbacks={self.rollbacks})"

    def reset(self) -> None:
        """Take the net as it is for good, however good it is now."""
        self._left = self._every
        self.best = self.last = self._evaluate()
        self._keep()

    def step(self, x, target) -> int:
        """
        Learn from one sample, and evaluate if it is time; as Trainer.step().

        Returns:
            The loss before the step, in units of 1/1024.

        Raises:
            TypeError, ValueError: x or target does not fit; nothing has changed.
        """
        trainer = self.trainer
        try:
            loss = trainer.step(x, target)
        except Diverged:
            self._go_back("diverged")
            return 0
        self._left -= 1
        if self._left <= 0 and trainer._in_batch == 0:
            self.check()
        return loss

    def check(self) -> bool:
        """Evaluate now; return whether the net is good, else go back."""
        self._left = self._every
        self.last = value = self._evaluate()
        if self.trainer.loss.classifies:
            good = value >= self.best - (self._margin * len(self._samples) >> 8)
            self.best = max(self.best, value)
        else:
            good = value <= self.best + (self.best * self._margin >> 8)
            self.best = min(self.best, value)
        if good:
            self._keep()
        else:
            self._go_back("canaries")
        return good

    def _evaluate(self):
        progress = self._progress
        self.trainer.evaluate_into(self._samples, self._sample, self._target, progress)
        return progress._correct if self.trainer.loss.classifies else progress._loss

    def _keep(self):
        self.trainer.net.snapshot_into(self._good)
        if self._checkpoint is not None:
            self._checkpoint.save(self.trainer)

    def _go_back(self, cause):
        trainer = self.trainer
        trainer.net.restore(self._good)
        trainer.drop_batch()
        self._left = self._every
        self.rollbacks, self.cause = self.rollbacks + 1, cause
        if self._callback is not None:
            self._callback(self)
