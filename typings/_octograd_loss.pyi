"""The C module, for editors and type checkers: see _octograd.pyi."""

from _octograd import Buffer

def softmax(y: Buffer, e_y: int) -> None:
    """Turn sums y int32 into probabilities in units of 2**-15, in place."""

def softmax_cross_entropy(y: Buffer, e_y: int, label: int) -> int:
    """Turn sums y int32 into the error in units of 2**-15, in place; return the loss * 1024."""

def mean_squared_error(y: Buffer, e_y: int, target: Buffer) -> int:
    """Turn sums y int32 into the error in units of 2**-15, in place; return the loss * 1024."""

def binary_cross_entropy(y: Buffer, e_y: int, target: Buffer) -> int:
    """Turn sums y int32 into the error in units of 2**-15, in place; return the loss * 1024."""

def huber(y: Buffer, e_y: int, target: Buffer, delta: int) -> int:
    """Turn sums y int32 into the error in units of 2**-15, in place; return the loss * 1024."""

def error_largest(error: Buffer) -> int:
    """Return the largest magnitude of an int32 error in units of 2**-15, at most 32768."""

def error_quantize(error: Buffer, dy: Buffer) -> int:
    """Write dy int8; return its exponent."""

def partial_keep(dy: Buffer, channels: int, fraction: int, scratch: Buffer) -> int:
    """
    Make all but the channels with the largest errors 0, in place; return how many were kept.

    dy (pixels, channels) int8; fraction 1 to 32768, of 32768; scratch 4 bytes a channel.
    """
