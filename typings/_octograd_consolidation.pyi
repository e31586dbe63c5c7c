"""The C module, for editors and type checkers: see _octograd.pyi."""

from _octograd import Buffer

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
