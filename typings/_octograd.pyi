"""
The C module, for editors and type checkers.

Buffers are array.array, bytes, bytearray or memoryview. "int8" takes any 8-bit typecode,
"int32" is typecode 'i'; `rng` is array('I', [state]). Records are array('h'):
range [exponent, maximum, count], rate [factor, shift, normalize, momentum], batch [exponent
of the sums by weights, by biases, samples], window [n_in, n_out, kernel, stride, sign, offset,
divisor, exact] of rows, the same of columns, channels in, channels out.
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
    b: Buffer | None,
    e_x: int,
    e_w: Buffer,
    activation: int,
    training: bool,
    range: Buffer,
    y: Buffer,
) -> int:
    """Write y (n_out,) int8 from x (n_in,), w (n_out, n_in) int8, b (n_out,) int32; return e_y."""

def dense_forward_s32(
    x: Buffer,
    w: Buffer,
    b: Buffer | None,
    e_x: int,
    e_w: Buffer,
    y: Buffer,
) -> int:
    """Write the sums y (n_out,) int32; return their exponent."""

def dense_backward_x(
    dy: Buffer,
    w: Buffer,
    e_dy: int,
    e_w: Buffer,
    x: Buffer,
    e_x: int,
    activation: int,
    pending: Buffer | None,
    e_pending: int,
    range: Buffer,
    dx: Buffer,
) -> int:
    """Write dx (n_in,) int8, past the activation that made x; return e_dx."""

def activation_backward(
    dy: Buffer,
    y: Buffer,
    e_y: int,
    activation: int,
    dx: Buffer,
) -> None:
    """Write dy past the activation that made y, at dy's exponent."""

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

def put(x: Buffer, index: int, out: Buffer) -> None:
    """Copy x to record `index` of a flat buffer of records as long as x."""

def check_items(buffer: Buffer, n: int, name: str) -> None:
    """Raise an error that names the argument unless it is an int8 buffer of n items."""
