"""The C module, for editors and type checkers: see _octograd.pyi."""

from _octograd import Buffer

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
