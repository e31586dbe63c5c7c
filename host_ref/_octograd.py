"""
The C module's twin: same names, same in-place buffers, same errors, NumPy inside.

The border in front of octograd_ref, as usermod/binding is the border in front
of the kernels.
"""

import numpy as np

from octograd_ref import dense as _dense
from octograd_ref import loss as _loss
from octograd_ref import rng as _rng
from octograd_ref.range import FRESH, WINDOW, Range
from octograd_ref.update import Rate

MAX_LENGTH = 2**15
EXPONENT_MAX = 511
SMALL_INT_MAX = 2**30 - 1

_DTYPES = {"b": np.int8, "h": np.int16, "i": np.int32, "I": np.uint32}


def _outside(name, low, high, items, value):
    expected = f"{low}" if low == high else f"{low} to {high}"
    return ValueError(f"{name}: {expected}{items} expected, got {value}")


def _get_buffer(obj, name, code, writable):
    writable_text = "writable " if writable else ""
    message = f"{name}: {writable_text}buffer of '{code}' expected"
    try:
        view = memoryview(obj)
    except TypeError:
        raise TypeError(message) from None
    if view.readonly and writable:
        raise TypeError(message)
    if view.format != code and not (code == "b" and view.format == "B"):
        raise TypeError(f"{message}, got '{view.format}'")
    return np.frombuffer(view, _DTYPES[code]) if view.nbytes else np.empty(0, _DTYPES[code])


def _get_items(obj, name, code, writable, expected):
    items = _get_buffer(obj, name, code, writable)
    if items.size != expected:
        raise _outside(name, expected, expected, " items", items.size)
    return items


def _get_tensor(obj, name, code, writable):
    items = _get_buffer(obj, name, code, writable)
    if not 1 <= items.size <= MAX_LENGTH:
        raise _outside(name, 1, MAX_LENGTH, " items", items.size)
    return items


def _get_int(value, name, low, high):
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: int expected")
    if not low <= value <= high:
        raise _outside(name, low, high, "", value)
    return value


def _get_exponent(value, name):
    return _get_int(value, name, -EXPONENT_MAX, EXPONENT_MAX)


def _get_record(obj, name, writable, limits):
    items = _get_items(obj, name, "h", writable, len(limits))
    for k, (low, high) in enumerate(limits):
        _get_int(int(items[k]), f"{name}[{k}]", low, high)
    return items


def _get_range(obj, writable):
    limits = ((-EXPONENT_MAX, EXPONENT_MAX), (0, 127), (FRESH, WINDOW - 1))
    return _get_record(obj, "range", writable, limits)


def _get_rng(obj):
    rng = _get_items(obj, "rng", "I", True, 1)
    if rng[0] == 0:
        raise ValueError("rng: state other than 0 expected")
    return rng


def _get_activation(value):
    return _get_int(value, "activation", 0, 1)


def _get_dense(x, w, b, e_x, e_w, writable):
    x = _get_tensor(x, "x", "b", False)
    b = _get_tensor(b, "b", "i", writable)
    w = _get_items(w, "w", "b", writable, x.size * b.size).reshape(b.size, x.size)
    e_x = _get_exponent(e_x, "e_x")
    e_w = _get_items(e_w, "e_w", "b", writable, 1)
    return x, w, b, e_x, e_w


def dense_forward(x, w, b, e_x, e_w, activation, training, range, y):
    x, w, b, e_x, e_w = _get_dense(x, w, b, e_x, e_w, False)
    activation = _get_activation(activation)
    range = _get_range(range, bool(training))
    y = _get_items(y, "y", "b", True, b.size)
    y[:], e_y, learned = _dense.dense_forward(
        x, w, b, e_x, int(e_w[0]), activation, Range(*range.tolist())
    )
    if training:
        range[:] = learned
    return e_y


def dense_forward_s32(x, w, b, e_x, e_w, y):
    x, w, b, e_x, e_w = _get_dense(x, w, b, e_x, e_w, False)
    y = _get_items(y, "y", "i", True, b.size)
    y[:], e_y = _dense.dense_forward_s32(x, w, b, e_x, int(e_w[0]))
    return e_y


def dense_backward_x(dy, w, x, e_dy, e_w, activation, range, dx):
    dy = _get_tensor(dy, "dy", "b", False)
    x = _get_tensor(x, "x", "b", False)
    w = _get_items(w, "w", "b", False, x.size * dy.size).reshape(dy.size, x.size)
    e_dy = _get_exponent(e_dy, "e_dy")
    e_w = _get_items(e_w, "e_w", "b", False, 1)
    activation = _get_activation(activation)
    range = _get_range(range, True)
    dx = _get_items(dx, "dx", "b", True, x.size)
    dx[:], e_dx, range[:] = _dense.dense_backward_x(
        dy, w, x, e_dy, int(e_w[0]), activation, Range(*range.tolist())
    )
    return e_dx


def dense_update(dy, x, e_dy, e_x, rate, rng, w, residual, b, e_w):
    x, w, b, e_x, e_w = _get_dense(x, w, b, e_x, e_w, True)
    dy = _get_items(dy, "dy", "b", False, b.size)
    e_dy = _get_exponent(e_dy, "e_dy")
    rate = Rate(*_get_record(rate, "rate", False, ((1, 15), (0, 30), (0, 1))).tolist())
    rng = _get_rng(rng)
    if residual is not None:
        residual = _get_items(residual, "residual", "b", True, w.size).reshape(w.shape)
    w[:], low, b[:], e_w[0], rng[0] = _dense.dense_update(
        dy, x, e_dy, e_x, rate, w, residual, b, int(e_w[0]), int(rng[0])
    )
    if residual is not None:
        residual[:] = low


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


def error_quantize(error, skip, dy):
    error = _get_tensor(error, "error", "i", False)
    skip = _get_int(skip, "skip", 0, 32768)
    dy = _get_items(dy, "dy", "b", True, error.size)
    quantized = _loss.error_quantize(error, skip)
    if quantized is None:
        return None
    dy[:], e_dy = quantized
    return e_dy


def argmax(y):
    return _loss.argmax(_get_tensor(y, "y", "i", False))


def rng_seed(rng, seed):
    rng = _get_items(rng, "rng", "I", True, 1)
    rng[0] = _rng.rng_seed(_get_int(seed, "seed", 0, SMALL_INT_MAX))


def rng_below(rng, n):
    rng = _get_rng(rng)
    rng[0], draw = _rng.rng_below(int(rng[0]), _get_int(n, "n", 1, 65536))
    return draw


def rng_uniform(rng, limit, w):
    rng = _get_rng(rng)
    limit = _get_int(limit, "limit", 1, 32512)
    w = _get_buffer(w, "w", "b", True)
    rng[0], w[:] = _rng.rng_uniform(int(rng[0]), w.size, limit)


def check_items(buffer, n, name):
    _get_items(buffer, name, "b", False, _get_int(n, "n", 0, 2**29))


def take(source, index, out):
    source = _get_buffer(source, "source", "b", False)
    out = _get_tensor(out, "out", "b", True)
    if source.size < out.size:
        raise _outside("source", out.size, out.size, " items", source.size)
    index = _get_int(index, "index", 0, source.size // out.size - 1)
    out[:] = source[index * out.size : (index + 1) * out.size]
