"""The checks at the border of the library: argument, what was expected, what came."""


def whole(name: str, value, low: int, high: int) -> int:
    """Return `value` if it is an int in low..high."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: int expected, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name}: {low} to {high} expected, got {value}")
    return value


def number(name: str, value):
    """Return `value` if it is an int or a float."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError(f"{name}: number expected, got {value!r}")
    return value


def count(name: str, items) -> int:
    """Return the number of items of a sequence."""
    try:
        return len(items)
    except TypeError:
        raise TypeError(f"{name}: sequence expected, got {items!r}") from None
