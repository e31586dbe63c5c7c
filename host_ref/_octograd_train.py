"""The twin of the C module of this name: losses, errors, updates."""

from _octograd_arguments import (
    MAX_LENGTH,
    _check_scratch,
    _get_batch,
    _get_buffer,
    _get_exponent,
    _get_int,
    _get_items,
    _get_rate,
    _get_rng,
    _get_tensor,
    _read_batch,
    _Weights,
    _write_batch,
)
from octograd_ref import linear as _linear
from octograd_ref import loss as _loss
from octograd_ref import partial as _partial
from octograd_ref import update as _update
from octograd_ref.fixed import clamp as _clamp


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


def dense_update(dy, x, e_dy, e_x, rate, rng, w, residual, velocity, b, e_w):
    dy = _get_tensor(dy, "dy", "b", False)
    x = _get_tensor(x, "x", "b", False)
    e_dy = _get_exponent(e_dy, "e_dy")
    e_x = _get_exponent(e_x, "e_x")
    rate = _get_rate(rate)
    layer = _Weights((dy.size, x.size), dy.size, rng, w, residual, velocity, b, e_w)
    window = _linear.dense_window(x.size, dy.size)
    layer.write(_linear.linear_update(layer.value(), dy, x, window, e_dy, e_x, rate))


def dense_gradient(dy, x, e_dy, e_x, batch, sums):
    dy = _get_tensor(dy, "dy", "b", False)
    x = _get_tensor(x, "x", "b", False)
    e_dy = _get_exponent(e_dy, "e_dy")
    e_x = _get_exponent(e_x, "e_x")
    batch = _get_batch(batch)
    sums = _get_items(sums, "sums", "i", True, x.size * dy.size + dy.size)
    window = _linear.dense_window(x.size, dy.size)
    old = _read_batch(batch, sums, (dy.size, x.size))
    _write_batch(_linear.linear_batch(old, dy, x, window, e_dy, e_x), batch, sums)


def batch_apply(rows, n_b, batch, sums, rate, rng, w, residual, velocity, b, e_w):
    n = _get_buffer(w, "w", "b", True).size
    rows = _get_int(rows, "rows", 1, MAX_LENGTH)
    n_b = _get_int(n_b, "n_b", rows, MAX_LENGTH if rows == 1 else rows)
    row = n // rows
    _get_items(w, "w", "b", True, rows * row or rows)
    batch = _get_batch(batch)
    sums = _get_items(sums, "sums", "i", True, n + n_b)
    rate = _get_rate(rate)
    layer = _Weights((rows, row), n_b, rng, w, residual, velocity, b, e_w)
    old = _read_batch(batch, sums, (rows, row))
    layer.write(_update.batch_apply(layer.value(), old, rate))
    if batch[2]:
        sums[:n] = _clamp(sums[:n], _update.GRADIENT_MAX)
    batch[2] = 0


def weight_decay(rng, w, residual):
    rng = _get_rng(rng)
    w = _get_buffer(w, "w", "b", True)
    if residual is not None:
        residual = _get_items(residual, "residual", "b", True, w.size)
    new = _update.weight_decay(_update.Weights(w, residual, None, None, 0, int(rng[0])))
    w[:], rng[0] = new.w, new.state
    if residual is not None:
        residual[:] = new.residual
