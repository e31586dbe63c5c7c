"""Calling C: arrays become pointers, tuples records, as the headers' prototypes say."""

import ctypes
import re

import numpy as np

from octograd_ref.fixed import round_shift
from octograd_ref.update import Weights

RUBBISH = 0x55

# What a pointer of C's points to; a record of int16 is an array, as it is to Python.
ITEMS = {
    **{"int8_t": np.int8, "uint8_t": np.uint8, "int16_t": np.int16},
    **{"int32_t": np.int32, "uint32_t": np.uint32},
    **dict.fromkeys(("og_axis_t", "og_window_t", "og_range_t"), np.int16),
    **dict.fromkeys(("og_rate_t", "og_batch_t", "og_section_t", "og_summary_t"), np.int16),
}
VALUES = {
    **{"int32_t": ctypes.c_int32, "uint32_t": ctypes.c_uint32, "size_t": ctypes.c_size_t},
    "uint64_t": ctypes.c_uint64,
    **{"bool": ctypes.c_bool, "og_activation_t": ctypes.c_int32, "void": None},
}


def address(a):
    """A pointer to all of an array, or NULL."""
    if a is None:
        return None
    # Not a view, which a bound of its base would hide from the sanitizer.
    assert a.base is None
    assert a.flags.c_contiguous
    return ctypes.c_void_p(a.ctypes.data)


def outputs(n, dtype):
    """An array of exactly n items, filled with rubbish."""
    a = np.empty(n, dtype)
    a.view(np.uint8)[:] = RUBBISH
    return a


def own(a, dtype):
    """A new array with the same items, which must be of a type already, or None."""
    assert a is None or a.dtype == dtype
    return None if a is None else np.array(a, order="C")


def record(fields):
    return np.array(fields, np.int16)


def state_of(state):
    return np.array([state], np.uint32)


def fields_of(window):
    return record([*window.y, *window.x, window.in_c, window.out_c])


def items_in(window):
    return window.y.n_in * window.x.n_in * window.in_c


def items_out(window):
    return window.y.n_out * window.x.n_out * window.out_c


def taps(window):
    return window.y.kernel * window.x.kernel


class Lent(ctypes.Structure):
    """A C record with pointers, which keeps what they point to."""

    def lend(self, name, a, dtype):
        """Point to a copy of an array, and return it."""
        if "lent" not in vars(self):
            self.lent = []
        self.lent.append((a, own(a, dtype)))
        setattr(self, name, address(self.lent[-1][1]))
        return self.lent[-1][1]

    def check(self):
        """Fail if the copies have changed."""
        for before, after in self.lent:
            np.testing.assert_array_equal(before, after)


class Linear(Lent):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("w", "b", "e_w")),
        *((name, ctypes.c_size_t) for name in ("n_e", "n_in", "n_out")),
    ]

    def __init__(self, w, b, e_w, n_out):
        super().__init__(n_e=e_w.size, n_in=w.size // n_out, n_out=n_out)
        self.lend("w", w, np.int8)
        self.lend("b", b, np.int32)
        self.lend("e_w", e_w, np.int8)


class Error(Lent):
    _fields_ = [
        *(("y", ctypes.c_void_p), ("six", ctypes.c_int32), ("activation", ctypes.c_int32)),
        *(("pending", ctypes.c_void_p), ("e_pending", ctypes.c_int32)),
    ]

    def __init__(self, error):
        six = round_shift(6, error.e_y)
        super().__init__(six=six, activation=error.activation, e_pending=error.e_pending)
        self.lend("y", error.y, np.int8)
        self.lend("pending", error.pending, np.int8)


class Layer(Lent):
    """og_weights_t, all of which may change."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("w", "residual", "velocity", "b", "e_w", "rng")),
        *((name, ctypes.c_size_t) for name in ("n", "n_b")),
    ]

    def __init__(self, layer, biases=True):
        super().__init__(n=layer.w.size, n_b=layer.b.size)
        e_w, state = np.array([layer.e_w], np.int8), np.array([layer.state], np.uint32)
        self.arrays = [
            self.lend("w", layer.w, np.int8),
            self.lend("residual", layer.residual, np.int8),
            self.lend("velocity", layer.velocity, np.int16),
            self.lend("b", layer.b, np.int32),
            *(self.lend("e_w", e_w, np.int8), self.lend("rng", state, np.uint32)),
        ]
        if not biases:
            self.b = None

    def check(self):
        pass

    def value(self):
        *arrays, e_w, state = self.arrays
        return Weights(*arrays, int(e_w[0]), int(state[0]))


class Step(ctypes.Structure):
    _fields_ = [("weight", ctypes.c_int32), ("bias", ctypes.c_int32)]


class Walk(ctypes.Structure):
    """og_walk_t: two nested loops over two tensors."""

    _fields_ = [
        *((name, ctypes.c_size_t) for name in ("n_j", "n_k")),
        *((name, ctypes.c_int32) for name in ("d_j", "d_k", "a_j", "a_k")),
    ]


def prototypes(text):
    """Return {name: (result, [(const, type, pointer), ...])} of the functions of a header."""
    found = {}
    for result, name, items in re.findall(r"^(\w+) ((?:og|shim)_\w+)\(([^)]*)\);", text, re.M):
        items = [] if items == "void" else re.split(r",\s*", items)
        matches = [re.fullmatch(r"(const )?(\w+) (\*?)\w+", item) for item in items]
        found[name] = result, [m.groups() for m in matches]
    return found


class Library:
    """
    The functions of the kernels and of the shim beside them.

    Every array goes to C as a buffer of its own and of exactly its size, so that
    AddressSanitizer sees each overrun; what a prototype calls const must come back unchanged.
    """

    def __init__(self, library, shim, text):
        self.library, self.shim = library, shim
        self.prototypes = prototypes(text)

    def call(self, name, *args):
        """
        Call a C function; arrays that are not const are changed in place.

        An array that stands for two parameters is one buffer to C.
        """
        result, parameters = self.prototypes[name]
        function = getattr(self.shim if name.startswith("shim_") else self.library, name)
        function.restype = VALUES[result]
        passed, inputs = [], []
        for (const, kind, pointer), arg in zip(parameters, args, strict=True):
            if not pointer:
                passed.append(VALUES[kind](arg))
            elif isinstance(arg, ctypes.Structure):
                passed.append(ctypes.byref(arg))
            else:
                assert arg is None or ITEMS[kind] == arg.dtype
                if const and arg is not None and sum(arg is other for other in args) == 1:
                    inputs.append((arg, own(arg, arg.dtype)))
                    arg = inputs[-1][1]
                passed.append(address(arg))
        value = function(*passed)
        for before, after in inputs:
            np.testing.assert_array_equal(before, after)
        for arg in args:
            if isinstance(arg, Lent):
                arg.check()
        return value
