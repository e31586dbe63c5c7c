"""The figures of a training: how they are compared and written."""

_LOWER = ("squared error",)
_DIGITS = {"squared error": 5, "AUC": 4}


def merit(metric, value):
    """Return a number that is larger the better a figure is."""
    return -value if metric in _LOWER else value


def digits(metric):
    """Return how many digits after the point say something."""
    return _DIGITS.get(metric, 2)
