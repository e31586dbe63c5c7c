"""The checks at the border of the library: argument, what was expected, what came."""

RATE_MAX = 1000000000  # of a sampling rate, in 1/1000 Hz


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


def millihertz(name: str, value, low: int, high: int) -> int:
    """Return a frequency in Hz as a whole number of 1/1000 Hz, if it is in low..high of them."""
    # Rounded to the same number from single and from double precision.
    if isinstance(number(name, value), int):
        found = 1000 * value
    elif 0 <= value <= RATE_MAX:  # NaN is in no range
        found = int(1000 * value + 0.5)
    else:
        found = -1
    if not low <= found <= high:
        raise ValueError(f"{name}: {_hertz(low)} to {_hertz(high)} Hz expected, got {value}")
    return found


def _hertz(millihertz):
    """Return the text of a frequency, which is the same in single and in double precision."""
    return "%d.%03d" % (millihertz // 1000, millihertz % 1000)


def count(name: str, items) -> int:
    """Return the number of items of a sequence."""
    try:
        return len(items)
    except TypeError:
        raise TypeError(f"{name}: sequence expected, got {items!r}") from None
