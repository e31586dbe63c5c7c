"""Which input pixel an output pixel reads at a tap (docs/numerics.md, "Geometry")."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np


class Axis(NamedTuple):
    """One axis; fields as ``og_axis_t``."""

    n_in: int
    n_out: int
    kernel: int
    stride: int = 1
    sign: int = 1
    offset: int = 0
    divisor: int = 1
    exact: int = 0


class Window(NamedTuple):
    """Rows, columns and channels; fields as ``og_window_t``."""

    y: Axis
    x: Axis
    in_c: int
    out_c: int


def axis_source(axis):
    """
    Return the input position that each output position reads at each tap.

    Args:
        axis: `Axis`.

    Returns:
        (n_out, kernel) int64, -1 where nothing is read.

    Example:
        Three taps, stride 2, one pixel of padding before the first.

        >>> axis_source(Axis(4, 2, 3, stride=2, offset=-1))
        array([[-1,  0,  1],
               [ 1,  2,  3]])
    """
    o, k = np.arange(axis.n_out)[:, None], np.arange(axis.kernel)[None, :]
    u = o * axis.stride + axis.sign * k + axis.offset
    i = u // axis.divisor
    valid = (u >= 0) & (i < axis.n_in)
    if axis.exact:
        valid &= u % axis.divisor == 0
    return np.where(valid, i, -1)


@lru_cache(maxsize=256)
def window_source(window):
    """
    Return the input pixel that each output pixel reads at each tap.

    Args:
        window: `Window`.

    Returns:
        (out_h * out_w, k_h * k_w) int64, -1 where nothing is read.
    """
    rows, columns = axis_source(window.y), axis_source(window.x)
    source = rows[:, None, :, None] * window.x.n_in + columns[None, :, None, :]
    valid = (rows >= 0)[:, None, :, None] & (columns >= 0)[None, :, None, :]
    pixels, taps = window.y.n_out * window.x.n_out, window.y.kernel * window.x.kernel
    source = np.where(valid, source, -1).reshape(pixels, taps)
    source.flags.writeable = False  # it is remembered
    return source


def gather(x, source):
    """Return (P, T, C) int64: what is read of ``x`` (pixels, C), 0 where nothing is."""
    values = x.astype(np.int64)[np.maximum(source, 0)]
    return np.where((source >= 0)[:, :, None], values, 0)


def scatter(values, source, n_in):
    """Return (n_in, C) int64: the sums of ``values`` (P, T, C) over the uses of each pixel."""
    sums = np.zeros((n_in, values.shape[2]), np.int64)
    read = source >= 0
    np.add.at(sums, source[read], values[read])
    return sums


def window_inputs(window):
    """Return the number of input pixels."""
    return window.y.n_in * window.x.n_in


def window_uses(window):
    """Return a bound of how many taps read one input pixel."""
    uses = window.y.kernel * window.x.kernel
    for axis in (window.y, window.x):
        uses *= 1 if axis.exact else axis.divisor
    return uses
