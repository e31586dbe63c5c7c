"""The C module, for editors and type checkers: see _octograd.pyi."""

from _octograd import Buffer

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
