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
