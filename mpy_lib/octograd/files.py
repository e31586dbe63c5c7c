"""Files: written as a whole or not at all, and read from flash or from memory."""

import os
from array import array
from binascii import crc32
from io import BytesIO

NEW = ".new"  # what is added to a path while its file is written
BLOCK = 256  # bytes that are read at a time


class AtomicFile:
    """
    A file that takes the place of an old one when it is complete, and not before.

        with AtomicFile(path) as file:
            file.write(block)

    It is written to path + ".new", flushed, read back, and renamed. If anything is
    raised until then, a power cut too, the old file is there as it was.

    Args:
        path: Of the file.
        key: To sign it with, bytes, or None.

    Attributes:
        crc: CRC-32 of what was written so far.

    Raises:
        OSError: It cannot be written, or was read back with other bytes.
    """

    def __init__(self, path: str, key=None):
        self._path, self._new, self._hmac = path, path + NEW, None
        if key is not None:
            from .signature import Hmac

            self._hmac = Hmac(key)
        self._length = self._last = self.crc = self._before = 0
        self._file = open(self._new, "wb")

    def write(self, block) -> None:
        """Write a buffer."""
        self._last, self._before = self._length, self.crc
        self._length += self._file.write(block)
        self.crc = crc32(block, self.crc)
        if self._hmac is not None:
            self._hmac.update(block)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is not None:
            self._drop()
            return
        try:
            self._finish()
        except BaseException:
            self._drop()
            raise

    def _finish(self):
        if self._hmac is not None:
            self._sign()
        self._file.flush()
        # MicroPython's flush() brings it to the disk, CPython's only to the system.
        if hasattr(os, "fsync"):
            os.fsync(self._file.fileno())
        self._file.close()
        with open(self._new, "rb") as file:
            # In two parts: with a checksum at their end, all files have the same one.
            before = checksum(file, self._last)
            crc = checksum(file, self._length - self._last, self._before)
            if before != self._before or crc != self.crc or file.read(1):
                raise OSError(5, f"{self._new}: read back with other bytes")  # EIO
        # CPython's rename() replaces no file on Windows.
        getattr(os, "replace", os.rename)(self._new, self._path)

    def _sign(self):
        from .signature import MAGIC

        self.write(MAGIC)
        hmac, self._hmac = self._hmac, None
        self.write(hmac.digest())

    def _drop(self):
        try:
            try:
                self._file.close()
            finally:
                os.remove(self._new)
        except OSError:
            pass  # What is left of it is never read as a whole file.


def read_saved(path: str, read):
    """
    Return read(file, path) of a file that an AtomicFile has written.

    A FAT file system removes the old file before it renames the new one. If a power
    cut came between, the new one is read, if it is sound.
    """
    try:
        file = open(path, "rb")
    except OSError as missing:
        try:
            with open(path + NEW, "rb") as file:
                return read(file, path + NEW)
        except (OSError, ValueError):
            raise missing from None
    with file:
        return read(file, path)


def checksum(file, n: int, crc: int = 0):
    """Return the CRC-32 of the next n bytes of a file, or None if there are fewer."""
    block = bytearray(BLOCK)
    view = memoryview(block)
    while n:
        got = file.readinto(view[: min(n, BLOCK)])
        if not got:
            return None
        crc = crc32(view[:got], crc)
        n -= got
    return crc


class MemoryFile:
    """A file whose content lies in memory, and may stay there."""

    def __init__(self, buffer):
        self.view = memoryview(buffer)
        self._at = 0

    def seek(self, offset, whence=0):
        """Go to a place from the start, from here (1) or from the end (2); return it."""
        self._at = offset + (0, self._at, len(self.view))[whence]
        return self._at

    def tell(self):
        return self._at

    def take(self, n):
        """Return a view of the next n bytes, or of fewer at the end."""
        view = self.view[self._at : self._at + n]
        self._at += len(view)
        return view

    def read(self, n):
        return bytes(self.take(n))

    def readinto(self, buffer):
        if isinstance(buffer, array):
            # At any address, so not by its items.
            n = BytesIO(self.view[self._at : self._at + 4 * len(buffer)]).readinto(buffer)
            self._at += n
            return n
        view = self.take(len(buffer))
        buffer[: len(view)] = view
        return len(view)
