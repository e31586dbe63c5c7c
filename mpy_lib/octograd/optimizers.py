"""Optimisers: how large a step is."""

from array import array

from .checks import number

_TIE = 1 / 65536  # see docs/numerics.md, section 10


class SGD:
    """
    Stochastic gradient descent, one sample at a time.

    Args:
        lr: Learning rate, held exactly as factor * 2**-shift with a factor of
            1 to 15; other numbers are rounded to the nearest such one.
        normalize: Divide each row's gradient by about its mean magnitude. For
            fine-tuning; use a smaller rate, and not from random weights.

    Attributes:
        rate: array('h', [factor, shift, normalize]), as the kernels read it.
    """

    def __init__(self, lr, *, normalize: bool = False):
        factor, shift = exact_rate(lr)
        self.rate = array("h", [factor, shift, 1 if normalize else 0])

    @property
    def lr(self) -> float:
        """The learning rate that is really used."""
        return self.rate[0] / (1 << self.rate[1])

    def __repr__(self):
        return f"SGD(lr={self.rate[0]}/{1 << self.rate[1]}, normalize={bool(self.rate[2])})"


def exact_rate(lr) -> tuple:
    """
    Return (factor, shift) of the nearest factor * 2**-shift, 1 <= factor <= 15.

    Raises:
        TypeError: `lr` is not a number.
        ValueError: `lr` is NaN, or not within 2**-30 to 15.
    """
    # NaN is in no range.
    if not 2**-31 <= number("lr", lr) <= 15:
        raise ValueError(f"lr: 2**-30 to 15 expected, got {lr}")
    shift = 0
    while lr < 8 and shift < 30:
        lr *= 2
        shift += 1
    factor = int(lr + 0.5 + _TIE)
    while factor % 2 == 0 and shift > 0:
        factor //= 2
        shift -= 1
    return factor, shift


def q15(name: str, value) -> int:
    """Return a fraction from 0 to 1 in units of 2**-15."""
    if not 0 <= number(name, value) <= 1:
        raise ValueError(f"{name}: 0 to 1 expected, got {value}")
    return int(value * 32768 + 0.5 + _TIE)
