"""Rounding and saturation of small ints, as docs/numerics.md, section 2 has them."""


def clamp(v: int, limit: int) -> int:
    """Limit v to -limit..limit."""
    return -limit if v < -limit else limit if v > limit else v


def round_shift(v: int, s: int) -> int:
    """Return v / 2**s to the nearest, halves up, as docs/numerics.md, section 2 has it."""
    if s > 0:
        s = min(s, 30)
        return (v + (1 << (s - 1))) >> s
    k = min(-s, 29)
    return clamp(v, 2**29 >> k) << k if k else v
