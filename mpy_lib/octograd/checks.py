"""The checks at the border of the library: argument, what was expected, what came."""


def whole(name: str, value, low: int, high: int) -> int:
    """Return `value` if it is an int in low..high."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: int expected, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name}: {low} to {high} expected, got {value}")
    return value


def number(name: str, value, low, high):
    """Return `value` if it is an int or a float in low..high, and not NaN."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError(f"{name}: number expected, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name}: {low} to {high} expected, got {value}")
    return value


def length(name: str, buffer, expected: int):
    """Return `buffer` if it has `expected` items."""
    if len(buffer) != expected:
        raise ValueError(f"{name}: {expected} items expected, got {len(buffer)}")
    return buffer
