"""Elastic weight consolidation: weights that matter for an old task are held back."""

from array import array

import _octograd_consolidation

from .checks import number
from .optimizers import exact_rate

_LOWEST = -2047  # an exponent that any gradient raises
_MEAN_BITS = 4  # of the mean importance: 8 to 15, see docs/numerics.md, section 12.1


class EWC:
    """
    Pulls each weight back to where it was after an old task, the more it mattered there.

    How much a weight matters is the mean square of its gradient over samples of
    the old task, in one byte (Kirkpatrick et al. 2017, "Overcoming catastrophic
    forgetting in neural networks", PNAS 114(13), equation 3). Biases are free.

    It takes two bytes for each weight that is trained, its importance and where it
    was, and measure() eight more for as long as it runs. A plan() counts none of them.

    Example:
        for p in trainer.fit(old_x, old_y): ...
        ewc = og.EWC(trainer)
        ewc.measure(old_x, old_y)
        trainer = og.Trainer(net, loss, sgd, consolidate=ewc)
        for p in trainer.fit(new_x, new_y): ...

    Args:
        trainer: A Trainer of the net. The last one that the net was given to lends
            its loss and its memory to measure with.
        strength: Which share of its way back a weight is pulled in each step if it
            matters at least ten times as much as the average one, up to 1; others in
            proportion. Held as a learning rate is.

    Attributes:
        parts: By layer a Part, whose buffers may be replaced by others, read-only ones too.
        n_bytes: Of the buffers of all parts.

    Raises:
        TypeError, ValueError: An argument does not fit.
        MemoryError: It does not fit.
    """

    def __init__(self, trainer, *, strength: float = 1 / 16):
        if not hasattr(trainer, "gradient") or isinstance(trainer, type):
            raise TypeError(f"trainer: Trainer expected, got {trainer!r}")
        if not 0 < number("strength", strength) <= 1:
            raise ValueError(f"strength: above 0 and at most 1 expected, got {strength}")
        self._rate = array("h", exact_rate(strength, "strength") + (0, 0))
        self.net = trainer.net
        self.parts = [Part(layer) for layer in trainer._trained]
        self.n_bytes = sum([2 * len(part.layer.w) for part in self.parts])

    def __repr__(self):
        return f"EWC(strength={self._rate[0] / (1 << self._rate[1])})"

    def measure(self, x, y=None) -> None:
        """
        Take the weights as they are, and how much each matters for these samples.

        The net does not change, but for the ranges of its errors. What was
        measured before is forgotten; samples of several tasks may be measured at once.

        Args:
            x: int8 buffer of whole samples, one after the other; or a Dataset.
            y: Class numbers (bytes, array), or an int8 buffer of targets; not with
                a Dataset.

        Raises:
            TypeError, ValueError: An argument does not fit; nothing has changed.
            MemoryError: It does not fit; nothing has changed.
        """
        net, trainer = self.net, self.net.trainer
        if trainer is None:
            raise ValueError("net: built again; make a new Trainer and EWC")
        samples = trainer.samples(x, y)
        sample, target = bytearray(net.n_in), bytearray(len(net.outputs))
        totals = [_Total(part) for part in self.parts]
        net.set_drawing(False)
        try:
            for total in totals:
                total.begin()
            trainer.bind()
            for i in range(len(samples)):
                label = samples.record_into(i, sample, target)
                trainer.loss.check(label, len(net.outputs))
                trainer.gradient(sample, label)
                for total in totals:
                    total.add()
        finally:
            for total in totals:
                total.end()
            trainer.bind()
            net.set_drawing(True)
        highest = max([total.exponent for total in totals])
        sums = sum([total.sum(highest) for total in totals])
        mean, n_bits = sums // sum([len(part.layer.w) for part in self.parts]), 0
        while mean >> n_bits:
            n_bits += 1
        for total in totals:
            total.write(2 * highest + n_bits - _MEAN_BITS)

    def pull(self, trained) -> None:
        """Pull the weights of these layers. Allocates nothing."""
        for part in self.parts:
            if part.layer in trained:
                part.pull(self._rate)


class Part:
    """
    What is kept of a layer.

    Attributes:
        layer: The layer.
        importance: int8 buffer, 0 to 127 for each weight.
        anchor: int8 buffer, the weights as they were.
        e_anchor: Their exponent.
    """

    def __init__(self, layer):
        self.layer, self.e_anchor = layer, 0
        self.importance = bytearray(len(layer.w))
        self.anchor = bytearray(len(layer.w))

    def pull(self, rate):
        layer = self.layer
        _octograd_consolidation.weight_pull(
            rate,
            layer._rng,
            layer.w,
            layer.residual,
            layer.e_w,
            self.importance,
            self.anchor,
            self.e_anchor,
        )


class _Total:
    """The squares of a layer's gradients, while they are measured."""

    def __init__(self, part):
        layer = part.layer
        self._part, self._own = part, (layer.sums, layer._batch)
        self._total, self.exponent = array("I", bytes(4 * len(layer.w))), _LOWEST
        self._sums = array("i", bytes(4 * (len(layer.w) + layer._n_b)))
        self._batch = array("h", [0, 0, 0])

    def begin(self):
        layer = self._part.layer
        layer.sums, layer._batch = self._sums, self._batch

    def end(self):
        layer = self._part.layer
        layer.sums, layer._batch = self._own

    def add(self):
        self.exponent = _octograd_consolidation.importance_add(
            self._batch, self._sums, self.exponent, self._total
        )

    def sum(self, exponent) -> int:
        """Return the sum over all weights, in units of 4**exponent."""
        return sum(self._total) >> 2 * (exponent - self.exponent)

    def write(self, exponent):
        """Write importances in units of 2**exponent, and the weights as they are."""
        part, layer = self._part, self._part.layer
        shift = min(max(exponent - 2 * self.exponent, 0), 31)
        _octograd_consolidation.importance_scale(self._total, shift, part.importance)
        # Not as a slice, which takes memory: all layers are written, or none.
        for k in range(len(layer.w)):
            part.anchor[k] = layer.w[k]
        part.e_anchor = layer.e_w[0]
