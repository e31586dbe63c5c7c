"""Optimisers: how large a step is, and how it changes."""

from array import array

from .checks import number, whole

_TIE = 1 / 65536  # see docs/numerics.md, section 14

# max(1, floor(128 (1 + cos(pi i / 64)) + 1/2)), see docs/numerics.md, section 15.
_COSINE = (
    b"\xff\xff\xff\xff\xfe\xfc\xfa\xf9\xf6\xf4\xf1\xee\xea\xe7\xe3\xdf\xdb\xd6\xd1\xcc\xc7\xc2"
    b"\xbc\xb7\xb1\xab\xa5\x9f\x99\x93\x8d\x86\x80zsmga[UOID>94/*%!\x1d\x19\x16\x12\x0f\x0c\n"
    b"\x07\x06\x04\x02\x01\x01\x01"
)


class Constant:
    """The same learning rate in all epochs."""

    def share(self, epoch: int, epochs: int) -> int:
        """Return what the base rate is multiplied by, in 1/256."""
        return 256


class StepDecay:
    """
    The rate is halved after every so many epochs.

    Args:
        every: Number of epochs.
    """

    def __init__(self, every: int):
        self.every = whole("every", every, 1, 2**30)

    def share(self, epoch: int, epochs: int) -> int:
        return max(256 >> min(epoch // self.every, 8), 1)


class CosineDecay:
    """From the whole rate in the first epoch to almost nothing in the last, on a cosine."""

    def share(self, epoch: int, epochs: int) -> int:
        i = 64 * epoch // epochs
        return 256 if i < 2 else _COSINE[i]


class SGD:
    """
    Stochastic gradient descent.

    Gradients are clipped by nothing but the saturation of integers, which
    needs no threshold.

    Args:
        lr: Learning rate, held exactly as factor * 2**-shift with a factor of
            1 to 15; other numbers are rounded to the nearest such one.
        momentum: 0, or 1 - 2**-m: 1/2, 3/4, 7/8 ... 127/128; other numbers are
            rounded to the nearest such one. Two bytes a trainable weight.
        weight_decay: Share of a weight, times the rate, that is taken off each step.
        batch: Samples a step. One is the default: it learns as well, and needs no
            memory for gradients; more take four bytes a trainable weight.
        schedule: Constant(), StepDecay(every) or CosineDecay(), by epochs of fit().
        normalize: Divide each row's gradient by about its mean magnitude. For
            fine-tuning; use a smaller rate, and not from random weights.

    Attributes:
        rate: array('h', [factor, shift, normalize, momentum]), as the kernels read it.
    """

    def __init__(
        self,
        lr: float,
        *,
        momentum: float = 0,
        weight_decay: float = 0,
        batch: int = 1,
        schedule=None,
        normalize: bool = False,
    ):
        self.batch = whole("batch", batch, 1, 32766)
        exact_rate(lr)
        factor, shift = exact_rate(lr / batch)
        if not 0 <= number("momentum", momentum) < 1:
            raise ValueError(f"momentum: 0 or above and below 1 expected, got {momentum}")
        self.momentum = 0
        if momentum:
            # The nearest 1 - 2^-m on a logarithmic scale, between 1/2 and 127/128.
            self.momentum = 1
            while self.momentum < 7 and 1 - momentum < 0.7071 * 2**-self.momentum:
                self.momentum += 1
        if not 0 <= number("weight_decay", weight_decay) <= 1:
            raise ValueError(f"weight_decay: 0 to 1 expected, got {weight_decay}")
        self.decay_period = 0
        if weight_decay:
            self.decay_period = max(1, int(1 / (256 * lr * weight_decay) + 0.5))
        self.schedule = Constant() if schedule is None else schedule
        if isinstance(schedule, type) or not hasattr(self.schedule, "share"):
            raise TypeError(f"schedule: such as CosineDecay() expected, got {schedule!r}")
        self._base = (factor, shift)
        self.rate = array("h", [factor, shift, 1 if normalize else 0, self.momentum])

    @property
    def lr(self) -> float:
        """The learning rate that is really used now."""
        return self.batch * self.rate[0] / (1 << self.rate[1])

    @lr.setter
    def lr(self, lr):
        self._base = exact_rate(lr / self.batch)
        self.rate[0], self.rate[1] = self._base

    def start_epoch(self, epoch: int, epochs: int) -> None:
        """Set the rate for an epoch, from 0."""
        share = whole("share", self.schedule.share(epoch, epochs), 1, 256)
        self.rate[0], self.rate[1] = self._base
        scale_rate(self.rate, share)

    def __repr__(self):
        text = f"SGD(lr={self.batch * self.rate[0]}/{1 << self.rate[1]}"
        if self.momentum:
            text += f", momentum={(1 << self.momentum) - 1}/{1 << self.momentum}"
        if self.batch > 1:
            text += f", batch={self.batch}"
        return text + (", normalize=True)" if self.rate[2] else ")")


def exact_rate(lr, name: str = "lr") -> tuple:
    """
    Return (factor, shift) of the nearest factor * 2**-shift, 1 <= factor <= 15.

    Raises:
        TypeError: It is not a number.
        ValueError: It is NaN, or not within 2**-30 to 15.
    """
    # NaN is in no range.
    if not 2**-31 <= number(name, lr) <= 15:
        raise ValueError(f"{name}: 2**-30 to 15 expected, got {lr}")
    shift = 0
    while lr < 8 and shift < 30:
        lr *= 2
        shift += 1
    factor = int(lr + 0.5 + _TIE)
    while factor % 2 == 0 and shift > 0:
        factor //= 2
        shift -= 1
    return factor, shift


def scale_rate(rate, share: int) -> None:
    """Multiply a rate by share / 256, 1 <= share <= 256, in place. Allocates nothing."""
    factor = rate[0] * share
    shift = rate[1] + 8
    while factor > 15:
        factor = (factor + 1) >> 1
        shift -= 1
    while factor % 2 == 0 and shift > 0:
        factor //= 2
        shift -= 1
    rate[0] = factor
    rate[1] = min(shift, 30)


def q15(name: str, value) -> int:
    """Return a fraction from 0 to 1 in units of 2**-15."""
    if not 0 <= number(name, value) <= 1:
        raise ValueError(f"{name}: 0 to 1 expected, got {value}")
    return int(value * 32768 + 0.5 + _TIE)
