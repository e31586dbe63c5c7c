"""Samples in memory, and the order in which a fit sees them."""

from array import array

import _octograd

from .checks import whole
from .model import SEED_MAX

COUNT_MAX = 65535


class Samples:
    """
    A data set in two buffers, which has what a Dataset has: len() and record_into().

    Args:
        x: int8 buffer of whole samples, one after the other.
        y: Class numbers (bytes, array), or an int8 buffer of targets.
        loss: The loss, which knows what a target is.
        n_in: Bytes of a sample.
        n_out: Outputs of the net.

    Raises:
        TypeError, ValueError: They do not fit the net or each other.
    """

    def __init__(self, x, y, loss, n_in: int, n_out: int):
        n = loss.count(y, n_out)
        if not 1 <= n <= COUNT_MAX:
            raise ValueError(f"y: 1 to {COUNT_MAX} samples expected, got {n}")
        _octograd.check_items(x, n * n_in, "x")
        loss.check_all(y, n, n_out)
        self._x, self._y, self._loss, self._n = x, y, loss, n

    def __len__(self):
        return self._n

    def record_into(self, index: int, x, target):
        """Copy a sample to x; return its class, or its targets in `target`. Allocates nothing."""
        _octograd.take(self._x, index, x)
        return self._loss.select(self._y, index, target)


class Shuffle:
    """
    The numbers 0 to n - 1 in random order, two bytes each; without a list of objects.

    Fisher and Yates, as Durstenfeld 1964 gives it (Algorithm 235, CACM 7(7)).

        order = og.Shuffle(len(dataset), seed=3)
        order.shuffle()
        for i in range(len(order)):
            label = dataset.record_into(order[i], x, None)

    Args:
        n: How many, 1 to 65535. They are in order until shuffle() is called.
        seed: Of the orders; the same seed brings the same orders again.

    Raises:
        TypeError, ValueError: An argument does not fit.
        MemoryError: It does not fit into memory.
    """

    def __init__(self, n: int, *, seed: int = 1):
        self._rng = array("I", [1])
        _octograd.rng_seed(self._rng, whole("seed", seed, 0, SEED_MAX))
        self._order = array("H", range(whole("n", n, 1, COUNT_MAX)))

    def __len__(self):
        return len(self._order)

    def __getitem__(self, i: int) -> int:
        return self._order[i]

    def shuffle(self) -> None:
        """Bring them into another order. Allocates nothing."""
        self.shuffle_part(len(self._order) - 1, 0)

    def shuffle_part(self, first: int, last: int) -> None:
        """Do the part of shuffle() from place `first` down to before `last`. Allocates nothing."""
        order, rng = self._order, self._rng
        for i in range(first, last, -1):
            j = _octograd.rng_below(rng, i + 1)
            order[i], order[j] = order[j], order[i]
