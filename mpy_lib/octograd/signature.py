"""Signatures of files: HMAC-SHA256 with a key that the device and the writer share."""

import hashlib

from .files import BLOCK

MAGIC = b"OCTOHMAC"
_BLOCK = 64  # of SHA-256
SIGNATURE_BYTES = len(MAGIC) + 32


class Hmac:
    """
    HMAC-SHA256 (RFC 2104) of what update() is given.

    Args:
        key: bytes, 16 or more.
    """

    def __init__(self, key):
        if not isinstance(key, (bytes, bytearray, memoryview)):
            raise TypeError("key: bytes expected")
        if len(key) < 16:
            raise ValueError(f"key: 16 bytes or more expected, got {len(key)}")
        if len(key) > _BLOCK:
            key = hashlib.sha256(key).digest()
        block = bytes(key) + bytes(_BLOCK - len(key))
        self._outer = bytes([byte ^ 0x5C for byte in block])
        self._inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in block]))

    def update(self, block) -> None:
        self._inner.update(block)

    def digest(self) -> bytes:
        """Return the 32 bytes; update() cannot be called after it."""
        outer = hashlib.sha256(self._outer)
        outer.update(self._inner.digest())
        return outer.digest()


def signature_bytes(file, path: str, key) -> int:
    """
    Check the signature of a file, if there is a key; return how many bytes it takes at the end.

    It leaves the file at its start.

    Raises:
        ValueError: There is a key, and the file is not signed with it; or there is
            none, and the file is signed.
    """
    n = max(file.seek(0, 2) - SIGNATURE_BYTES, 0)
    file.seek(n)
    signed = file.read(len(MAGIC)) == MAGIC
    if key is None:
        if signed:
            raise ValueError(f"{path}: signed; key expected")
        file.seek(0)
        return 0
    expected = file.read(32)
    file.seek(0)
    hmac, left = Hmac(key), n + len(MAGIC)
    while left:
        block = file.read(min(left, BLOCK))
        if not block:
            raise ValueError(f"{path}: cut short")
        hmac.update(block)
        left -= len(block)
    different = 0 if signed and len(expected) == 32 else 1
    # All bytes are looked at, so that the time tells nothing.
    for a, b in zip(expected, hmac.digest()):
        different |= a ^ b
    if different:
        raise ValueError(f"{path}: not signed with this key")
    file.seek(0)
    return SIGNATURE_BYTES
