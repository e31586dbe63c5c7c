"""Losses: what turns the last layer's sums into the error that goes back."""

import _octograd
import _octograd_train

from .checks import count, number, whole


class SoftmaxCrossEntropy:
    """Classification: the target is a class number, the loss is in nats."""

    classifies = True

    def check(self, target, n_out: int) -> None:
        # In a step this is nearly always so, and whole() takes longer.
        if type(target) is not int or not 0 <= target < n_out:
            whole("label", target, 0, n_out - 1)

    def count(self, targets, n_out: int) -> int:
        """Return the number of samples that `targets` holds."""
        return count("y", targets)

    def check_all(self, targets, n: int, n_out: int) -> None:
        for label in targets:
            self.check(label, n_out)

    def select(self, targets, index: int, out):
        """Return the target of one sample of a data set."""
        return targets[index]

    def error(self, y, e_y: int, target) -> int:
        """Turn sums y into the error in Q15, in place; return the loss in 1/1024."""
        return _octograd_train.softmax_cross_entropy(y, e_y, target)


class _Regression:
    # The target is int8 at 2**-7 like an input, one for each output.
    classifies = False

    def check(self, target, n_out: int) -> None:
        _octograd.check_items(target, n_out, "target")

    def count(self, targets, n_out: int) -> int:
        """Return the number of samples that `targets` holds."""
        return count("y", targets) // n_out

    def check_all(self, targets, n: int, n_out: int) -> None:
        _octograd.check_items(targets, n * n_out, "y")

    def select(self, targets, index: int, out):
        """Return the target of one sample of a data set."""
        _octograd.take(targets, index, out)
        return out


class MSE(_Regression):
    """Regression: the loss is half the sum of squares. Targets are int8, like inputs."""

    def error(self, y, e_y: int, target) -> int:
        """Turn sums y into the error in Q15, in place; return the loss in 1/1024."""
        return _octograd_train.mean_squared_error(y, e_y, target)


class Huber(_Regression):
    """
    Regression that minds outliers less: linear beyond a difference of `delta`.

    Args:
        delta: Above 0 and at most 16384; very small ones make it the absolute difference.
    """

    def __init__(self, delta: float = 1.0):
        if not 0 < number("delta", delta) <= 16384:
            raise ValueError(f"delta: above 0 and at most 16384 expected, got {delta}")
        self.delta = max(int(delta * 32768 + 0.5), 1)

    def error(self, y, e_y: int, target) -> int:
        """Turn sums y into the error in Q15, in place; return the loss in 1/1024."""
        return _octograd_train.huber(y, e_y, target, self.delta)


class BinaryCrossEntropy(_Regression):
    """
    Independent yes or no: sigmoid and cross-entropy of each output, in nats.

    The sigmoid belongs to the loss: the last layer stays linear. Targets are
    int8 from 0 (no) to 127 (yes).
    """

    def error(self, y, e_y: int, target) -> int:
        """Turn sums y into the error in Q15, in place; return the loss in 1/1024."""
        return _octograd_train.binary_cross_entropy(y, e_y, target)
