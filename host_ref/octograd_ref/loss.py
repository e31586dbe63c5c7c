"""From the last layer's sums to the error that goes back (docs/numerics.md, section 7)."""

import numpy as np

from .fixed import clamp, round_shift
from .tables import EXP


def softmax(y, e_y):
    """Return (n,) int32 probabilities in Q15 of sums ``y`` at exponent ``e_y``."""
    a = clamp(y.astype(np.int64), 2**29)
    e = EXP[np.minimum(round_shift(a.max() - a, -4 - e_y), 255)].astype(np.int64)
    total = int(e.sum())
    return ((e * 32768 + (total >> 1)) // total).astype(np.int32)


def _negative_log(p):
    q = max(2 * p, 1)
    m = q.bit_length() - 1
    f = (q << 15 >> m) - 32768
    log2 = 32768 * m + f + round_shift(11 * round_shift(f * (32768 - f), 15), 5)
    return round_shift(710 * round_shift(16 * 32768 - log2, 5), 10)


def softmax_cross_entropy(y, e_y, label):
    """
    Return the error in Q15, (n,) int32, and the loss in units of 2**-10 nats.

    Example:
        Two equal sums: the probabilities are a half, the loss is ln 2.

        >>> error, loss = softmax_cross_entropy(np.zeros(2, np.int32), -14, 0)
        >>> error, loss / 1024
        (array([-16384,  16384], dtype=int32), 0.693359375)
    """
    error = softmax(y, e_y)
    loss = _negative_log(int(error[label]))
    error[label] -= 32768
    return error, loss


def mean_squared_error(y, e_y, target):
    """Return the error in Q15 against int8 ``target``, and the loss in units of 2**-10."""
    v = round_shift(clamp(y.astype(np.int64), 2**30), -15 - e_y)
    error = clamp(v, 2**29) - 256 * target.astype(np.int64)
    loss = 0
    for e in clamp(round_shift(error, 5), 32768):
        loss = min(loss + round_shift(int(e) ** 2, 11), 2**29)
    return error.astype(np.int32), loss


def error_quantize(error, skip):
    """Return (n,) int8 and its exponent, or None if no entry reaches ``skip``."""
    error = clamp(error.astype(np.int64), 2**30)
    largest = int(np.abs(error).max())
    if largest < skip:
        return None
    shift = 0
    while round_shift(largest, shift) > 127:
        shift += 1
    return round_shift(error, shift).astype(np.int8), shift - 15


def argmax(y):
    """Return the index of the largest item, the lowest of equals."""
    return int(np.argmax(y))
