"""From the last layer's sums to the error that goes back (docs/numerics.md, section 11)."""

import numpy as np

from .fixed import clamp, round_shift
from .tables import EXP, SIGMOID_Q15


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


def _difference(y, e_y, target):
    v = round_shift(clamp(y.astype(np.int64), 2**30), -15 - e_y)
    return clamp(v, 2**29) - 256 * target.astype(np.int64)


def _half_square(error):
    e = clamp(round_shift(error, 5), 32768)
    return round_shift(e * e, 11)


def _total(items):
    # Limited after each item, which is the same as at the end: items are not negative.
    return int(min(items.sum(), 2**29))


def mean_squared_error(y, e_y, target):
    """Return the error in Q15 against int8 ``target``, and the loss in units of 2**-10."""
    error = _difference(y, e_y, target)
    return error.astype(np.int32), _total(_half_square(error))


def huber(y, e_y, target, delta):
    """Return the error in Q15, limited to ``delta`` (Q15), and the loss in units of 2**-10."""
    difference = _difference(y, e_y, target)
    error = clamp(difference, delta)
    slope = min(round_shift(delta, 5), 32768)
    beyond = np.minimum(round_shift(np.abs(difference) - np.abs(error), 5), 32767)
    items = _half_square(error) + round_shift(slope * beyond, 10)
    return error.astype(np.int32), _total(items)


def binary_cross_entropy(y, e_y, target):
    """Return the error in Q15 of sigmoid(y) against int8 ``target``, and the loss in 2**-10."""
    i = np.minimum(clamp(round_shift(clamp(y.astype(np.int64), 2**30), -4 - e_y), 128), 127)
    p = SIGMOID_Q15[i + 128].astype(np.int64)
    target = target.astype(np.int64)
    error = p - 256 * target
    logs = [(_negative_log(int(q)), _negative_log(32768 - int(q))) for q in p]
    yes, no = np.array(logs, np.int64).T
    total = 0
    for item in round_shift(target * yes + (128 - target) * no, 7):
        total = int(clamp(total + item, 2**29))
    return error.astype(np.int32), total


def error_largest(error):
    """Return the largest magnitude of an error in Q15, at most 32768."""
    return int(clamp(np.abs(error.astype(np.int64)).max(), 32768))


def error_quantize(error):
    """Return (n,) int8 and its exponent."""
    error = clamp(error.astype(np.int64), 2**30)
    largest = int(np.abs(error).max())
    shift = 0
    while round_shift(largest, shift) > 127:
        shift += 1
    return round_shift(error, shift).astype(np.int8), shift - 15


def argmax(y):
    """Return the index of the largest item, the lowest of equals."""
    return int(np.argmax(y))
