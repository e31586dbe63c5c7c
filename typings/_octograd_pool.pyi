"""The C module, for editors and type checkers: see _octograd.pyi."""

from _octograd import Buffer

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
