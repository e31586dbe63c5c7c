"""
Every kernel with buffers of exactly the right length, of every length across its blocks.

In the build with AddressSanitizer the buffers lie outside the heap, and a step over either end
of one stops the program.
"""

import hashlib
from array import array

from border import MODULES, function

import _octograd
from octograd.windows import axis, transposed_axis, upsampled_axis, window

try:
    from _guard import array as new
except ImportError:

    def new(code, n):
        """Return an array of n zeros."""
        return array(code, bytes(n * SIZES[code]))


SIZES = {"b": 1, "h": 2, "i": 4, "I": 4}
CALLED = set()
rng = new("I", 1)
_octograd.rng_seed(rng, 3)
rate = new("h", 4)
e_w = new("b", 1)


def call(stem, *arguments):
    """Call a function, remember that it was, and return its result."""
    CALLED.add(stem)
    return function(stem)(*arguments)


def random_int8(n):
    """Return n random bytes."""
    a = new("b", n)
    call("rng_uniform", rng, 32512, a)
    return a


def random_int32(n):
    """Return n random sums."""
    a = new("i", n)
    for k in range(n):
        a[k] = (call("rng_below", rng, 65536) - 32768) * 64
    return a


def fresh():
    """Return the range of a tensor that was not seen yet."""
    r = new("h", 3)
    r[2] = -1
    return r


def row_exponents(n):
    """Return exponents of n rows."""
    e = new("b", n)
    for k in range(n):
        e[k] = -9 + k % 3
    return e


def forward_and_back(h, stem, before, n_in, n_out, n, n_b):
    """Run forward and backward_x of a layer with weights, and add what they write to a hash."""
    x, w, b = random_int8(n_in), random_int8(n), random_int32(n_b)
    dy, y, dx, pending = random_int8(n_out), new("b", n_out), new("b", n_in), random_int8(n_in)
    y_range, dx_range = fresh(), fresh()
    e_w[0] = -8
    for its, activation, training in ((e_w, 1, True), (row_exponents(n_b), 4, False)):
        call(stem + "_forward", *before, x, w, b, -7, its, activation, training, y_range, y)
        h.update(y)
        for error in ((2, None, 0), (3, pending, -11)):
            call(stem + "_backward_x", *before, dy, w, -9, its, x, -7, *error, dx_range, dx)
            h.update(dx)
    for buffer in (y_range, dx_range):
        h.update(buffer)
    return x, w, b, dy


def learn(h, stem, before, x, w, b, dy, scratch, rows):
    """Run what changes weights, and add what it writes to a hash."""
    n, n_b = len(w), len(b)
    residual, velocity, sums, batch = (
        new("b", n),
        new("h", n + n_b),
        new("i", n + n_b),
        new("h", 3),
    )
    e_w[0] = -8
    for factor, shift, normalize, momentum in ((15, 0, 1, 0), (3, 9, 0, 3)):
        rate[0], rate[1], rate[2], rate[3] = factor, shift, normalize, momentum
        v = velocity if momentum else None
        for its in (residual, None):
            weights = (rng, w, its, v, b, e_w)
            call(stem + "_update", *before, dy, x, -9, -7, rate, *weights, *scratch)
            for e in (-9, -8):
                call(stem + "_gradient", *before, dy, x, e, -7, *scratch, batch, sums)
            call("batch_apply", rows, n_b, batch, sums, rate, *weights)
            call("weight_decay", rng, w, its)
            total, importance = new("I", n), new("b", n)
            call("importance_add", batch, sums, -2047, total)
            call("importance_scale", total, 18, importance)
            call("weight_pull", rate, rng, w, its, e_w, importance, random_int8(n), -9)
            h.update(importance)
    for buffer in (w, residual, velocity, b, e_w, sums, batch, rng):
        h.update(buffer)


def dense(h, n_in, n_out):
    """Run all kernels of a dense layer."""
    x, w, b, dy = forward_and_back(h, "dense", (), n_in, n_out, n_in * n_out, n_out)
    sums = new("i", n_out)
    call("dense_forward_s32", x, w, b, -7, e_w, sums)
    h.update(sums)
    learn(h, "dense", (), x, w, b, dy, (), n_out)


def record(y, x, in_c, out_c):
    """Return the record of a window, in memory of its own."""
    s = new("h", 18)
    for k, field in enumerate(window(y, x, in_c, out_c)):
        s[k] = field
    return s


def windowed(h, y, x, in_c, out_c):
    """Run all kernels of a convolution, and if it may be one, of a depthwise one."""
    s = record(y, x, in_c, out_c)
    n_in, n_out, row = y[0] * x[0] * in_c, y[1] * x[1] * out_c, y[2] * x[2] * in_c
    scratch = (new("b", 4 * row),)
    x, w, b, dy = forward_and_back(h, "conv2d", (s,), n_in, n_out, row * out_c, out_c)
    sums = new("i", n_out)
    call("conv2d_forward_s32", s, x, w, b, -7, e_w, sums)
    h.update(sums)
    learn(h, "conv2d", (s,), x, w, b, dy, scratch, out_c)
    if in_c == out_c:
        its = forward_and_back(h, "depthwise_conv2d", (s,), n_in, n_out, row, out_c)
        learn(h, "depthwise_conv2d", (s,), *its, scratch, 1)


def pools(h, y, x, channels):
    """Run all kernels of pooling."""
    s = record(y, x, channels, channels)
    n_in, n_out = y[0] * x[0] * channels, y[1] * x[1] * channels
    x, y, dy, dx = random_int8(n_in), new("b", n_out), random_int8(n_out), new("b", n_in)
    index, pending = new("b", n_out), random_int8(n_in)
    y_range, dx_range = fresh(), fresh()
    call("max_pool2d_forward", s, x, y, index)
    for its in (index, random_int8(n_out)):
        if s[3] >= s[2] and s[11] >= s[10]:  # it is for windows that do not overlap
            call("max_pool2d_route", s, dy, its, dx)
            h.update(dx)
        for error in ((1, None, 0), (4, pending, -11)):
            call("max_pool2d_backward_x", s, dy, its, -9, x, -7, *error, dx_range, dx)
            h.update(dx)
            call("average_pool2d_backward_x", s, dy, -9, x, -7, *error, dx_range, dx)
            h.update(dx)
    call("average_pool2d_forward", s, x, -7, True, y_range, y)
    for buffer in (y, index, y_range, dx_range):
        h.update(buffer)


def flat(h, n):
    """Run the kernels of losses, additions, activations and dropout."""
    for stem, more in (
        ("softmax", ()),
        ("softmax_cross_entropy", (n - 1,)),
        ("mean_squared_error", (random_int8(n),)),
        ("binary_cross_entropy", (random_int8(n),)),
        ("huber", (random_int8(n), 9000)),
    ):
        y, dy = random_int32(n), new("b", n)
        call("argmax", y)
        call(stem, y, -16, *more)
        call("error_largest", y)
        call("error_quantize", y, dy)
        h.update(dy)
        call("partial_keep", dy, n, 9000, new("b", 4 * n))
        h.update(dy)
        h.update(y)
    a, b, z, z_range = random_int8(n), random_int8(n), new("b", n), fresh()
    call("add_forward", a, b, -7, -4, 1, True, z_range, z)
    h.update(z)
    for activation in (0, 1, 2, 3, 4, 11):
        call("activation_backward", a, b, -6, activation, z)
        h.update(z)
    call("dropout", a, 40000, 200, rng, z)
    h.update(z)
    source = random_int8(3 * n + n // 2)
    call("check_items", source, len(source), "source")
    for index in (0, 2):
        call("take", source, index, z)
        h.update(z)
        call("put", a, index, source)
        h.update(source)


def hexadecimal(h):
    """Return the first digits of a hash."""
    return "".join("%02x" % byte for byte in h.digest()[:6])


for n in range(1, 71):
    h = hashlib.sha256()
    flat(h, n)
    if n < 36 or n % 9 == 0:
        for n_out in (1, 2, 5):
            dense(h, n, n_out)
        dense(h, 4, n)
    print(n, hexadecimal(h))
h = hashlib.sha256()
dense(h, 33, 35)
print("33 to 35", hexadecimal(h))

# Windows of odd shapes, with channels across the kernels' blocks.
SHAPES = (
    ("valid", axis(5, 3, 1, "valid"), axis(6, 2, 1, "valid")),
    ("same", axis(7, 3, 2, "same"), axis(5, 3, 1, "same")),
    ("large stride", axis(7, 2, 3, "valid"), axis(8, 1, 4, "valid")),
    ("padding", axis(4, 3, 2, 2), axis(3, 5, 3, 4)),
    ("one pixel", axis(1, 1, 1, "valid"), axis(1, 3, 1, "same")),
    ("signal", axis(1, 1, 1, "valid"), axis(19, 5, 2, "same")),
    ("transposed", transposed_axis(3, 3, 2, "same"), transposed_axis(2, 4, 1, "valid")),
    ("transposed, gaps", transposed_axis(2, 1, 3, "valid"), transposed_axis(3, 2, 3, "same")),
    ("upsampled", upsampled_axis(3, 3, 2, "same"), upsampled_axis(2, 2, 3, "valid")),
)
for name, y, x in SHAPES:
    for channels in ((1, 1), (3, 3), (4, 2), (7, 5), (33, 1), (2, 33)):
        h = hashlib.sha256()
        windowed(h, y, x, *channels)
        print(name, channels, hexadecimal(h))
    if x[4] == y[4] == x[6] == y[6] == 1:
        for channels in (1, 3, 32, 33):
            h = hashlib.sha256()
            pools(h, y, x, channels)
            print(name, "pools", channels, hexadecimal(h))
call("rng_seed", rng, 1)
missing = [
    name
    for module in MODULES
    for name in dir(module)
    if name[0].islower() and callable(getattr(module, name))
]
missing = [name for name in missing if name not in CALLED]
print("every function was called:", missing == [] or ["WRONG"] + missing)
