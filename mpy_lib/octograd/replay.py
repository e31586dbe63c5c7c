"""Samples of old tasks, kept to be learnt from again."""

import struct
from array import array
from binascii import crc32

import _octograd

from .checks import whole
from .files import BLOCK, AtomicFile, MemoryFile, checksum, read_saved
from .model import SEED_MAX
from .signature import signature_bytes

_COUNT_MAX = 65535
_MAGIC = b"OCTOREPL"
_HEAD = "<8sHHHH"  # magic, version, n_in, capacity, classes
_HEAD_BYTES = struct.calcsize(_HEAD)
_VERSION = 1


class ReplayBuffer:
    """
    A fixed number of samples with their classes, all classes alike.

    While there is room, all are kept. Then a class that has fewer than the
    others gets a place of the one with most, and within a class that has its share
    each sample seen is as likely to be kept as any other (Chrysakis and Moens 2020,
    "Online Continual Learning from Imbalanced Data", class-balancing reservoir
    sampling; of a class that was seen 65535 times, later ones are a little likelier).

    It takes (n_in + 1) * capacity + 4 * classes + 4 bytes, at once; add() and
    draw_into() allocate nothing.

    Args:
        n_in: Bytes of a sample, 1 to 32768.
        capacity: Number of samples, at least one for each class, to 65535.
        classes: Number of classes, 1 to 256.
        seed: Of what is kept and drawn.
        memory: The memory of a buffer of the same numbers, perhaps read from a file,
            to go on with it; the seed has no effect then.

    Attributes:
        memory: bytearray of everything: samples, their classes, counts, draws made.

    Raises:
        TypeError, ValueError: An argument does not fit.
        MemoryError: It does not fit into memory.
    """

    def __init__(self, n_in: int, capacity: int, *, classes: int, seed: int = 1, memory=None):
        self.n_in = whole("n_in", n_in, 1, 32768)
        self.classes = whole("classes", classes, 1, 256)
        self.capacity = whole("capacity", capacity, classes, _COUNT_MAX)
        self._rng = array("I", [1])
        _octograd.rng_seed(self._rng, whole("seed", seed, 0, SEED_MAX))
        self._labels = n_in * capacity
        self._counts = self._labels + capacity  # by class: samples held, and seen
        self.n_bytes = self._counts + 4 * classes + 4
        self._n = 0
        if memory is None:
            self.memory = bytearray(self.n_bytes)
            # Far apart, as the draws of seeds in a row would else be the same ones.
            self._set(self.n_bytes - 2, _octograd.rng_below(self._rng, 16384))
        else:
            self._adopt(memory)

    def __repr__(self):
        return f"ReplayBuffer({self.n_in}, {self.capacity}, classes={self.classes})"

    def __len__(self):
        return self._n

    def _adopt(self, memory):
        if not isinstance(memory, bytearray):
            raise TypeError("memory: bytearray expected")
        _octograd.check_items(memory, self.n_bytes, "memory")
        self._n = self._check_counts(MemoryFile(memory), _fail_memory)
        self.memory = memory

    @property
    def file_bytes(self) -> int:
        """Bytes of its file."""
        return _HEAD_BYTES + self.n_bytes + 4

    def save(self, path: str, *, key=None) -> None:
        """
        Write the buffer to a file; load() keeps and draws on as this one would.

        The file takes the place of an old one when it is complete. It is signed if
        there is a key, bytes.
        """
        with AtomicFile(path, key) as file:
            self.write(file)

    def write(self, file) -> None:
        """Write the buffer's file to an open one, from where it stands."""
        head = self._head()
        file.write(head)
        file.write(self.memory)
        file.write(struct.pack("<I", crc32(self.memory, crc32(head))))

    def _head(self):
        return struct.pack(_HEAD, _MAGIC, _VERSION, self.n_in, self.capacity, self.classes)

    def check(self, file, fail) -> None:
        """Read a file from where it stands; call fail(text) if it is not of such a buffer."""
        if file.read(_HEAD_BYTES) != self._head():
            fail(f"{self!r} expected")
        self._check_counts(file, fail)
        file.seek(4, 1)

    def restore(self, file) -> None:
        """Take what check() has read."""
        file.seek(_HEAD_BYTES, 1)
        file.readinto(self.memory)
        file.seek(4, 1)
        self._n = sum([self.held(label) for label in range(self.classes)])

    def _check_counts(self, file, fail):
        """Read a memory; return how many samples it holds, if it says the same of each class."""
        start = file.tell()
        file.seek(self._counts, 1)
        # Of each class, how many are held; how many were seen is passed over.
        held = struct.unpack("<" + "Hxx" * self.classes, file.read(4 * self.classes))
        n, found = sum(held), [0] * 256
        if n > self.capacity:
            fail("more samples than there is room for")
        file.seek(start + self._labels)
        for k in range(0, n, BLOCK):
            for label in file.read(min(n - k, BLOCK)):
                found[label] += 1
        if tuple(found[: self.classes]) != held:
            fail("samples and classes do not match")
        file.seek(start + self.n_bytes)
        return n

    @staticmethod
    def load(path: str, *, key=None):
        """
        Read a buffer from a file, signed if there is a key.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is not a ReplayBuffer, of a later version, cut short or damaged,
                or not signed with this key.
            MemoryError: It does not fit.
        """
        return read_saved(path, lambda file, name: _read(file, name, key))

    def held(self, label: int) -> int:
        """Return how many samples of a class are kept."""
        return self._get(self._counts + 4 * label)

    def add(self, x, label: int) -> None:
        """
        Keep a sample, perhaps in the place of another, or do not. Allocates nothing.

        Args:
            x: int8 buffer of n_in items.
            label: Its class.
        """
        _octograd.check_items(x, self.n_in, "x")
        held = self.held(whole("label", label, 0, self.classes - 1))
        counts = self._counts + 4 * label
        seen = min(self._get(counts + 2) + 1, _COUNT_MAX)
        self._set(counts + 2, seen)
        if self._n < self.capacity:
            index = self._n
            self._n += 1
            self._set(counts, held + 1)
        else:
            fullest = self._fullest()
            most = self.held(fullest)
            if held + 1 < most:
                index = self._place(fullest, self._below(most))
                self._set(self._counts + 4 * fullest, most - 1)
                self._set(counts, held + 1)
            else:
                k = self._below(seen)
                if k >= held:
                    return
                index = self._place(label, k)
        _octograd.put(x, index, self.memory)
        self.memory[self._labels + index] = label

    def draw_into(self, x) -> int:
        """
        Copy a random sample into x, a writable int8 buffer; return its class.

        Allocates nothing.
        """
        if not self._n:
            raise ValueError("replay: 1 sample or more expected, got 0; add() some")
        _octograd.check_items(x, self.n_in, "x")
        index = self._below(self._n)
        _octograd.take(self.memory, index, x)
        return self.memory[self._labels + index]

    def _fullest(self):
        fullest = 0
        for label in range(1, self.classes):
            if self.held(label) > self.held(fullest):
                fullest = label
        return fullest

    def _place(self, label, k):
        """Return where the k-th sample of a class lies."""
        memory, labels = self.memory, self._labels
        for index in range(self.capacity):
            if memory[labels + index] == label:
                if k == 0:
                    return index
                k -= 1

    def _below(self, n):
        # Draws are numbered, so that the memory holds all that decides about the next one.
        k = self.n_bytes - 4
        low, high = self._get(k), self._get(k + 2)
        _octograd.rng_seed(self._rng, low | high << 16)
        low = low + 1 & 65535
        self._set(k, low)
        if low == 0:
            self._set(k + 2, high + 1 & 16383)
        return _octograd.rng_below(self._rng, n)

    def _get(self, k):
        return self.memory[k] | self.memory[k + 1] << 8

    def _set(self, k, value):
        self.memory[k] = value & 255
        self.memory[k + 1] = value >> 8


def _fail_memory(text):
    raise ValueError("memory: that of a ReplayBuffer of the same numbers expected")


def _read(file, path, key):
    signature = signature_bytes(file, path, key)
    head = file.read(_HEAD_BYTES)
    if len(head) != _HEAD_BYTES or head[:8] != _MAGIC:
        raise ValueError(f"{path}: not a ReplayBuffer")
    _, version, n_in, capacity, classes = struct.unpack(_HEAD, head)
    if version != _VERSION:
        raise ValueError(f"{path}: format version {_VERSION} expected, got {version}")
    # Nothing is allocated before the size is known to be that of the file.
    n = (n_in + 1) * capacity + 4 * classes + 4
    actual = file.seek(0, 2) - signature
    if actual != _HEAD_BYTES + n + 4:
        raise ValueError(f"{path}: {_HEAD_BYTES + n + 4} bytes expected, got {actual}")
    file.seek(0)
    crc = checksum(file, _HEAD_BYTES + n)
    if struct.unpack("<I", file.read(4))[0] != crc:
        raise ValueError(f"{path}: damaged: the checksum does not match")
    file.seek(_HEAD_BYTES)
    memory = bytearray(n)
    file.readinto(memory)
    return ReplayBuffer(n_in, capacity, classes=classes, memory=memory)
