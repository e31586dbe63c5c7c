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

def dense_update(
    dy: Buffer,
    x: Buffer,
    e_dy: int,
    e_x: int,
    rate: Buffer,
    rng: Buffer,
    w: Buffer,
    residual: Buffer | None,
    velocity: Buffer | None,
    b: Buffer | None,
    e_w: Buffer,
) -> None:
    """Move weights and biases against the gradient."""

def dense_gradient(
    dy: Buffer,
    x: Buffer,
    e_dy: int,
    e_x: int,
    batch: Buffer,
    sums: Buffer,
) -> None:
    """Add the gradient to a batch's sums (weights, then biases) int32."""

def conv2d_forward(
    window: Buffer,
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
    """Write y from x (height, width, channels) int8 through a window; return e_y."""

def conv2d_forward_s32(
    window: Buffer,
    x: Buffer,
    w: Buffer,
    b: Buffer | None,
    e_x: int,
    e_w: Buffer,
    y: Buffer,
) -> int:
    """Write the sums y int32; return their exponent."""

def conv2d_backward_x(
    window: Buffer,
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
    """Write dx int8, past the activation that made x; return e_dx."""

def conv2d_update(
    window: Buffer,
    dy: Buffer,
    x: Buffer,
    e_dy: int,
    e_x: int,
    rate: Buffer,
    rng: Buffer,
    w: Buffer,
    residual: Buffer | None,
    velocity: Buffer | None,
    b: Buffer | None,
    e_w: Buffer,
    scratch: Buffer,
) -> None:
    """Move weights and biases against the gradient; scratch is bytes, 4-aligned."""

def conv2d_gradient(
    window: Buffer,
    dy: Buffer,
    x: Buffer,
    e_dy: int,
    e_x: int,
    scratch: Buffer,
    batch: Buffer,
    sums: Buffer,
) -> None:
    """Add the gradient to a batch's sums (weights, then biases) int32."""

def depthwise_conv2d_forward(
    window: Buffer,
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
    """Write y from x (height, width, channels) int8 through a window; return e_y."""

def depthwise_conv2d_backward_x(
    window: Buffer,
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
    """Write dx int8, past the activation that made x; return e_dx."""

def depthwise_conv2d_update(
    window: Buffer,
    dy: Buffer,
    x: Buffer,
    e_dy: int,
    e_x: int,
    rate: Buffer,
    rng: Buffer,
    w: Buffer,
    residual: Buffer | None,
    velocity: Buffer | None,
    b: Buffer | None,
    e_w: Buffer,
    scratch: Buffer,
) -> None:
    """Move weights and biases against the gradient; scratch is bytes, 4-aligned."""

def depthwise_conv2d_gradient(
    window: Buffer,
    dy: Buffer,
    x: Buffer,
    e_dy: int,
    e_x: int,
    scratch: Buffer,
    batch: Buffer,
    sums: Buffer,
) -> None:
    """Add the gradient to a batch's sums (weights, then biases) int32."""

def batch_apply(
    rows: int,
    n_b: int,
    batch: Buffer,
    sums: Buffer,
    rate: Buffer,
    rng: Buffer,
    w: Buffer,
    residual: Buffer | None,
    velocity: Buffer | None,
    b: Buffer | None,
    e_w: Buffer,
) -> None:
    """Move weights (rows) and n_b biases against a batch's sums, and end the batch."""

def weight_decay(rng: Buffer, w: Buffer, residual: Buffer | None) -> None:
    """Take 1/256 of itself from each weight."""

def weight_pull(
    rate: Buffer,
    rng: Buffer,
    w: Buffer,
    residual: Buffer | None,
    e_w: Buffer,
    importance: Buffer,
    anchor: Buffer,
    e_anchor: int,
) -> None:
    """Take from each weight rate * importance / 128 of its way from anchor (int8, as w)."""

def importance_add(batch: Buffer, sums: Buffer, exponent: int, total: Buffer) -> int:
    """
    Add the squares of a batch's sums of weights to total (uint32), and end the batch.

    The real value is total * 4**exponent; return the new exponent, -2047 to 2047.
    """

def importance_scale(total: Buffer, shift: int, importance: Buffer) -> None:
    """Write total >> shift, at most 127, as int8; shift 0 to 31."""

def max_pool2d_forward(window: Buffer, x: Buffer, y: Buffer, index: Buffer) -> None:
    """Write the largest of each window, and the tap where it first stands."""

def max_pool2d_route(window: Buffer, dy: Buffer, index: Buffer, dx: Buffer) -> None:
    """Write dy at the winners of windows that do not overlap, else 0."""

def max_pool2d_backward_x(
    window: Buffer,
    dy: Buffer,
    index: Buffer,
    e_dy: int,
    x: Buffer,
    e_x: int,
    activation: int,
    pending: Buffer | None,
    e_pending: int,
    range: Buffer,
    dx: Buffer,
) -> int:
    """Write dx int8 of windows that overlap; return e_dx."""

def average_pool2d_forward(
    window: Buffer,
    x: Buffer,
    e_x: int,
    training: bool,
    range: Buffer,
    y: Buffer,
) -> int:
    """Write the mean of each window; return e_y."""

def average_pool2d_backward_x(
    window: Buffer,
    dy: Buffer,
    e_dy: int,
    x: Buffer,
    e_x: int,
    activation: int,
    pending: Buffer | None,
    e_pending: int,
    range: Buffer,
    dx: Buffer,
) -> int:
    """Write dx int8; return e_dx."""

def add_forward(
    a: Buffer,
    b: Buffer,
    e_a: int,
    e_b: int,
    activation: int,
    training: bool,
    range: Buffer,
    z: Buffer,
) -> int:
    """Write z = activation(a + b); return e_z."""

def activation_backward(
    dy: Buffer,
    y: Buffer,
    e_y: int,
    activation: int,
    dx: Buffer,
) -> None:
    """Write dy past the activation that made y, at dy's exponent."""

def dropout(x: Buffer, keep: int, scale: int, rng: Buffer, y: Buffer) -> None:
    """Write x * scale / 256 where a draw is below keep / 65536, else 0."""

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
