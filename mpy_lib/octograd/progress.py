"""What a person sees while a network learns."""

import sys
import time

from .checks import whole


class Progress:
    """
    Where a fit() stands. The same object all along: read it, do not keep it.

    Attributes:
        epoch, epochs: Current epoch from 1, and how many there are.
        sample, samples: Samples seen in this epoch, and how many there are.
    """

    def __init__(self, epochs: int, samples: int, classifies: bool):
        self.epochs, self.samples, self._classifies = epochs, samples, classifies
        self.start(0)

    def start(self, epoch: int) -> None:
        self.epoch = epoch + 1
        self.sample = self._loss = self._correct = 0

    def add(self, loss: int, correct: bool) -> None:
        self.sample += 1
        # Stays an int that needs no memory; a sum of cross-entropies never gets there.
        self._loss = min(self._loss + loss, 2**30 - 1)
        self._correct += correct

    @property
    def loss(self) -> float:
        """Mean loss of this epoch so far, each sample before its own step."""
        return self._loss / (1024 * self.sample) if self.sample else 0.0

    @property
    def accuracy(self):
        """Share of samples classified rightly before their own step; None for MSE."""
        if not self._classifies:
            return None
        return self._correct / self.sample if self.sample else 0.0


def milliseconds() -> int:
    """Return a clock for elapsed(), on MicroPython and on CPython."""
    return time.ticks_ms() if hasattr(time, "ticks_ms") else int(time.monotonic() * 1000)


def elapsed(start: int) -> int:
    """Return the milliseconds since milliseconds() returned `start`."""
    if hasattr(time, "ticks_diff"):
        return time.ticks_diff(time.ticks_ms(), start)
    return milliseconds() - start


def show(fit, *, every: int = 100) -> None:
    """
    Run a fit() to its end and show epoch, loss, accuracy and time on one line an epoch.

    Args:
        fit: What Trainer.fit() returned.
        every: After how many samples the line is written anew.
    """
    whole("every", every, 1, 2**30)
    start, width = milliseconds(), 0
    for p in fit:
        done = p.sample == p.samples
        if done or p.sample % every == 0:
            accuracy = "" if p.accuracy is None else f"  accuracy {100 * p.accuracy:5.1f} %"
            line = (
                f"epoch {p.epoch}/{p.epochs}  sample {p.sample}/{p.samples}"
                f"  loss {p.loss:.3f}{accuracy}  {elapsed(start) / 1000:.1f} s"
            )
            # Spaces wipe what a longer line has left.
            sys.stdout.write("\r" + line + " " * (width - len(line)) + ("\n" if done else ""))
            width = 0 if done else len(line)
