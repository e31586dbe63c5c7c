"""The model file, written and read. docs/format.md is its definition."""

import struct
from array import array
from binascii import crc32

import octograd

from .files import AtomicFile, MemoryFile, checksum, read_saved
from .graph import Graph
from .layers import Weighted
from .model import Sequential
from .signature import signature_bytes
from .windows import PADDINGS

MAGIC = b"OCTOGRAD"
VERSION = 1

_HEAD = "<8sHHI"  # magic, version, number of records, bytes of the file
# Generator, weight bits, dimensions, the input's shape, loss and encoder of an autoencoder.
_MODEL = "<IBB4HBB"
_RECORD = "<BBBB8H9hH"  # kind, activation, flags, padding, numbers, three ranges, exponents
HEAD_BYTES = struct.calcsize(_HEAD) + struct.calcsize(_MODEL)
RECORD_BYTES = struct.calcsize(_RECORD)
_TRAINABLE, _RESIDUAL, _BIAS, _DY_RANGE, _EDGE_RANGE = 1, 2, 4, 8, 16  # flags
_FRESH = (0, 0, -1)
# A kind is the index of its name; 0 is none.
_KINDS = (
    " Flatten Dense Reshape Conv2D Conv1D Conv2DTranspose DepthwiseConv2D MaxPool2D MaxPool1D"
    " AveragePool2D AveragePool1D GlobalAveragePool UpSampling2D Dropout Residual Add Latent"
    " Features"
).split(" ")


def file_size(net, input_shape, residual) -> int:
    """
    Return the bytes of a model's file.

    Args:
        net: The model, built or not.
        input_shape: Shape of its input.
        residual: Whether trainable layers have residual bytes.
    """
    graph = Graph(net.layers, input_shape)
    n = HEAD_BYTES + RECORD_BYTES * len(records(net.layers)) + 4
    for node in graph.nodes:
        layer = node.layer
        exponents = 1 if layer.e_w is None else len(layer.e_w)
        n += _tensor_bytes(node, residual and layer.trainable, exponents)
    return n


def _tensor_bytes(node, residual, exponents) -> int:
    layer, shape = node.layer, node.input_shape
    if not isinstance(layer, Weighted):
        return 0
    weights = padded(layer.n_weights(shape))
    biases = 4 * layer.n_biases(shape) if layer.use_bias else 0
    return weights * (2 if residual else 1) + biases + padded(exponents)


def records(layers) -> list:
    """Return all layers in the order of the file: a block before what is in it."""
    found = []
    for layer in layers:
        found.append(layer)
        if layer.block:
            found += records(layer.layers) + records(layer.shortcut) + [layer.add]
    return found


def save(net, path: str, key) -> None:
    """Write a built model to a file, in the place of an old one when it is complete."""
    with AtomicFile(path, key) as file:
        write(net, file)


def write(net, file) -> None:
    """Write a built model to an open file, from where it stands."""
    crc = _put(file, head(net), 0)
    for layer in records(net.layers):
        crc = _put(file, pack(layer), crc)
    for node in net.graph.nodes:
        for tensor, n in tensors(node.layer):
            crc = _put(file, bytes(padded(n) - n), _put(file, tensor, crc))
    file.write(struct.pack("<I", crc))


def _put(file, block, crc):
    file.write(block)
    return crc32(block, crc)


def head(net) -> bytes:
    """Return what is in a built model's file before the records of its layers."""
    shape, n_records = net.input_shape, len(records(net.layers))
    total = HEAD_BYTES + RECORD_BYTES * n_records + 4
    for node in net.graph.nodes:
        total += sum([padded(n) for _, n in tensors(node.layer)])
    numbers = shape + (0,) * (4 - len(shape)) + _autoencoder(net)
    model = struct.pack(_MODEL, net.rng[0], net.weight_bits, len(shape), *numbers)
    return struct.pack(_HEAD, MAGIC, VERSION, n_records, total) + model


def _autoencoder(net) -> tuple:
    """Return (code of the loss, number of layers of the encoder), or (0, 0)."""
    if not hasattr(net, "n_encoder"):
        return 0, 0
    from .autoencoder import LOSSES

    return LOSSES.index(type(net.loss)), net.n_encoder


def load(path, *, features=None, key=None) -> Sequential:
    """
    Read a model from a file; without momentum it goes on exactly as the saved one would.

    The weights of frozen layers stay where they are, if that is memory: a file of a
    ROMFS, or a buffer. All else is copied.

    Args:
        path: Of the file, or its content as bytes or a memoryview, at any address.
        features: What Autoencoder.features() returned, if the saved model begins with it.
        key: That it was signed with, which is checked before anything else; None if not.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a model, of a later version, cut short or damaged, or
            not signed with this key.
        MemoryError: It does not fit.
    """
    if not isinstance(path, str):
        return _load(MemoryFile(path), "model", features, key)
    return read_saved(path, lambda file, name: _load(file, name, features, key))


def _load(file, path, features, key):
    return read(file, path, features, signature_bytes(file, path, key))


def read(file, path: str, features, after: int) -> Sequential:
    """Read a model from the start of an open file, with so many bytes after it."""
    try:
        file = MemoryFile(file)  # a file of a ROMFS is a buffer too
    except TypeError:
        file.seek(0)
    return _Reader(file, path, features, after).model()


class _Reader:
    def __init__(self, file, path, features, after):
        self._file, self._path, self._features, self._after = file, path, features, after

    def _fail(self, text):
        raise ValueError(f"{self._path}: {text}")

    def _unpack(self, form):
        n = struct.calcsize(form)
        block = self._file.read(n)
        if len(block) != n:
            self._fail("cut short")
        return struct.unpack(form, block)

    def _check_file(self):
        """Check magic, version, length and checksum; return the number of records."""
        block = self._file.read(len(MAGIC))
        if block != MAGIC:
            self._fail("not an octograd model")
        self._file.seek(0)
        _, version, n_records, total = self._unpack(_HEAD)
        if version != VERSION:
            self._fail(f"format version {VERSION} expected, got {version}")
        self._file.seek(0, 2)
        actual = self._file.tell() - self._after
        if actual != total or total < HEAD_BYTES + 4:
            self._fail(f"{total} bytes expected, got {actual}")
        self._file.seek(0)
        crc = checksum(self._file, total - 4)
        if self._unpack("<I")[0] != crc:
            self._fail("damaged: the checksum does not match")
        self._file.seek(struct.calcsize(_HEAD))
        self._total = total
        return n_records

    def model(self):
        self._left = n_records = self._check_file()
        state, weight_bits, dimensions, *shape, loss, n_encoder = self._unpack(_MODEL)
        if state == 0 or not 1 <= dimensions <= 4 or any(shape[dimensions:]):
            self._fail("generator or dimensions out of range")
        self._states = []
        layers = self._layers(n_records, 0)
        net = self._net(layers, weight_bits, loss, n_encoder)
        shape = tuple(shape[:dimensions])
        graph = Graph(layers, shape)
        self._check_length(graph, n_records)
        self._lend(graph)
        net.allocate(shape, array("I", [state]))
        for layer, (flags, ranges, exponents, numbers) in self._states:
            self._restore(layer, flags, ranges, exponents)
            if layer.samples:
                layer.seen[0] = min(numbers[4] | numbers[5] << 16, layer.warmup)
        for node in net.graph.nodes:
            self._read_tensors(node.layer)
        return net

    def _net(self, layers, weight_bits, loss, n_encoder):
        if not n_encoder and not loss:
            return Sequential(*layers, weight_bits=weight_bits)
        from .autoencoder import LOSSES, VAE, Autoencoder

        if not 1 <= loss < len(LOSSES) or not 1 <= n_encoder < len(layers):
            self._fail("loss or encoder out of range")
        options = {"loss": LOSSES[loss](), "weight_bits": weight_bits}
        encoder, decoder = layers[:n_encoder], layers[n_encoder:]
        if encoder[-1].samples:
            return VAE(encoder[:-1], decoder, latent=encoder[-1], **options)
        return Autoencoder(encoder, decoder, **options)

    def _layers(self, n, depth):
        """Read records until n layers are complete; `depth` counts blocks in blocks."""
        if depth > 4:
            self._fail("blocks within blocks too deep")
        layers = []
        while self._left and len(layers) < n:
            layers.append(self._layer(depth))
        return layers

    def _layer(self, depth):
        self._left -= 1
        kind, activation, flags, padding, *rest = self._unpack(_RECORD)
        numbers, ranges, exponents = rest[:8], rest[8:17], rest[17]
        if not 1 <= kind < len(_KINDS):
            self._fail(f"layer kind 1 to {len(_KINDS) - 1} expected, got {kind}")
        if padding > len(PADDINGS):
            self._fail(f"padding 0 to 2 expected, got {padding}")
        for i in (0, 3, 6):
            if not sound_range(*ranges[i : i + 3]):
                self._fail("range out of range")
        kind = _KINDS[kind]
        if kind == "Residual":
            main = self._layers(numbers[0], depth + 1)
            shortcut = self._layers(numbers[1], depth + 1)
            layer = octograd.Residual(main, shortcut=shortcut, activation=activation)
            added = self._layers(1, depth + 1)
            if len(main) != numbers[0] or len(shortcut) != numbers[1] or len(added) != 1:
                self._fail("a block is not complete")
            layer.add = added[0]
            if not isinstance(layer.add, octograd.Add):
                self._fail("a block does not end in an addition")
            return layer
        if kind == "Add" and not depth:
            self._fail("an addition outside a block")
        padding = (PADDINGS + (numbers[6:],))[padding]
        if kind == "Features":
            layer = self._features
            if type(layer).__name__ != kind:
                self._fail("load(path, features=model.features()) expected")
        else:
            layer = _unpack(kind, activation, flags, padding, numbers)
        if layer.computes:
            self._states.append((layer, (flags, ranges, exponents, numbers)))
        return layer

    def _check_length(self, graph, n_records):
        # Nothing is allocated before the sizes are known to be those of the file.
        states = {id(layer): state for layer, state in self._states}
        n = HEAD_BYTES + RECORD_BYTES * n_records + 4
        for node in graph.nodes:
            flags, _, exponents, _ = states[id(node.layer)]
            if isinstance(node.layer, Weighted):
                rows = node.layer.n_biases(node.input_shape)
                one = node.layer.trainable or node.layer.samples or node is graph.nodes[-1]
                if exponents != 1 and (one or exponents != rows):
                    self._fail("number of exponents out of range")
            n += _tensor_bytes(node, flags & _RESIDUAL, exponents)
        if n != self._total or self._left:
            self._fail("layers and file length do not match")

    def _lend(self, graph):
        """Let frozen layers have their weights where they are, if that is in memory."""
        self._residuals = {}
        if not isinstance(self._file, MemoryFile):
            return
        states = {id(layer): state for layer, state in self._states}
        at = self._file.tell()
        for node in graph.nodes:
            layer = node.layer
            flags, _, exponents, _ = states[id(layer)]
            if isinstance(layer, Weighted) and not layer.trainable:
                n = layer.n_weights(node.input_shape)
                layer.lent = self._file.view[at : at + n]
                if flags & _RESIDUAL:
                    second = at + padded(n)
                    self._residuals[id(layer)] = self._file.view[second : second + n]
            at += _tensor_bytes(node, flags & _RESIDUAL, exponents)

    def _restore(self, layer, flags, ranges, exponents):
        if layer.y_range is not None:
            layer.y_range = array("h", ranges[:3])
        if flags & _DY_RANGE:
            layer.dy_range = array("h", ranges[3:6])
        if flags & _EDGE_RANGE:
            layer.edge_range = array("h", ranges[6:])
        if isinstance(layer, Weighted):
            layer.e_w = array("b", bytes(exponents))
            lent = self._residuals.get(id(layer))
            if lent is None:
                memory = layer.training_memory(bool(flags & _RESIDUAL), False, False)
            else:
                memory = (lent, None, None, None)
            layer.adopt_training(memory)

    def _read_tensors(self, layer):
        for tensor, n in tensors(layer):
            if isinstance(tensor, memoryview):
                self._file.take(n)
            elif self._file.readinto(tensor) != n:
                self._fail("cut short")
            self._file.read(padded(n) - n)


def sound_range(exponent, maximum, count) -> bool:
    """Return whether a range has values that training can reach."""
    return -511 <= exponent <= 511 and 0 <= maximum <= 127 and -1 <= count <= 255


def pack(layer) -> bytes:
    """Return the record of a layer."""
    flags = _TRAINABLE if layer.trainable else 0
    flags |= _RESIDUAL if layer.residual is not None else 0
    flags |= _BIAS if isinstance(layer, Weighted) and layer.use_bias else 0
    flags |= _DY_RANGE if layer.dy_range is not None else 0
    flags |= _EDGE_RANGE if layer.edge_range is not None else 0
    ranges = []
    for record in (layer.y_range, layer.dy_range, layer.edge_range):
        ranges += _FRESH if record is None else record
    padding = getattr(layer, "padding", "valid")
    explicit = padding not in PADDINGS
    numbers = tuple(layer.numbers())
    numbers += (0,) * (6 - len(numbers)) + (padding if explicit else (0, 0))
    padding = len(PADDINGS) if explicit else PADDINGS.index(padding)
    exponents = 0 if layer.e_w is None else len(layer.e_w)
    kind = _KINDS.index(type(layer).__name__)
    return struct.pack(
        _RECORD, kind, layer.activation, flags, padding, *numbers, *ranges, exponents
    )


def _unpack(kind, activation, flags, padding, numbers):
    """Return the layer that a record describes; the layers check their arguments."""
    weighted = {
        "activation": activation,
        "use_bias": bool(flags & _BIAS),
        "trainable": bool(flags & _TRAINABLE),
    }
    a, b, c, d, e = numbers[:5]
    layer = getattr(octograd, kind)
    if kind == "Dense":
        return layer(a, **weighted)
    if kind == "Latent":
        beta = (b & 255) / (1 << (b >> 8)) if b < 31 << 8 else -1
        return layer(a, beta=beta, warmup=c | d << 16, trainable=weighted["trainable"])
    if kind == "DepthwiseConv2D":
        return layer((b, c), strides=(d, e), padding=padding, **weighted)
    if kind == "Conv1D":
        return layer(a, c, strides=e, padding=padding, **weighted)
    if kind in ("Conv2D", "Conv2DTranspose"):
        return layer(a, (b, c), strides=(d, e), padding=padding, **weighted)
    if kind == "Reshape":
        return layer([n for n in numbers if n])
    if kind == "UpSampling2D":
        return layer((a, b))
    if kind == "Dropout":
        return layer(a / 65536)
    if kind == "MaxPool2D":
        return layer((a, b), strides=(c, d), padding=padding)
    if kind == "MaxPool1D":
        return layer(b, strides=d, padding=padding)
    if kind == "AveragePool2D":
        return layer((a, b), strides=(c, d))
    if kind == "AveragePool1D":
        return layer(b, strides=d)
    return layer(activation) if kind == "Add" else layer()


def tensors(layer) -> list:
    """Return the buffers of a layer that the file holds, and their bytes."""
    if not isinstance(layer, Weighted):
        return []
    found = [(layer.w, len(layer.w))]
    if layer.residual is not None:
        found.append((layer.residual, len(layer.residual)))
    if layer.b is not None:
        found.append((layer.b, 4 * len(layer.b)))
    return found + [(layer.e_w, len(layer.e_w))]


def padded(n: int) -> int:
    return (n + 3) & ~3
