"""The content of a model file put back into a model as the one that it was written from."""

import struct
from array import array

from .files import BLOCK
from .format import HEAD_BYTES, RECORD_BYTES, head, pack, padded, records, sound_range, tensors

_STATE, _RANGES, _SEEN = 16, 20, 12  # places of the generator, in a record of ranges and samples


def check_model(net, file, fail) -> None:
    """
    Read a model file from where a file stands; change nothing.

    Args:
        net: A built model.
        file: Open, its checksum known to be right.
        fail: Called with a text if the file is not of such a model.
    """
    block, own = file.read(HEAD_BYTES), head(net)
    end = _STATE + 4
    if block[:_STATE] != own[:_STATE] or block[end:] != own[end:]:
        fail(f"another model than {net!r}")
    if not any(block[_STATE:end]):
        fail("generator out of range")
    for layer in records(net.layers):
        block = file.read(RECORD_BYTES)
        if _fixed(block, layer) != _fixed(pack(layer), layer):
            fail(f"another layer than {layer!r}")
        ranges = struct.unpack_from("<9h", block, _RANGES)
        if not all([sound_range(*ranges[i : i + 3]) for i in (0, 3, 6)]):
            fail("range out of range")
    for node in net.graph.nodes:
        for tensor, n in tensors(node.layer):
            check_tensor(tensor, n, file, fail)
            file.seek(padded(n) - n, 1)
    file.seek(4, 1)


def restore_model(net, file) -> None:
    """Put what check_model() has read back into the model."""
    (net.rng[0],) = struct.unpack_from("<I", file.read(HEAD_BYTES), _STATE)
    for layer in records(net.layers):
        block = file.read(RECORD_BYTES)
        ranges = struct.unpack_from("<9h", block, _RANGES)
        own = (layer.y_range, layer.dy_range, layer.edge_range)
        for i in range(9):
            if own[i // 3] is not None:
                own[i // 3][i % 3] = ranges[i]
        if layer.samples:
            (seen,) = struct.unpack_from("<I", block, _SEEN)
            layer.seen[0] = min(seen, layer.warmup)
    for node in net.graph.nodes:
        for tensor, n in tensors(node.layer):
            restore_tensor(tensor, n, file)
            file.seek(padded(n) - n, 1)
    file.seek(4, 1)


def _fixed(record, layer):
    """Return what of a record no training changes."""
    numbers = record[:_SEEN] if layer.samples else record[: _SEEN + 4]
    return numbers + record[_SEEN + 4 : _RANGES] + record[_RANGES + 18 :]


def check_tensor(tensor, n, file, fail) -> None:
    """Pass over n bytes; those of a buffer that cannot be written have to be as it is."""
    if isinstance(tensor, (bytearray, array)):
        file.seek(n, 1)
        return
    view = memoryview(tensor)
    for k in range(0, n, BLOCK):
        if file.read(min(n - k, BLOCK)) != view[k : k + BLOCK]:
            fail("other weights than those in read-only memory")


def restore_tensor(tensor, n, file) -> None:
    """Read n bytes into a buffer, if it can be written."""
    if isinstance(tensor, (bytearray, array)):
        file.readinto(tensor)
    else:
        file.seek(n, 1)
