"""
The C module's twin: same names, same in-place buffers, same errors, NumPy inside.

The border in front of octograd_ref, as usermod/binding is the border in front
of the kernels.
"""

from functools import lru_cache as _lru_cache

import numpy as np

from octograd_ref import add as _add
from octograd_ref import depthwise_conv2d as _depthwise
from octograd_ref import importance as _importance
from octograd_ref import linear as _linear
from octograd_ref import loss as _loss
from octograd_ref import partial as _partial
from octograd_ref import pool as _pool
from octograd_ref import rng as _rng
from octograd_ref import update as _update
from octograd_ref.activation import activation_backward_bytes as _activation_backward
from octograd_ref.range import FRESH, WINDOW, Error, Range
from octograd_ref.window import Axis, Window
from octograd_ref.window import window_uses as _window_uses

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
    code = _get_int(value, "activation", 0, 15)
    if 4 < code < 9:
        raise _outside("activation", 0, 4, " or 9 to 15", code)
    return code


def _get_rate(obj):
    limits = ((1, 15), (0, 30), (0, 1), (0, 7))
    return _update.Rate(*_get_record(obj, "rate", False, limits).tolist())


def _get_batch(obj):
    limits = (
        (-2 * EXPONENT_MAX, 2 * EXPONENT_MAX),
        (-EXPONENT_MAX, EXPONENT_MAX),
        (0, 1),
    )
    return _get_record(obj, "batch", True, limits)


_AXIS_FIELDS = ("n_in", "n_out", "kernel", "stride", "sign", None, "divisor", "exact")
_POSITIVE = (1, 32767)


def _get_axis(fields):
    for name, value in zip(_AXIS_FIELDS, fields, strict=True):
        if name == "sign":
            if value != -1:
                _get_int(value, "window: sign", 1, 1)
        elif name is not None:
            _get_int(value, f"window: {name}", *((0, 1) if name == "exact" else _POSITIVE))
    return Axis(*fields)


def _check_product(name, a, b, c=1):
    n = a * b
    if n <= MAX_LENGTH:
        n *= c
    if n > MAX_LENGTH:
        raise _outside(name, 1, MAX_LENGTH, " items", n)
    return n


def _get_window(obj, pool=False, depthwise=False, indexed=False):
    fields = _get_items(obj, "window", "h", False, 18).tolist()
    return _window_of(tuple(fields), pool, depthwise, indexed)


@_lru_cache(maxsize=256)
def _window_of(fields, pool, depthwise, indexed):
    y, x = _get_axis(fields[:8]), _get_axis(fields[8:16])
    in_c = _get_int(fields[16], "window: in_c", *_POSITIVE)
    out_c = _get_int(fields[17], "window: out_c", *_POSITIVE)
    window = Window(y, x, in_c, out_c)
    _check_product("window: input", y.n_in, x.n_in, in_c)
    _check_product("window: output", y.n_out, x.n_out, out_c)
    taps = _check_product("window: kernel", y.kernel, x.kernel)
    _check_product("window: kernel and channels", taps, in_c)
    repeats = _window_uses(window) // taps
    if repeats > MAX_LENGTH:
        raise _outside("window: divisor", 1, MAX_LENGTH, " items", repeats)
    uses = _check_product("window: uses", taps, repeats)
    _check_product("window: uses and channels", uses, out_c)
    if pool or depthwise:
        _get_int(out_c, "window: out_c", in_c, in_c)
    if pool:
        _get_int(y.sign, "window: sign", 1, 1)
        _get_int(x.sign, "window: sign", 1, 1)
        _get_int(y.divisor, "window: divisor", 1, 1)
        _get_int(x.divisor, "window: divisor", 1, 1)
    if indexed:
        _get_int(taps, "window: taps", 1, 256)
    return window


def _items_in(window):
    return window.y.n_in * window.x.n_in * window.in_c


def _items_out(window):
    return window.y.n_out * window.x.n_out * window.out_c


def _get_linear(w, b, e_w, n, n_b):
    w = _get_items(w, "w", "b", False, n)
    b = np.zeros(n_b, np.int32) if b is None else _get_items(b, "b", "i", False, n_b)
    e_w = _get_buffer(e_w, "e_w", "b", False)
    if e_w.size not in (1, n_b):
        raise _outside("e_w", 1, 1, " items", e_w.size)
    return w, b, e_w


class _Weights:
    """Weights for an update: read from the caller's buffers, and written back to them."""

    def __init__(self, shape, n_b, rng, w, residual, velocity, b, e_w):
        n = shape[0] * shape[1]
        self._rng = _get_rng(rng)
        self._w = _get_items(w, "w", "b", True, n).reshape(shape)
        self._residual = self._velocity = None
        if residual is not None:
            self._residual = _get_items(residual, "residual", "b", True, n).reshape(shape)
        if velocity is not None:
            self._velocity = _get_items(velocity, "velocity", "h", True, n + n_b)
        self._b = None if b is None else _get_items(b, "b", "i", True, n_b)
        self._n_b = n_b
        self._e_w = _get_items(e_w, "e_w", "b", True, 1)

    def value(self):
        e_w, state = int(self._e_w[0]), int(self._rng[0])
        b = np.zeros(self._n_b, np.int32) if self._b is None else self._b
        return _update.Weights(self._w, self._residual, self._velocity, b, e_w, state)

    def write(self, new):
        self._w[:], self._e_w[0], self._rng[0] = new.w, new.e_w, new.state
        n = self._w.size if self._b is None else None  # without biases, theirs stays
        if self._b is not None:
            self._b[:] = new.b
        if self._residual is not None:
            self._residual[:] = new.residual
        if self._velocity is not None:
            self._velocity[:n] = new.velocity[:n]


def _get_error(n, x, e_x, activation, pending, e_pending):
    x = _get_items(x, "x", "b", False, n)
    e_x = _get_exponent(e_x, "e_x")
    activation = _get_activation(activation)
    pending = None if pending is None else _get_items(pending, "pending", "b", False, n)
    return Error(x, e_x, activation, pending, _get_exponent(e_pending, "e_pending"))


def _range_of(record):
    return Range(*record.tolist())


def _get_dense(x, w, b, e_x, e_w, n_out):
    x = _get_tensor(x, "x", "b", False)
    w, b, e_w = _get_linear(w, b, e_w, x.size * n_out, n_out)
    window = _linear.dense_window(x.size, n_out)
    return x, w.reshape(n_out, -1), b, window, _get_exponent(e_x, "e_x"), e_w


def dense_forward(x, w, b, e_x, e_w, activation, training, range, y):
    y = _get_tensor(y, "y", "b", True)
    x, w, b, window, e_x, e_w = _get_dense(x, w, b, e_x, e_w, y.size)
    activation = _get_activation(activation)
    range = _get_range(range, bool(training))
    y[:], e_y, learned = _linear.linear_forward(
        x, w, b, window, e_x, e_w, activation, _range_of(range)
    )
    if training:
        range[:] = learned
    return e_y


def dense_forward_s32(x, w, b, e_x, e_w, y):
    y = _get_tensor(y, "y", "i", True)
    x, w, b, window, e_x, e_w = _get_dense(x, w, b, e_x, e_w, y.size)
    if e_w.size != 1:
        raise _outside("e_w", 1, 1, " items", e_w.size)
    sums, e_y, _ = _linear.linear_sums(x, w, b, window, e_x, e_w)
    y[:] = sums.ravel()
    return e_y


def dense_backward_x(dy, w, e_dy, e_w, x, e_x, activation, pending, e_pending, range, dx):
    dy = _get_tensor(dy, "dy", "b", False)
    n_in = _get_tensor(x, "x", "b", False).size
    w, _, e_w = _get_linear(w, None, e_w, n_in * dy.size, dy.size)
    e_dy = _get_exponent(e_dy, "e_dy")
    error = _get_error(n_in, x, e_x, activation, pending, e_pending)
    range = _get_range(range, True)
    dx = _get_items(dx, "dx", "b", True, n_in)
    window = _linear.dense_window(n_in, dy.size)
    dx[:], e_dx, range[:] = _linear.linear_backward_x(
        dy, w.reshape(dy.size, -1), window, e_dy, e_w, error, _range_of(range)
    )
    return e_dx


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


def _read_batch(batch, sums, shape):
    e_gw, e_gb, begun = batch.tolist()
    if not begun:
        return _update.Batch()
    n = shape[0] * shape[1]
    sums = sums.astype(np.int64)
    return _update.Batch(sums[:n].reshape(shape), sums[n:], e_gw, e_gb, begun)


def _write_batch(new, batch, sums):
    batch[:] = new.e_gw, new.e_gb, new.begun
    sums[:] = np.concatenate([new.g.ravel(), new.g_bias])


def _forward(depthwise, window, x, w, b, e_x, e_w, activation, training, range, y):
    window = _get_window(window, depthwise=depthwise)
    x = _get_items(x, "x", "b", False, _items_in(window))
    rows, row = _weights_shape(window, depthwise)
    w, b, e_w = _get_linear(w, b, e_w, rows * row, window.out_c)
    e_x = _get_exponent(e_x, "e_x")
    activation = _get_activation(activation)
    range = _get_range(range, bool(training))
    y = _get_items(y, "y", "b", True, _items_out(window))
    if depthwise:
        forward, w = _depthwise.depthwise_conv2d_forward, w.reshape(-1, window.in_c)
    else:
        forward, w = _linear.linear_forward, w.reshape(rows, row)
    y[:], e_y, learned = forward(x, w, b, window, e_x, e_w, activation, _range_of(range))
    if training:
        range[:] = learned
    return e_y


def _weights_shape(window, depthwise):
    row = window.y.kernel * window.x.kernel * window.in_c
    return (1, row) if depthwise else (window.out_c, row)


def _backward_x(depthwise, window, dy, w, e_dy, e_w, *error_range_dx):
    window = _get_window(window, depthwise=depthwise)
    dy = _get_items(dy, "dy", "b", False, _items_out(window))
    rows, row = _weights_shape(window, depthwise)
    w, _, e_w = _get_linear(w, None, e_w, rows * row, window.out_c)
    e_dy = _get_exponent(e_dy, "e_dy")
    *error, range, dx = error_range_dx
    error = _get_error(_items_in(window), *error)
    range = _get_range(range, True)
    dx = _get_items(dx, "dx", "b", True, _items_in(window))
    if depthwise:
        backward_x, w = _depthwise.depthwise_conv2d_backward_x, w.reshape(-1, window.in_c)
    else:
        backward_x, w = _linear.linear_backward_x, w.reshape(rows, row)
    dx[:], e_dx, range[:] = backward_x(dy, w, window, e_dy, e_w, error, _range_of(range))
    return e_dx


def _get_gradient(depthwise, window, dy, x, e_dy, e_x):
    window = _get_window(window, depthwise=depthwise)
    dy = _get_items(dy, "dy", "b", False, _items_out(window))
    x = _get_items(x, "x", "b", False, _items_in(window))
    return window, dy, x, _get_exponent(e_dy, "e_dy"), _get_exponent(e_x, "e_x")


def _window_scratch(window):
    return window.y.kernel * window.x.kernel * window.in_c


def _check_scratch(scratch, n_items):
    n = 4 * n_items
    scratch = _get_buffer(scratch, "scratch", "b", True)
    if scratch.size < n:
        raise _outside("scratch", n, n, " items", scratch.size)


def _window_update(depthwise, window, dy, x, e_dy, e_x, rate, *weights_scratch):
    window, dy, x, e_dy, e_x = _get_gradient(depthwise, window, dy, x, e_dy, e_x)
    rate = _get_rate(rate)
    *weights, scratch = weights_scratch
    layer = _Weights(_weights_shape(window, depthwise), window.out_c, *weights)
    _check_scratch(scratch, _window_scratch(window))
    update = _depthwise.depthwise_conv2d_update if depthwise else _linear.linear_update
    layer.write(update(layer.value(), dy, x, window, e_dy, e_x, rate))


def _gradient(depthwise, window, dy, x, e_dy, e_x, scratch, batch, sums):
    window, dy, x, e_dy, e_x = _get_gradient(depthwise, window, dy, x, e_dy, e_x)
    _check_scratch(scratch, _window_scratch(window))
    batch = _get_batch(batch)
    rows, row = shape = _weights_shape(window, depthwise)
    sums = _get_items(sums, "sums", "i", True, rows * row + window.out_c)
    add = _depthwise.depthwise_conv2d_batch if depthwise else _linear.linear_batch
    _write_batch(add(_read_batch(batch, sums, shape), dy, x, window, e_dy, e_x), batch, sums)


def conv2d_forward(window, x, w, b, e_x, e_w, activation, training, range, y):
    return _forward(False, window, x, w, b, e_x, e_w, activation, training, range, y)


def conv2d_forward_s32(window, x, w, b, e_x, e_w, y):
    window = _get_window(window)
    x = _get_items(x, "x", "b", False, _items_in(window))
    rows, row = _weights_shape(window, False)
    w, b, e_w = _get_linear(w, b, e_w, rows * row, window.out_c)
    e_x = _get_exponent(e_x, "e_x")
    if e_w.size != 1:
        raise _outside("e_w", 1, 1, " items", e_w.size)
    y = _get_items(y, "y", "i", True, _items_out(window))
    sums, e_y, _ = _linear.linear_sums(x, w.reshape(rows, row), b, window, e_x, e_w)
    y[:] = sums.ravel()
    return e_y


def conv2d_backward_x(window, dy, w, e_dy, e_w, x, e_x, activation, pending, e_pending, range, dx):
    error = (x, e_x, activation, pending, e_pending)
    return _backward_x(False, window, dy, w, e_dy, e_w, *error, range, dx)


def conv2d_update(window, dy, x, e_dy, e_x, rate, rng, w, residual, velocity, b, e_w, scratch):
    weights = (rng, w, residual, velocity, b, e_w)
    _window_update(False, window, dy, x, e_dy, e_x, rate, *weights, scratch)


def conv2d_gradient(window, dy, x, e_dy, e_x, scratch, batch, sums):
    _gradient(False, window, dy, x, e_dy, e_x, scratch, batch, sums)


def depthwise_conv2d_forward(window, x, w, b, e_x, e_w, activation, training, range, y):
    return _forward(True, window, x, w, b, e_x, e_w, activation, training, range, y)


def depthwise_conv2d_backward_x(
    window, dy, w, e_dy, e_w, x, e_x, activation, pending, e_pending, range, dx
):
    error = (x, e_x, activation, pending, e_pending)
    return _backward_x(True, window, dy, w, e_dy, e_w, *error, range, dx)


def depthwise_conv2d_update(
    window, dy, x, e_dy, e_x, rate, rng, w, residual, velocity, b, e_w, scratch
):
    weights = (rng, w, residual, velocity, b, e_w)
    _window_update(True, window, dy, x, e_dy, e_x, rate, *weights, scratch)


def depthwise_conv2d_gradient(window, dy, x, e_dy, e_x, scratch, batch, sums):
    _gradient(True, window, dy, x, e_dy, e_x, scratch, batch, sums)


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


def weight_pull(rate, rng, w, residual, e_w, importance, anchor, e_anchor):
    rate = _get_rate(rate)
    rng = _get_rng(rng)
    w = _get_buffer(w, "w", "b", True)
    if residual is not None:
        residual = _get_items(residual, "residual", "b", True, w.size)
    e_w = _get_items(e_w, "e_w", "b", False, 1)
    importance = _get_items(importance, "importance", "b", False, w.size)
    anchor = _get_items(anchor, "anchor", "b", False, w.size)
    e_anchor = _get_exponent(e_anchor, "e_anchor")
    layer = _update.Weights(w, residual, None, None, int(e_w[0]), int(rng[0]))
    new = _update.weight_pull(layer, rate, importance, anchor, e_anchor)
    w[:], rng[0] = new.w, new.state
    if residual is not None:
        residual[:] = new.residual


def importance_add(batch, sums, exponent, total):
    batch = _get_batch(batch)
    total = _get_buffer(total, "total", "I", True)
    sums = _get_buffer(sums, "sums", "i", False)
    if sums.size < total.size:
        raise _outside("sums", total.size, total.size, " items", sums.size)
    exponent = _get_int(exponent, "exponent", -2047, 2047)
    batch[2] = 0
    g = sums[: total.size]
    total[:], exponent = _importance.importance_add(g, int(batch[0]), exponent, total)
    return exponent


def importance_scale(total, shift, importance):
    total = _get_buffer(total, "total", "I", False)
    shift = _get_int(shift, "shift", 0, 31)
    importance = _get_items(importance, "importance", "b", True, total.size)
    importance[:] = _importance.importance_scale(total, shift)


def max_pool2d_forward(window, x, y, index):
    window = _get_window(window, pool=True, indexed=True)
    x = _get_items(x, "x", "b", False, _items_in(window))
    y = _get_items(y, "y", "b", True, _items_out(window))
    index = _get_items(index, "index", "b", True, _items_out(window))
    y[:], index.view(np.uint8)[:] = _pool.max_pool2d_forward(x, window)


def _get_pooled(window, dy):
    window = _get_window(window, pool=True)
    return window, _get_items(dy, "dy", "b", False, _items_out(window))


def _get_indexed(window, dy, index):
    window = _get_window(window, pool=True, indexed=True)
    dy = _get_items(dy, "dy", "b", False, _items_out(window))
    index = _get_items(index, "index", "b", False, _items_out(window)).view(np.uint8)
    return window, dy, index


def max_pool2d_route(window, dy, index, dx):
    axes = _get_window(window, pool=True, indexed=True)
    for axis in (axes.y, axes.x):
        _get_int(axis.stride, "window: stride", axis.kernel, 32767)
    window, dy, index = _get_indexed(window, dy, index)
    dx = _get_items(dx, "dx", "b", True, _items_in(window))
    dx[:] = _pool.max_pool2d_route(dy, index, window)


def max_pool2d_backward_x(
    window, dy, index, e_dy, x, e_x, activation, pending, e_pending, range, dx
):
    window, dy, index = _get_indexed(window, dy, index)
    e_dy = _get_exponent(e_dy, "e_dy")
    error = _get_error(_items_in(window), x, e_x, activation, pending, e_pending)
    range = _get_range(range, True)
    dx = _get_items(dx, "dx", "b", True, _items_in(window))
    dx[:], e_dx, range[:] = _pool.max_pool2d_backward_x(
        dy, index, window, e_dy, error, _range_of(range)
    )
    return e_dx


def average_pool2d_forward(window, x, e_x, training, range, y):
    window = _get_window(window, pool=True)
    x = _get_items(x, "x", "b", False, _items_in(window))
    e_x = _get_exponent(e_x, "e_x")
    range = _get_range(range, bool(training))
    y = _get_items(y, "y", "b", True, _items_out(window))
    y[:], e_y, learned = _pool.average_pool2d_forward(x, window, e_x, _range_of(range))
    if training:
        range[:] = learned
    return e_y


def average_pool2d_backward_x(window, dy, e_dy, x, e_x, activation, pending, e_pending, range, dx):
    window, dy = _get_pooled(window, dy)
    e_dy = _get_exponent(e_dy, "e_dy")
    error = _get_error(_items_in(window), x, e_x, activation, pending, e_pending)
    range = _get_range(range, True)
    dx = _get_items(dx, "dx", "b", True, _items_in(window))
    dx[:], e_dx, range[:] = _pool.average_pool2d_backward_x(
        dy, window, e_dy, error, _range_of(range)
    )
    return e_dx


def add_forward(a, b, e_a, e_b, activation, training, range, z):
    a = _get_tensor(a, "a", "b", False)
    b = _get_items(b, "b", "b", False, a.size)
    e_a = _get_exponent(e_a, "e_a")
    e_b = _get_exponent(e_b, "e_b")
    activation = _get_activation(activation)
    range = _get_range(range, bool(training))
    z = _get_items(z, "z", "b", True, a.size)
    z[:], e_z, learned = _add.add_forward(a, b, e_a, e_b, activation, _range_of(range))
    if training:
        range[:] = learned
    return e_z


def activation_backward(dy, y, e_y, activation, dx):
    dy = _get_tensor(dy, "dy", "b", False)
    y = _get_items(y, "y", "b", False, dy.size)
    e_y = _get_exponent(e_y, "e_y")
    activation = _get_activation(activation)
    dx = _get_items(dx, "dx", "b", True, dy.size)
    dx[:] = _activation_backward(dy, y, activation, e_y)


def dropout(x, keep, scale, rng, y):
    x = _get_tensor(x, "x", "b", False)
    keep = _get_int(keep, "keep", 1, 65536)
    scale = _get_int(scale, "scale", 128, 256)
    rng = _get_rng(rng)
    y = _get_items(y, "y", "b", True, x.size)
    y[:], rng[0] = _add.dropout(x, keep, scale, int(rng[0]))


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


def put(x, index, out):
    x = _get_tensor(x, "x", "b", False)
    out = _get_buffer(out, "out", "b", True)
    if out.size < x.size:
        raise _outside("out", x.size, x.size, " items", out.size)
    index = _get_int(index, "index", 0, out.size // x.size - 1)
    out[index * x.size : (index + 1) * x.size] = x
