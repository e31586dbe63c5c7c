"""Functions of the border: random arguments, one bad argument at a time, a locked heap."""

import hashlib
from array import array

import _octograd
import _octograd_blocks
import _octograd_consolidation
import _octograd_conv
import _octograd_depthwise
import _octograd_pool
import _octograd_train
import _octograd_train_conv

MODULES = (
    _octograd,
    _octograd_blocks,
    _octograd_consolidation,
    _octograd_conv,
    _octograd_depthwise,
    _octograd_pool,
    _octograd_train,
    _octograd_train_conv,
)

try:
    from micropython import heap_lock, heap_unlock
except ImportError:

    def heap_lock():
        """Do nothing: CPython has no such thing."""

    heap_unlock = heap_lock

rng = array("I", [0])
_octograd.rng_seed(rng, 1)
FRESH = (0, 0, -1)
# Learning rates at both ends, with and without momentum.
RATES = (
    (1, 0, 0, 0),
    (15, 0, 0, 0),
    (15, 30, 0, 0),
    (1, 30, 1, 0),
    (15, 0, 1, 0),
    (7, 5, 0, 1),
    (15, 0, 1, 7),
)

SIZES = {"b": 1, "h": 2, "i": 4, "I": 4}
# Typecodes of all that are not int8.
CODES = {
    "window": "h",
    "b": "i",
    "y32": "i",
    "error": "i",
    "sums": "i",
    "range": "h",
    "rate": "h",
    "batch": "h",
    "velocity": "h",
    "rng": "I",
    "g": "i",
    "total": "I",
}
# What messages call an argument that has two kinds.
SHOWN = {"y32": "y", "b8": "b", "g": "sums"}
OPTIONAL = ("b", "residual", "velocity", "pending")
LONGER = ("scratch", "g")  # may be longer than is needed
ANYTHING = ("training", "name")  # not tried
# The least of the ints that need no memory on a board, where -(2**30) would be another object.
MINUS_2_30 = -(2**29) * 2
NOT_INTS = (None, 1.0, "1", True, b"1")
RECORDS = {
    "range": ((-512, 0, -1), (512, 0, -1), (0, -1, 0), (0, 128, 0), (0, 0, -2), (0, 0, 256)),
    "rate": (
        (0, 0, 0, 0),
        (16, 0, 0, 0),
        (-1, 0, 0, 0),
        (1, -1, 0, 0),
        (1, 31, 0, 0),
        (1, 0, -1, 0),
        (1, 0, 2, 0),
        (1, 0, 0, -1),
        (1, 0, 0, 8),
    ),
    "batch": (
        (-1023, 0, 0),
        (1023, 0, 0),
        (0, -512, 0),
        (0, 512, 0),
        (0, 0, -1),
        (0, 0, 2),
        (0, 0, 32767),
    ),
}


def function(stem):
    """Return a function of one of the C modules."""
    for module in MODULES:
        if hasattr(module, stem):
            return getattr(module, stem)
    raise AttributeError(stem)


def locked(name, function, a, b, c):
    """Call a function with the heap locked and print that it went well."""
    # Not with *arguments: that allocates.
    heap_lock()
    try:
        function(a, b, c)
        error = None
    except MemoryError as e:
        error = e
    finally:
        heap_unlock()
    print(name, "no allocation" if error is None else "WRONG: allocated")


def refused(text, function, *arguments, **options):
    """Print why a call is refused; the error begins with the first word of the text."""
    try:
        function(*arguments, **options)
        print(text, "WRONG: accepted")
    except (TypeError, ValueError) as e:
        # Where a class or object is printed, its name differs.
        message = str(e).split("<")[0]
        named = message.startswith(text.split(" ")[0])
        print(text, "|", type(e).__name__, message, "" if named else "WRONG: not named")


def random(code, n, limit):
    """Return an array of n numbers in -limit..limit."""
    a = array(code, bytes(n * SIZES[code]))
    for k in range(n):
        if limit < 32768:
            a[k] = _octograd.rng_below(rng, 2 * limit + 1) - limit
        else:
            a[k] = (_octograd.rng_below(rng, 65536) - 32768) * limit // 32768
    return a


def noise(n, limit, tone=0):
    """Return samples, array('h'): noise of at most a limit, and a slow triangle."""
    tones = [tone * (abs(i % 40 - 20) - 10) for i in range(n)]
    return array("h", [_octograd.rng_below(rng, 2 * limit + 1) - limit + tone for tone in tones])


def layer_arguments(n_in, n_out, n, n_b):
    """Return a value for each argument of a layer's functions, for n weights and n_b biases."""
    return {
        "x": random("b", n_in, 127),
        "w": random("b", n, 127),
        "residual": random("b", n, 127),
        "velocity": random("h", n + n_b, 9000),
        "sums": random("i", n + n_b, 9000),
        "b": random("i", n_b, 30000),
        "dy": random("b", n_out, 127),
        "pending": random("b", n_in, 127),
        "e_x": -7,
        "e_w": array("b", [-8]),
        "e_dy": -9,
        "e_pending": -12,
        "activation": 1,
        "training": True,
        "range": array("h", FRESH),
        "rate": array("h", [3, 6, 0, 3]),
        "batch": array("h", [-16, -9, 1]),
        "rng": array("I", [1]),
        "y": array("b", bytes(n_out)),
        "y32": array("i", bytes(4 * n_out)),
        "dx": array("b", bytes(n_in)),
    }


def set_extremes(values, e, value):
    """Set all bytes of tensors to a value, and the exponents to e and -e."""
    for name in ("x", "w", "dy", "residual", "pending"):
        for k in range(len(values.get(name, ()))):
            values[name][k] = value
    values["e_x"], values["e_dy"], values["e_pending"] = e, -e, e
    if "e_w" in values:
        values["e_w"][0] = value


def digest(buffers):
    """Return the first digits of the SHA-256 of some buffers."""
    h = hashlib.sha256()
    for buffer in buffers:
        if isinstance(buffer, (array, bytearray, bytes, memoryview)):
            h.update(buffer)
    return "".join("%02x" % byte for byte in h.digest()[:6])


def refuse(stem, name, *arguments):
    """Print the error for one bad argument, and whether it is named and nothing was written."""
    before = digest(arguments)
    try:
        function(stem)(*arguments)
        print(stem, name, "WRONG: accepted")
    except (TypeError, ValueError) as e:
        named = str(e).startswith((name + ":", name + "["))
        same = digest(arguments) == before
        print(stem, name, type(e).__name__, e, "| unchanged" if named and same else "| WRONG")


def refuse_no_arguments(stem):
    """Refuse a call without arguments."""
    try:
        function(stem)()
        print(stem, "no arguments", "WRONG: accepted")
    except TypeError:
        print(stem, "no arguments", "TypeError")


class Functions:
    """
    Functions whose arguments have names.

    `arguments` maps a function to its arguments, with a `*` before those that it writes, which
    may not be read-only. `good()` returns a value for each argument of all functions.
    `measures` maps a function to the arguments that the length of the others is measured by;
    in functions of `empty` they may be empty. `limits` maps an int to its least and largest.
    """

    def __init__(self, arguments, good, measures=None, empty=(), limits=None):
        self.stems = sorted(arguments)
        self.names = {}
        self._written = {}
        for stem in self.stems:
            marked = arguments[stem].split()
            self.names[stem] = [name.lstrip("*") for name in marked]
            self._written[stem] = [name[1:] for name in marked if name[0] == "*"]
        self.good = good
        self._values = None
        self._measures = measures or {}
        self._empty = empty
        self._limits = limits or {}

    def call(self, stem, values):
        """Call a function with the values of its arguments; return its result and a digest."""
        names = self.names[stem]
        result = function(stem)(*[values[name] for name in names])
        # What is left in scratch means nothing.
        return result, digest(values[name] for name in names if name != "scratch")

    def _fine(self):
        # What is refused changes nothing, so one set of values does for all.
        self._values = self._values or self.good()
        return self._values

    def refuse(self, stem, name, bad):
        """Refuse one bad argument."""
        values = dict(self._fine())
        values[name] = bad
        refuse(stem, SHOWN.get(name, name), *[values[n] for n in self.names[stem]])

    def refuse_all(self):
        """Refuse, for each argument of each function, all that it may not be."""
        for stem in self.stems:
            for name in self.names[stem]:
                if name == "activation":
                    self._refuse_ints(stem, name, (-1, 5, 6, 7, 8, 16))
                elif name.startswith("e_") and name != "e_w":
                    self._refuse_ints(stem, name, (-512, 512))
                elif name in self._limits:
                    low, high = self._limits[name]
                    self._refuse_ints(stem, name, (low - 1, high + 1))
                elif name not in ANYTHING:
                    self._refuse_buffers(stem, name)
            refuse_no_arguments(stem)

    def _refuse_ints(self, stem, name, outside):
        for value in outside + (MINUS_2_30, 2**30 - 1) + NOT_INTS:
            self.refuse(stem, name, value)

    def _refuse_buffers(self, stem, name):
        # Everything that is not a buffer of the right kind and length.
        n, code = len(self._fine()[name]), CODES.get(name, "b")
        for other in "bhiI":
            if other != code:
                self.refuse(stem, name, array(other, bytes(SIZES[other] * n)))
        for value in (5, 1.5, object) if name in OPTIONAL else (None, 5, 1.5, object):
            self.refuse(stem, name, value)
        if code != "b":
            self.refuse(stem, name, bytes(SIZES[code] * n))
        elif name in self._written[stem]:
            self.refuse(stem, name, bytes(n))
            self.refuse(stem, name, memoryview(bytes(n)))
        lengths = [n - 1, n + 1, 0] if n > 1 else [n + 1, 0]
        if name in LONGER:
            lengths.remove(n + 1)
        if name in self._measures.get(stem, "").split():
            lengths = [] if stem in self._empty else [0]
        for wrong in lengths:
            self.refuse(stem, name, array(code, bytes(SIZES[code] * wrong)))
        for record in RECORDS.get(name, ()):
            self.refuse(stem, name, array("h", record))
        if name == "rng":
            self.refuse(stem, name, array("I", [0]))

    def refuse_too_long(self, stem, name):
        """Refuse one item more than a tensor may have."""
        code = CODES.get(name, "b")
        try:
            long = array(code, bytes(SIZES[code] * 32769))
        except MemoryError:
            print("SKIP", stem, SHOWN.get(name, name) + ": memory")
            return
        self.refuse(stem, name, long)

    def refuse_fields(self, stem, fine):
        """
        Refuse a window with any field out of its limits.

        `fine` are the changes that may be well: a field of an axis, and its value.
        """
        for k in range(18):
            if k % 8 == 5 and k < 16:
                continue
            for value in (-32768, -1, 0, 2, 32767):
                if (k % 8, value) not in fine:
                    record = array("h", self._fine()["window"])
                    record[k] = value
                    self.refuse(stem, "window", record)
