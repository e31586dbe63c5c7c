"""
A reader of model files and checkpoints, written from docs/format.md and from nothing else.

It shows that the page is enough. It knows all layers but Features.
"""

import math
import struct
import zlib
from array import array

WEIGHTED = (2, 4, 5, 6, 7, 17)


class Cursor:
    """Bytes that are taken one after the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        """Return the next n bytes."""
        assert self.at + n <= len(self.data), "cut short"
        self.at += n
        return self.data[self.at - n : self.at]

    def unpack(self, form):
        """Return the next fields, little-endian."""
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def items(self, code, n):
        """Return the next n items."""
        return array(code, self.take(n * array(code).itemsize)).tolist()

    def tensor(self, code, n):
        """Return the next n items, and pass over the zeros after them."""
        found = self.items(code, n)
        assert not any(self.take(-self.at % 4))
        return found


def check(data):
    """Check the CRC-32 at the end."""
    assert zlib.crc32(data[:-4]) == int.from_bytes(data[-4:], "little"), "damaged"


def pixels(n, k, s, padding, p):
    """Return how many pixels a window makes of n."""
    return ((n - k) // s + 1, (n + s - 1) // s, (n + 2 * p - k) // s + 1)[padding]


class Layer:
    """A record of a layer, and what its tensors hold."""

    def __init__(self, cursor):
        self.kind, self.activation, self.flags, self.padding, *rest = cursor.unpack("BBBB8H9hH")
        self.numbers, self.ranges, self.n_exponents = rest[:8], rest[8:17], rest[17]
        self.trainable = bool(self.flags & 1)
        self.w = self.residual = self.b = self.e_w = None
        self.n_biases = 0
        self.main, self.shortcut = [], []

    def window(self, shape, k, s, factor=(1, 1), transposed=False):
        """Return rows and columns of the output."""
        found = []
        for i in range(2):
            if transposed:
                found.append(shape[i] * s[i] + (0 if self.padding else max(k[i] - s[i], 0)))
            else:
                n = shape[i] * factor[i]
                found.append(pixels(n, k[i], s[i], self.padding, self.numbers[6 + i]))
        return tuple(found)

    def output(self, shape, factor):
        """Return the output's shape; set the shape of the weights, and the number of biases."""
        a, b, c, d, e = self.numbers[:5]
        self.shape = ()
        if self.kind in (2, 17):
            self.n_biases = a * (2 if self.kind == 17 else 1)
            self.shape = (self.n_biases, *shape)
            return (a,)
        if self.kind in (4, 6):
            self.n_biases, self.shape = a, (a, b, c, shape[2])
            return *self.window(shape, (b, c), (d, e), factor, self.kind == 6), a
        if self.kind == 7:
            self.n_biases, self.shape = shape[2], (b, c, shape[2])
            return *self.window(shape, (b, c), (d, e)), shape[2]
        if self.kind == 5:
            self.n_biases, self.shape = a, (a, c, shape[1])
            return self.window((1, shape[0]), (1, c), (1, e))[1], a
        if self.kind in (8, 10):
            return *self.window(shape, (a, b), (c, d)), shape[2]
        if self.kind in (9, 11):
            return self.window((1, shape[0]), (1, b), (1, d))[1], shape[1]
        if self.kind == 12:
            return (shape[-1],)
        if self.kind == 1:
            return (math.prod(shape),)
        if self.kind == 3:
            return tuple(n for n in self.numbers if n)
        return shape

    def read_tensors(self, cursor):
        """Read weights, residuals, biases and exponents."""
        if self.kind not in WEIGHTED:
            return
        n = math.prod(self.shape)
        self.w = cursor.tensor("b", n)
        self.residual = cursor.tensor("b", n) if self.flags & 2 else None
        self.b = cursor.tensor("i", self.n_biases) if self.flags & 4 else None
        self.e_w = cursor.tensor("b", self.n_exponents)


class Model:
    """A model file. `layers` are all records in order."""

    def __init__(self, data):
        check(data)
        cursor = Cursor(data)
        magic, version, n, total = cursor.unpack("8sHHI")
        assert (magic, version, total) == (b"OCTOGRAD", 1, len(data))
        self.generator, self.weight_bits, dimensions = cursor.unpack("IBB")
        self.input_shape = cursor.unpack("4H")[:dimensions]
        self.loss, self.n_encoder = cursor.unpack("BB")
        self.layers = [Layer(cursor) for _ in range(n)]
        self._computing = []
        rest = list(self.layers)
        self._chain(self._nest(rest, n), self.input_shape)
        assert not rest
        for layer in self._computing:
            layer.read_tensors(cursor)
        assert cursor.at == total - 4

    def _nest(self, rest, n):
        found = []
        while rest and len(found) < n:
            layer = rest.pop(0)
            found.append(layer)
            if layer.kind == 15:
                layer.main = self._nest(rest, layer.numbers[0])
                layer.shortcut = self._nest(rest, layer.numbers[1])
                (added,) = self._nest(rest, 1)
                assert added.kind == 16
        return found

    def _chain(self, layers, shape):
        factor = (1, 1)
        for layer in layers:
            if layer.kind == 15:
                out = self._chain(layer.main, shape)
                self._chain(layer.shortcut, shape)
                shape = out
            else:
                shape = layer.output(shape, factor)
                self._computing.append(layer)
            factor = tuple(layer.numbers[:2]) if layer.kind == 13 else (1, 1)
        return shape

    @property
    def trained(self):
        """The layers that a training changes."""
        return [layer for layer in self.layers if layer.kind in WEIGHTED and layer.trainable]


class Replay:
    """A replay buffer."""

    def __init__(self, cursor):
        start = cursor.at
        magic, version, self.n_in, self.capacity, self.classes = cursor.unpack("8sHHHH")
        assert (magic, version) == (b"OCTOREPL", 1)
        self.samples = [cursor.items("b", self.n_in) for _ in range(self.capacity)]
        self.labels = cursor.items("B", self.capacity)
        self.counts = [cursor.unpack("HH") for _ in range(self.classes)]
        (self.draws,) = cursor.unpack("I")
        cursor.take(4)
        check(cursor.data[start : cursor.at])


class Checkpoint:
    """A checkpoint: model, training and buffers."""

    def __init__(self, data):
        check(data)
        cursor = Cursor(data)
        magic, version, n_buffers, total, self.number, m, t = cursor.unpack("8sHHIIII")
        assert (magic, version, total) == (b"OCTOCKPT", 1, len(data))
        self.model = Model(cursor.take(m))
        self._training(Cursor(cursor.take(t)))
        self.buffers = [Replay(cursor) for _ in range(n_buffers)]
        assert cursor.at == total - 4

    def _training(self, cursor):
        self.steps, self.skipped = cursor.unpack("QQ")
        self.rate, self.base = cursor.unpack("4h"), cursor.unpack("2h")
        self.batch, self.in_batch, self.largest_loss, c, n = cursor.unpack("HHIHH")
        self.kept = cursor.unpack(f"{c}Q")
        self.records = [cursor.unpack("bbH3h") for _ in range(n)]
        trained = self.model.trained
        assert len(trained) == n
        self.tensors = []
        for layer, record in zip(trained, self.records, strict=True):
            n, r, flags = math.prod(layer.shape), layer.n_biases, record[2]
            found = {}
            if flags & 1:
                found["velocities"] = cursor.items("h", n + r)
            if flags & 2:
                found["sums"] = cursor.items("i", n + r)
            if flags & 4:
                found["importance"] = cursor.items("B", n)
                found["anchor"] = cursor.items("b", n)
            self.tensors.append(found)
        assert cursor.at == len(cursor.data)
