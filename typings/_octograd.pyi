"""
The C module, for editors and type checkers.

Buffers are array.array, bytes, bytearray or memoryview. "int8" takes any 8-bit typecode,
"int32" is typecode 'i', "record" is typecode 'h', `rng` is array('I', [state]).
Shapes follow from the buffers' lengths; docs/numerics.md defines the numbers.
Every function raises TypeError (not a fitting buffer, not an int) or ValueError (length or
value out of range), names the argument, and has then written nothing.
"""

from array import array
from typing import TypeAlias

Buffer: TypeAlias = array[int] | bytes | bytearray | memoryview

def dense_forward(
    x: Buffer,
    w: Buffer,
    b: Buffer,
    e_x: int,
    e_w: Buffer,
    activation: int,
    training: bool,
    range: Buffer,
    y: Buffer,
) -> int:
    """Write y (n_out,) int8 from x (n_in,), w (n_out, n_in) int8, b (n_out,) int32; return e_y."""

def dense_forward_s32(x: Buffer, w: Buffer, b: Buffer, e_x: int, e_w: Buffer, y: Buffer) -> int:
    """Write the sums y (n_out,) int32; return their exponent."""

def dense_backward_x(
    dy: Buffer,
    w: Buffer,
    x: Buffer,
    e_dy: int,
    e_w: Buffer,
    activation: int,
    range: Buffer,
    dx: Buffer,
) -> int:
    """Write dx (n_in,) int8, masked by the activation that made x; return e_dx."""

def dense_update(
    dy: Buffer,
    x: Buffer,
    e_dy: int,
    e_x: int,
    rate: Buffer,
    rng: Buffer,
    w: Buffer,
    residual: Buffer | None,
    b: Buffer,
    e_w: Buffer,
) -> None:
    """Move w, residual (None: one-byte weights), b against the gradient; rate is a record."""

def softmax(y: Buffer, e_y: int) -> None:
    """Turn sums y int32 into probabilities in units of 2**-15, in place."""

def softmax_cross_entropy(y: Buffer, e_y: int, label: int) -> int:
    """Turn sums y int32 into the error in units of 2**-15, in place; return the loss * 1024."""

def mean_squared_error(y: Buffer, e_y: int, target: Buffer) -> int:
    """Turn sums y int32 into the error in units of 2**-15, in place; return the loss * 1024."""

def error_quantize(error: Buffer, skip: int, dy: Buffer) -> int | None:
    """Write dy int8; return its exponent, or None if no error reaches skip (units of 2**-15)."""

def argmax(y: Buffer) -> int:
    """Return the index of the largest int32, the lowest of equals."""

def rng_seed(rng: Buffer, seed: int) -> None:
    """Set the generator to a seed, 0 to 2**30 - 1."""

def rng_below(rng: Buffer, n: int) -> int:
    """Draw from 0 to n - 1, 1 <= n <= 65536."""

def rng_uniform(rng: Buffer, limit: int, w: Buffer) -> None:
    """Draw int8 weights, uniform within limit / 256, 1 <= limit <= 32512."""

def take(source: Buffer, index: int, out: Buffer) -> None:
    """Copy record `index` of a flat buffer of records as long as out."""
