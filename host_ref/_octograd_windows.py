"""The twin of usermod/binding/windows.c: what layers that look through a window have in common."""

from functools import lru_cache as _lru_cache

from _octograd_arguments import (
    MAX_LENGTH,
    _check_scratch,
    _get_activation,
    _get_batch,
    _get_error,
    _get_exponent,
    _get_int,
    _get_items,
    _get_linear,
    _get_range,
    _get_rate,
    _outside,
    _range_of,
    _read_batch,
    _Weights,
    _write_batch,
)
from octograd_ref import depthwise_conv2d as _depthwise
from octograd_ref import linear as _linear
from octograd_ref.window import Axis, Window
from octograd_ref.window import window_uses as _window_uses

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


def _weights_shape(window, depthwise):
    row = window.y.kernel * window.x.kernel * window.in_c
    return (1, row) if depthwise else (window.out_c, row)


def _window_scratch(window):
    return window.y.kernel * window.x.kernel * window.in_c


def _get_gradient(depthwise, window, dy, x, e_dy, e_x):
    window = _get_window(window, depthwise=depthwise)
    dy = _get_items(dy, "dy", "b", False, _items_out(window))
    x = _get_items(x, "x", "b", False, _items_in(window))
    return window, dy, x, _get_exponent(e_dy, "e_dy"), _get_exponent(e_x, "e_x")


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
