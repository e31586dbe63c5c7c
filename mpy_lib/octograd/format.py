"""The model file, written and read. docs/format.md is its definition."""

import struct
from array import array
from binascii import crc32

from .layers import Dense, Flatten
from .model import Sequential

MAGIC = b"OCTOGRAD"
VERSION = 1

_HEAD = "<8sHHI"  # magic, version, number of layers, bytes of the file
_MODEL = "<IBB4H2x"  # generator, weight bits, dimensions, the input's shape
_LAYER = "<BBBxIhhhhhhb3x"  # kind, activation, flags, units, ranges of y and dx, e_w
_FLATTEN, _DENSE = 1, 2  # kinds
_TRAINABLE, _RESIDUAL, _BACKWARD = 1, 2, 4  # flags

_HEADERS = struct.calcsize(_HEAD) + struct.calcsize(_MODEL)
_FRESH = (0, 0, -1)


def file_size(net, input_shape, residual=None) -> int:
    """
    Return the bytes of a model's file.

    Args:
        net: The model, built or not.
        input_shape: Shape of its input.
        residual: Whether trainable layers have residual bytes.
    """
    n = _HEADERS + struct.calcsize(_LAYER) * len(net.layers) + 4
    for layer, shape in zip(net.computing, net.computing_shapes(input_shape)):
        weights = _padded(layer.n_weights(shape))
        n += weights + 4 * layer.n_biases()
        if residual and layer.trainable:
            n += weights
    return n


def save(net, path: str) -> None:
    """Write a built model to a file."""
    layers = b"".join([_pack(layer) for layer in net.layers])
    tensors = []
    for layer in net.computing:
        tensors.append(layer.w)
        if layer.residual is not None:
            tensors.append(layer.residual)
        tensors.append(layer.b)
    total = _HEADERS + len(layers) + 4
    for tensor in tensors:
        total += _padded(_n_bytes(tensor))
    dimensions = len(net.input_shape)
    shape = net.input_shape + (0,) * (4 - dimensions)
    head = struct.pack(_HEAD, MAGIC, VERSION, len(net.layers), total)
    model = struct.pack(_MODEL, net.rng[0], net.weight_bits, dimensions, *shape)
    with open(path, "wb") as file:
        crc = 0
        for block in [head, model, layers] + tensors:
            file.write(block)
            crc = crc32(block, crc)
            padding = bytes(_padded(_n_bytes(block)) - _n_bytes(block))
            file.write(padding)
            crc = crc32(padding, crc)
        file.write(struct.pack("<I", crc))


def load(path: str) -> Sequential:
    """
    Read a model from a file; it goes on exactly as the saved one would.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a model, of a later version, cut short or damaged.
        MemoryError: It does not fit.
    """
    with open(path, "rb") as file:
        return _Reader(file, path).model()


class _Reader:
    def __init__(self, file, path):
        self._file, self._path = file, path

    def _fail(self, text):
        raise ValueError(f"{self._path}: {text}")

    def _unpack(self, form):
        n = struct.calcsize(form)
        block = self._file.read(n)
        if len(block) != n:
            self._fail("cut short")
        return struct.unpack(form, block)

    def _check_file(self):
        """Check magic, version, length and checksum; return the number of layers."""
        block = self._file.read(len(MAGIC))
        if block != MAGIC:
            self._fail("not an octograd model")
        self._file.seek(0)
        _, version, n_layers, total = self._unpack(_HEAD)
        if version != VERSION:
            self._fail(f"format version {VERSION} expected, got {version}")
        self._file.seek(0, 2)
        actual = self._file.tell()
        if actual != total or total < _HEADERS + 4:
            self._fail(f"{total} bytes expected, got {actual}")
        self._file.seek(0)
        block, crc, left = bytearray(256), 0, total - 4
        view = memoryview(block)
        while left:
            n = self._file.readinto(view[: min(left, 256)])
            if not n:
                self._fail("cut short")
            crc = crc32(view[:n], crc)
            left -= n
        if self._unpack("<I")[0] != crc:
            self._fail("damaged: the checksum does not match")
        self._file.seek(struct.calcsize(_HEAD))
        self._total = total
        return n_layers

    def model(self):
        n_layers = self._check_file()
        state, weight_bits, dimensions, *shape = self._unpack(_MODEL)
        if state == 0 or not 1 <= dimensions <= 4 or any(shape[dimensions:]):
            self._fail("generator or dimensions out of range")
        records = [self._layer() for _ in range(n_layers)]
        net = Sequential(*[layer for layer, _ in records], weight_bits=weight_bits)
        shape = shape[:dimensions]
        records = [record for record in records if record[0].computes]
        # Nothing is allocated before the sizes are known to be those of the file.
        n = _HEADERS + struct.calcsize(_LAYER) * n_layers + 4
        for (layer, its), input_shape in zip(records, net.computing_shapes(shape)):
            weights = _padded(layer.n_weights(input_shape))
            n += weights * (2 if its[0] & _RESIDUAL else 1) + 4 * layer.n_biases()
        if n != self._total:
            self._fail("layers and file length do not match")
        net.allocate(shape, array("I", [state]))
        for layer, (flags, y_range, dx_range, e_w) in records:
            layer.adopt_training(
                layer.training_memory(bool(flags & _RESIDUAL), bool(flags & _BACKWARD))
            )
            layer.e_w[0] = e_w
            layer.y_range = array("h", y_range)
            if layer.dx_range is not None:
                layer.dx_range = array("h", dx_range)
            self._read_into(layer.w)
            if layer.residual is not None:
                self._read_into(layer.residual)
            self._read_into(layer.b)
        return net

    def _layer(self):
        """Return a layer and the state that its record holds."""
        kind, activation, flags, units, *ranges, e_w = self._unpack(_LAYER)
        y_range, dx_range = ranges[:3], ranges[3:]
        if kind == _FLATTEN:
            return Flatten(), None
        if kind != _DENSE:
            self._fail(f"layer kind {_FLATTEN} or {_DENSE} expected, got {kind}")
        for exponent, maximum, count in (y_range, dx_range):
            if not (-511 <= exponent <= 511 and 0 <= maximum <= 127 and -1 <= count <= 255):
                self._fail("range out of range")
        layer = Dense(units, activation, trainable=bool(flags & _TRAINABLE))
        return layer, (flags, y_range, dx_range, e_w)

    def _read_into(self, tensor):
        n = _n_bytes(tensor)
        if self._file.readinto(tensor) != n:
            self._fail("cut short")
        self._file.read(_padded(n) - n)


def _pack(layer):
    if not layer.computes:
        return struct.pack(_LAYER, _FLATTEN, 0, 0, 0, *_FRESH, *_FRESH, 0)
    flags = _TRAINABLE if layer.trainable else 0
    flags |= _RESIDUAL if layer.residual is not None else 0
    flags |= _BACKWARD if layer.dx_range is not None else 0
    dx_range = _FRESH if layer.dx_range is None else layer.dx_range
    return struct.pack(
        _LAYER,
        _DENSE,
        layer.activation,
        flags,
        layer.units,
        *layer.y_range,
        *dx_range,
        layer.e_w[0],
    )


def _n_bytes(buffer) -> int:
    return len(buffer) * (4 if isinstance(buffer, array) else 1)


def _padded(n: int) -> int:
    return (n + 3) & ~3
