"""Windows of layers, from the arguments that a layer has."""

from octograd.windows import axis, window


def make_window(sizes, kernel, strides, padding, maker=axis):
    """Return the record of a window; sizes are in_h, in_w, in_c, and out_c if it differs."""
    p = padding if isinstance(padding, tuple) else (padding, padding)
    y = maker(sizes[0], kernel[0], strides[0], p[0])
    x = maker(sizes[1], kernel[1], strides[1], p[1])
    return window(y, x, sizes[2], sizes[-1])
