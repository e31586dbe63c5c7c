"""
The C kernels with the signatures of the reference: arrays in, arrays out.

OCTOGRAD_KERNELS names another build of the library and OCTOGRAD_CFLAGS the flags for
the shim beside it; test_sanitizers.py sets both.
"""

import ctypes
import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest

from octograd_ref.range import Range

CFLAGS = (
    "-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes -Werror "
    "-shared -fPIC"
)
RUBBISH = 0x55
ERROR_EXPONENT_UNSET = 12345


class Step(ctypes.Structure):
    _fields_ = [("weight", ctypes.c_int32), ("bias", ctypes.c_int32)]


class CRate(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int16) for name in ("factor", "shift", "normalize")]


def buffer(dtype, const=False):
    """A parameter that is a pointer to a whole array, which it may not change if `const`."""
    return dtype, const


def outputs(n, dtype):
    """An array of exactly n items, filled with rubbish."""
    a = np.empty(n, dtype)
    a.view(np.uint8)[:] = RUBBISH
    return a


I32, U32, N, BOOL = ctypes.c_int32, ctypes.c_uint32, ctypes.c_size_t, ctypes.c_bool
S8_IN, S32_IN, U32_IN = buffer(np.int8, True), buffer(np.int32, True), buffer(np.uint32, True)
RANGE_IN = buffer(np.int16, True)
S8, S32, RNG, RANGE = buffer(np.int8), buffer(np.int32), buffer(np.uint32), buffer(np.int16)

SIGNATURES = {
    "og_rng_seed": (U32, [U32]),
    "og_rng_below": (U32, [RNG, U32]),
    "og_rng_uniform_s8": (None, [RNG, N, I32, S8]),
    "og_update_step": (Step, [CRate, I32, I32, I32, U32, U32]),
    "og_update_weights_s8": (BOOL, [S32_IN, N, I32, RNG, S8, S8]),
    "og_update_halve_s8": (None, [N, RNG, S8, S8, S8]),
    "og_dense_forward_s8": (
        I32,
        [S8_IN, S8_IN, S32_IN, N, N, I32, I32, I32, BOOL, RANGE, S8],
    ),
    "og_dense_forward_s32": (I32, [S8_IN, S8_IN, S32_IN, N, N, I32, I32, S32]),
    "og_dense_backward_x_s8": (I32, [S8_IN, S8_IN, S8_IN, N, N, I32, I32, I32, RANGE, S8]),
    "og_dense_update_s8": (
        None,
        [S8_IN, S8_IN, N, N, I32, I32, CRate, RNG, S8, S8, S32, S8],
    ),
    "og_softmax_s32": (None, [N, I32, S32]),
    "og_softmax_cross_entropy_s32": (I32, [N, N, I32, S32]),
    "og_mean_squared_error_s32": (I32, [S8_IN, N, I32, S32]),
    "og_error_quantize_s8": (BOOL, [S32_IN, N, I32, S8, S32]),
    "og_argmax_s32": (N, [S32_IN, N]),
    "shim_round_shift": (None, [S32_IN, S32_IN, N, S32]),
    "shim_clamp": (None, [S32_IN, S32_IN, N, S32]),
    "shim_abs": (None, [S32_IN, N, S32]),
    "shim_bit_length": (None, [U32_IN, N, S32]),
    "shim_rng_next": (U32, [RNG]),
    "shim_range_begin": (BOOL, [RANGE, I32]),
    "shim_range_widen": (BOOL, [RANGE, I32]),
    "shim_range_learn": (None, [RANGE, RANGE_IN, I32]),
    "shim_update_bias": (I32, [I32, I32, I32]),
    "shim_activation_forward_s8": (I32, [S32_IN, N, I32, I32, S8]),
    "shim_activation_backward": (None, [S32_IN, S8_IN, N, I32, S32]),
    "shim_dot_s8": (I32, [S8_IN, S8_IN, N]),
    "shim_range_bytes": (N, []),
    "shim_rate_bytes": (N, []),
}


def as_range(record):
    return Range(*record.tolist())


class Kernels:
    """
    The C functions behind the reference's names and signatures.

    Every array goes to C as a buffer of its own and of exactly its size, so that
    AddressSanitizer sees each overrun; results come back in new arrays, which held
    rubbish before; inputs must come back unchanged.
    """

    def __init__(self, library, shim):
        self.library, self.shim = library, shim

    def call(self, name, *args):
        """Call a C function by its signature; arrays that are not const are changed in place."""
        result, kinds = SIGNATURES[name]
        function = getattr(self.shim if name.startswith("shim_") else self.library, name)
        function.restype = result
        passed, inputs = [], []
        for kind, arg in zip(kinds, args, strict=True):
            if not isinstance(kind, tuple):
                passed.append(arg if isinstance(arg, ctypes.Structure) else kind(arg))
                continue
            if arg is None:
                passed.append(None)
                continue
            dtype, const = kind
            assert dtype == arg.dtype
            if const:
                inputs.append((arg, np.array(arg, order="C")))
                arg = inputs[-1][1]
            # Not a view, which a bound of its base would hide from the sanitizer.
            assert arg.base is None
            assert arg.flags.c_contiguous
            passed.append(ctypes.c_void_p(arg.ctypes.data))
        value = function(*passed)
        for before, after in inputs:
            np.testing.assert_array_equal(before, after)
        return value

    # og_fixed.h

    def round_shift(self, v, s):
        out = outputs(v.size, np.int32)
        s = np.broadcast_to(np.asarray(s, np.int32), v.shape)
        self.call("shim_round_shift", v.astype(np.int32), s, v.size, out)
        return out

    def clamp(self, v, limit):
        out = outputs(v.size, np.int32)
        self.call("shim_clamp", v, np.broadcast_to(np.int32(limit), v.shape), v.size, out)
        return out

    def abs(self, v):
        out = outputs(v.size, np.int32)
        self.call("shim_abs", v, v.size, out)
        return out

    def bit_length(self, v):
        out = outputs(v.size, np.int32)
        self.call("shim_bit_length", v, v.size, out)
        return out

    # og_activation.h, og_dot.h

    def activation_forward(self, acc, shift, activation):
        y = outputs(acc.size, np.int8)
        largest = self.call("shim_activation_forward_s8", acc, acc.size, shift, activation, y)
        return y, largest

    def activation_backward(self, dy, y, activation):
        dx = outputs(y.size, np.int32)
        self.call("shim_activation_backward", dy, y, y.size, activation, dx)
        return dx

    def dot(self, a, b):
        return self.call("shim_dot_s8", a, b, a.size)

    # og_range.h

    def begin(self, r, floor):
        record = np.array(r, np.int16)
        fresh = self.call("shim_range_begin", record, floor)
        return as_range(record), fresh

    def widen(self, r, t):
        record = np.array(r, np.int16)
        changed = self.call("shim_range_widen", record, t)
        assert changed == (record[0] != r.exponent)
        return as_range(record)

    def learn(self, r, used, t):
        record = np.array(r, np.int16)
        self.call("shim_range_learn", record, np.array(used, np.int16), t)
        return as_range(record)

    # og_rng.h

    def rng_next(self, state):
        rng = np.array([state], np.uint32)
        draw = self.call("shim_rng_next", rng)
        assert draw == rng[0]
        return draw

    def rng_seed(self, seed):
        return self.call("og_rng_seed", seed)

    def rng_below(self, state, n):
        rng = np.array([state], np.uint32)
        draw = self.call("og_rng_below", rng, n)
        return int(rng[0]), draw

    def rng_uniform(self, state, n, limit):
        rng, w = np.array([state], np.uint32), outputs(n, np.int8)
        self.call("og_rng_uniform_s8", rng, n, limit, w)
        return int(rng[0]), w

    # og_update.h

    def step_shifts(self, rate, e_dy, e_x, e_w, sum_abs, n):
        step = self.call("og_update_step", CRate(*rate), e_dy, e_x, e_w, sum_abs, n)
        return step.weight, step.bias

    def update_rows(self, w, residual, g, shift, state):
        """One row only, as a row is what the kernel works on."""
        rng = np.array([state], np.uint32)
        w, residual = w.copy(), None if residual is None else residual.copy()
        clamped = self.call(
            "og_update_weights_s8", g.astype(np.int32), g.size, shift, rng, w, residual
        )
        return w, residual, int(rng[0]), clamped

    def update_bias(self, b, g, shift):
        return self.call("shim_update_bias", b, g, shift)

    def halve(self, w, residual, e_w, state):
        rng, e_w = np.array([state], np.uint32), np.array([e_w], np.int8)
        w, residual = w.copy(), None if residual is None else residual.copy()
        self.call("og_update_halve_s8", w.size, rng, w, residual, e_w)
        return w, residual, int(e_w[0]), int(rng[0])

    # og_dense.h

    def dense_forward_s32(self, x, w, b, e_x, e_w):
        y = outputs(b.size, np.int32)
        e_y = self.call("og_dense_forward_s32", x, w, b, x.size, b.size, e_x, e_w, y)
        return y, e_y

    def dense_forward(self, x, w, b, e_x, e_w, activation, y_range, training=True):
        y, r = outputs(b.size, np.int8), np.array(y_range, np.int16)
        args = x, w, b, x.size, b.size, e_x, e_w, activation, training, r, y
        e_y = self.call("og_dense_forward_s8", *args)
        return y, e_y, as_range(r)

    def dense_backward_x(self, dy, w, x, e_dy, e_w, activation, dx_range):
        dx, r = outputs(x.size, np.int8), np.array(dx_range, np.int16)
        args = dy, w, x, x.size, dy.size, e_dy, e_w, activation, r, dx
        e_dx = self.call("og_dense_backward_x_s8", *args)
        return dx, e_dx, as_range(r)

    def dense_update(self, dy, x, e_dy, e_x, rate, w, residual, b, e_w, state):
        rng, e_w = np.array([state], np.uint32), np.array([e_w], np.int8)
        w, b, residual = w.copy(), b.copy(), None if residual is None else residual.copy()
        args = dy, x, x.size, dy.size, e_dy, e_x, CRate(*rate), rng, w, residual, b, e_w
        self.call("og_dense_update_s8", *args)
        return w, residual, b, int(e_w[0]), int(rng[0])

    # og_loss.h

    def softmax(self, y, e_y):
        y = y.copy()
        self.call("og_softmax_s32", y.size, e_y, y)
        return y

    def softmax_cross_entropy(self, y, e_y, label):
        y = y.copy()
        loss = self.call("og_softmax_cross_entropy_s32", y.size, label, e_y, y)
        return y, loss

    def mean_squared_error(self, y, e_y, target):
        y = y.copy()
        loss = self.call("og_mean_squared_error_s32", target, y.size, e_y, y)
        return y, loss

    def error_quantize(self, error, skip):
        dy, e_dy = outputs(error.size, np.int8), np.array([ERROR_EXPONENT_UNSET], np.int32)
        if self.call("og_error_quantize_s8", error, error.size, skip, dy, e_dy):
            return dy, int(e_dy[0])
        # Nothing may have been written.
        assert np.all(dy == RUBBISH)
        assert e_dy[0] == ERROR_EXPONENT_UNSET
        return None

    def argmax(self, y):
        return self.call("og_argmax_s32", y, y.size)


@pytest.fixture(scope="session")
def build_shim(root, need, tmp_path_factory):
    """A function that compiles the shim with further flags and returns its path."""

    def build_shim(cflags):
        cc = os.environ.get("CC", "cc")
        need(shutil.which(cc), f"no C compiler {cc}")
        path = tmp_path_factory.mktemp("shim") / "shim.so"
        command = [cc, *CFLAGS.split(), *cflags.split(), "-I", root / "usermod/kernels"]
        subprocess.run([*command, "-o", path, root / "tests/kernels/shim.c"], check=True)
        return path

    return build_shim


@pytest.fixture(scope="session")
def kernels(root, need, build_shim):
    """The C functions, as built by `make lib`."""
    default = root / "build/lib/liboctograd.so"
    path = pathlib.Path(os.environ.get("OCTOGRAD_KERNELS", default))
    need(path.exists(), f"{path.name} is missing: make lib")
    shim = build_shim(os.environ.get("OCTOGRAD_CFLAGS", "-O2"))
    return Kernels(ctypes.CDLL(str(path)), ctypes.CDLL(str(shim)))
