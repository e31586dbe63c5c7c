"""The twin of the C module of this name: losses, and errors."""

from _octograd_arguments import _check_scratch, _get_exponent, _get_int, _get_items, _get_tensor
from octograd_ref import loss as _loss
from octograd_ref import partial as _partial


def softmax(y, e_y):
    y = _get_tensor(y, "y", "i", True)
    y[:] = _loss.softmax(y, _get_exponent(e_y, "e_y"))


def softmax_cross_entropy(y, e_y, label):
    y = _get_tensor(y, "y", "i", True)
    e_y = _get_exponent(e_y, "e_y")
    label = _get_int(label, "label", 0, y.size - 1)
    y[:], loss = _loss.softmax_cross_entropy(y, e_y, label)
    return loss


def mean_squared_error(y, e_y, target):
    y = _get_tensor(y, "y", "i", True)
    e_y = _get_exponent(e_y, "e_y")
    target = _get_items(target, "target", "b", False, y.size)
    y[:], loss = _loss.mean_squared_error(y, e_y, target)
    return loss


def binary_cross_entropy(y, e_y, target):
    y = _get_tensor(y, "y", "i", True)
    e_y = _get_exponent(e_y, "e_y")
    target = _get_items(target, "target", "b", False, y.size)
    y[:], loss = _loss.binary_cross_entropy(y, e_y, target)
    return loss


def huber(y, e_y, target, delta):
    y = _get_tensor(y, "y", "i", True)
    e_y = _get_exponent(e_y, "e_y")
    target = _get_items(target, "target", "b", False, y.size)
    y[:], loss = _loss.huber(y, e_y, target, _get_int(delta, "delta", 1, 2**29))
    return loss


def error_largest(error):
    return _loss.error_largest(_get_tensor(error, "error", "i", False))


def error_quantize(error, dy):
    error = _get_tensor(error, "error", "i", False)
    dy = _get_items(dy, "dy", "b", True, error.size)
    dy[:], e_dy = _loss.error_quantize(error)
    return e_dy


def partial_keep(dy, channels, fraction, scratch):
    dy = _get_tensor(dy, "dy", "b", True)
    channels = _get_int(channels, "channels", 1, dy.size)
    _get_items(dy, "dy", "b", True, dy.size // channels * channels)
    fraction = _get_int(fraction, "fraction", 1, 32768)
    _check_scratch(scratch, channels)
    dy[:], kept = _partial.partial_keep(dy, channels, fraction)
    return kept
