"""
The C module's twin: same names, same in-place buffers, same errors, NumPy inside.

The border in front of octograd_ref, as usermod/binding is the border in front
of the kernels; each of its modules has a twin beside this one.
"""

from _octograd_arguments import (
    SMALL_INT_MAX,
    _get_activation,
    _get_buffer,
    _get_error,
    _get_exponent,
    _get_int,
    _get_items,
    _get_linear,
    _get_range,
    _get_rng,
    _get_tensor,
    _outside,
    _range_of,
)
from octograd_ref import linear as _linear
from octograd_ref import loss as _loss
from octograd_ref import rng as _rng
from octograd_ref.activation import activation_backward_bytes as _activation_backward


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


def activation_backward(dy, y, e_y, activation, dx):
    dy = _get_tensor(dy, "dy", "b", False)
    y = _get_items(y, "y", "b", False, dy.size)
    e_y = _get_exponent(e_y, "e_y")
    activation = _get_activation(activation)
    dx = _get_items(dx, "dx", "b", True, dy.size)
    dx[:] = _activation_backward(dy, y, activation, e_y)


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
