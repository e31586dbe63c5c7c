"""The C module, for editors and type checkers: see _octograd.pyi."""

from _octograd import Buffer

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

def dropout(x: Buffer, keep: int, scale: int, rng: Buffer, y: Buffer) -> None:
    """Write x * scale / 256 where a draw is below keep / 65536, else 0."""
