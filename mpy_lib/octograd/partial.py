"""Partial updates: less work for samples that are known already."""

from .checks import number

_ONE = 32768  # 1.0 in Q15


class PartialUpdate:
    """
    Train only some rows or filters of each hidden layer, those whose errors are largest.

    The better a sample is known, the fewer: a share of
    minimum + (maximum - minimum) * eps of them, at least one, where eps is 0
    for what is known and 1 for what is not. The others cost nothing, neither in
    the update nor in the backward pass below (Deutel et al. 2024, "On-Device
    Training of Fully Quantized Deep Neural Networks on Cortex-M
    Microcontrollers", dynamic partial gradient updates).

    Args:
        minimum: Least share, above 0.
        maximum: Largest share, up to 1.
        by: What eps is. "confidence": 1 - p of the right class, or for a
            regression the largest error, at most 1. "loss": the sample's loss by the
            largest loss so far, as published; it wants a bounded loss and keeps
            too little of a training from random weights.

    Raises:
        TypeError, ValueError: An argument does not fit.
    """

    def __init__(self, minimum: float = 0.1, maximum: float = 1.0, *, by: str = "confidence"):
        self.minimum = _rounded_up("minimum", minimum)
        self.maximum = _rounded_up("maximum", maximum)
        if self.minimum > self.maximum:
            raise ValueError(f"maximum: at least minimum, {minimum}, expected, got {maximum}")
        if by not in ("confidence", "loss"):
            raise ValueError(f"by: 'confidence' or 'loss' expected, got {by!r}")
        self.by = by
        self._largest_loss = 0

    def __repr__(self):
        minimum, maximum = self.minimum / _ONE, self.maximum / _ONE
        return f"PartialUpdate({minimum:.3g}, {maximum:.3g}, by={self.by!r})"

    def fraction(self, error: int, loss: int) -> int:
        """
        Return the share of rows that a sample trains, in 1/32768. Allocates nothing.

        Args:
            error: The largest error in 1/32768, at most 32768.
            loss: The loss.
        """
        eps = error
        if self.by == "loss":
            self._largest_loss = most = max(self._largest_loss, loss)
            while most > 32767:
                most >>= 1
                loss >>= 1
            eps = (loss << 15) // max(most, 1)
        # The minimum is at least 1, so that this stays a small int.
        return self.minimum + ((self.maximum - self.minimum) * eps >> 15)


def _rounded_up(name, value) -> int:
    """Return a share in Q15, rounded up so that floor(share * n) is kept."""
    if not 0 < number(name, value) <= 1:
        raise ValueError(f"{name}: above 0 and at most 1 expected, got {value}")
    scaled = value * _ONE
    # What single precision adds is not rounded up.
    return int(scaled) + (scaled - int(scaled) > 1 / 256)
