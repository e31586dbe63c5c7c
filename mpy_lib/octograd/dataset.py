"""Dataset: samples in a file that may be larger than the memory."""

import _octograd

from .checks import whole
from .samples import COUNT_MAX

_BYTES_MAX = 2**30 - 1  # larger places need memory on a 32-bit board


class Dataset:
    """
    A file of records, all as long: a sample, then its class in one byte, or its targets.

    Nothing but one record is ever in memory. Trainer.fit(), evaluate() and
    EWC.measure() take it in the place of x and y:

        with og.Dataset("gestures.bin", 150) as dataset:
            og.show(trainer.fit(dataset, epochs=5))

    There is no head, so recording is to append: file.write(x), then
    file.write(bytes([label])). A record that is not complete, as a power cut may
    leave one at the end, is left out.

    Args:
        path: Of the file.
        n_in: Bytes of a sample, int8, 1 to 32768.
        n_out: Targets of a sample, int8, 1 to 32768; None for a class number.

    Attributes:
        n_in, n_out: As given.

    Raises:
        TypeError, ValueError: An argument does not fit, or not 1 to 65535 records are there.
        OSError: The file cannot be read.
    """

    def __init__(self, path: str, n_in: int, *, n_out=None):
        self.n_in = whole("n_in", n_in, 1, 32768)
        self.n_out = None if n_out is None else whole("n_out", n_out, 1, 32768)
        self._path, self._label = path, bytearray(1)
        self._record = record = n_in + (n_out or 1)
        self._file = open(path, "rb")
        n_bytes = self._file.seek(0, 2)
        self._n = n_bytes // record
        if not 1 <= self._n <= COUNT_MAX or n_bytes > _BYTES_MAX:
            self.close()
            wanted = f"1 to {COUNT_MAX} records of {record} bytes, less than 2**30 bytes,"
            raise ValueError(f"{path}: {wanted} expected, got {n_bytes} bytes")

    def __repr__(self):
        return f"Dataset({self._path!r}, {self.n_in}, n_out={self.n_out})"

    def __len__(self):
        return self._n

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def record_into(self, index: int, x, target):
        """
        Read a sample into x; return its class, or its targets in `target`. Allocates nothing.

        Args:
            index: 0 to len() - 1.
            x: Writable int8 buffer of n_in items.
            target: Writable int8 buffer of n_out items; not looked at without n_out.

        Raises:
            ValueError: An argument does not fit, or the file has become shorter.
            OSError: The file cannot be read.
        """
        whole("index", index, 0, self._n - 1)
        _octograd.check_items(x, self.n_in, "x")
        if self.n_out is None:
            target = self._label
        else:
            _octograd.check_items(target, self.n_out, "target")
        file = self._file
        file.seek(index * self._record)
        if file.readinto(x) != len(x) or file.readinto(target) != len(target):
            raise ValueError(f"{self._path}: {self._n} records expected, record {index} is cut")
        return target[0] if self.n_out is None else target
