"""
Every kernel with buffers of every length across the kernels' blocks.

In the build with AddressSanitizer the buffers lie outside the heap, and a step over either end
of one stops the program.
"""

import hashlib
from array import array

import _octograd

try:
    from _guard import array as new
except ImportError:

    def new(code, n):
        """Return an array of n zeros."""
        return array(code, bytes(n * SIZES[code]))


SIZES = {"b": 1, "h": 2, "i": 4, "I": 4}
rng = new("I", 1)
_octograd.rng_seed(rng, 3)
rate = new("h", 3)
e_w = new("b", 1)


def random_int8(n):
    """Return n random bytes."""
    a = new("b", n)
    _octograd.rng_uniform(rng, 32512, a)
    return a


def random_int32(n):
    """Return n random sums."""
    a = new("i", n)
    for k in range(n):
        a[k] = (_octograd.rng_below(rng, 65536) - 32768) * 64
    return a


def fresh():
    """Return the range of a tensor that was not seen yet."""
    r = new("h", 3)
    r[2] = -1
    return r


def dense(h, n_in, n_out):
    """Run all kernels of a dense layer and add what they write to a hash."""
    x, w, b = random_int8(n_in), random_int8(n_in * n_out), random_int32(n_out)
    y, sums, dy = new("b", n_out), new("i", n_out), random_int8(n_out)
    dx, residual = new("b", n_in), new("b", n_in * n_out)
    y_range, dx_range = fresh(), fresh()
    e_w[0] = -8
    for training in (True, False):
        _octograd.dense_forward(x, w, b, -7, e_w, 1, training, y_range, y)
        h.update(y)
    _octograd.dense_forward_s32(x, w, b, -7, e_w, sums)
    _octograd.dense_backward_x(dy, w, x, -9, e_w, 1, dx_range, dx)
    for normalize in range(2):
        for factor, shift in ((15, 0), (3, 9)):
            rate[0], rate[1], rate[2] = factor, shift, normalize
            _octograd.dense_update(dy, x, -9, -7, rate, rng, w, residual, b, e_w)
            _octograd.dense_update(dy, x, -9, -7, rate, rng, w, None, b, e_w)
    for buffer in (sums, dx, w, residual, b, e_w, y_range, dx_range, rng):
        h.update(buffer)


def loss(h, n):
    """Run all kernels of the losses and add what they write to a hash."""
    y, target, dy = random_int32(n), random_int8(n), new("b", n)
    _octograd.argmax(y)
    _octograd.softmax_cross_entropy(y, -16, n - 1)
    _octograd.error_quantize(y, 0, dy)
    h.update(dy)
    h.update(y)
    _octograd.mean_squared_error(y, -16, target)
    _octograd.error_quantize(y, 0, dy)
    h.update(dy)
    _octograd.softmax(y, -16)
    h.update(y)


def take(h, n):
    """Take the first and the last record of three."""
    source, out = random_int8(3 * n + n // 2), new("b", n)
    for index in (0, 2):
        _octograd.take(source, index, out)
        h.update(out)


def hexadecimal(h):
    """Return the first digits of a hash."""
    return "".join("%02x" % byte for byte in h.digest()[:6])


for n in range(1, 71):
    h = hashlib.sha256()
    loss(h, n)
    take(h, n)
    for n_out in (1, 2, 3, 5):
        dense(h, n, n_out)
    for n_in in (1, 4):
        dense(h, n_in, n)
    print(n, hexadecimal(h))
h = hashlib.sha256()
dense(h, 33, 35)
print("33 to 35", hexadecimal(h))
