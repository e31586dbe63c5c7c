"""The twin of usermod/binding/arguments.c: the same checks of arguments, the same words."""

import numpy as np

from octograd_ref import update as _update
from octograd_ref.range import FRESH, WINDOW, Error, Range

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


def _check_scratch(scratch, n_items):
    n = 4 * n_items
    scratch = _get_buffer(scratch, "scratch", "b", True)
    if scratch.size < n:
        raise _outside("scratch", n, n, " items", scratch.size)
