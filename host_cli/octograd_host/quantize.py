"""Float weights as integers (docs/numerics.md, section 6.2)."""

from typing import NamedTuple

import numpy as np

WEIGHT_MAX = 127
FULL_MAX = 32639  # of a weight with its residual
BIAS_MAX = 2**29
BIAS_EXPONENT = -16
# Below, a row is nothing: sums would have exponents for which no range exists.
MIN_EXPONENT = -30


class Quantized(NamedTuple):
    """
    The integers of one layer.

    Attributes:
        w: int8, of the shape that was given.
        residual: The same, or None without.
        b: (out,) int32, or None.
        e_w: (1,) or (out,) int8.
    """

    w: np.ndarray
    residual: np.ndarray | None
    b: np.ndarray | None
    e_w: np.ndarray


def quantize(w, b, *, residual: bool, row_axis=None, name: str = "weights") -> Quantized:
    """
    Round weights and biases to integers.

    Args:
        w: Float weights of any shape.
        b: (out,) float biases, or None.
        residual: Whether the rest of a weight is kept in a second byte.
        row_axis: The axis of output channels, for an exponent for each of them; else None.
        name: Of the layer, for errors.

    Returns:
        w, at most half a step of 2**e_w away, with a residual half a step of 2**(e_w - 8).

    Raises:
        ValueError: A weight or bias is too large.
    """
    axes = tuple(i for i in range(w.ndim) if i != row_axis)
    largest = np.abs(w).max(axes, keepdims=True)
    with np.errstate(divide="ignore"):
        e_w = np.ceil(np.log2(largest / WEIGHT_MAX))
    e_w = np.maximum(e_w, MIN_EXPONENT)
    if e_w.max() > WEIGHT_MAX:
        raise ValueError(f"{name}: weights up to 2**134 expected, got {largest.max():.3g}")
    if residual:
        full = np.clip(np.floor(w * 2.0 ** (8 - e_w) + 0.5), -FULL_MAX, FULL_MAX)
        high = np.floor(full / 256 + 0.5)
        low = (full - 256 * high).astype(np.int8)
    else:
        high = np.clip(np.floor(w * 2.0**-e_w + 0.5), -WEIGHT_MAX, WEIGHT_MAX)
        low = None
    return Quantized(high.astype(np.int8), low, _biases(b, name), e_w.ravel().astype(np.int8))


def _biases(b, name):
    if b is None:
        return None
    q = np.floor(b * 2.0**-BIAS_EXPONENT + 0.5)
    if np.abs(q).max() > BIAS_MAX:
        raise ValueError(f"{name}: biases up to 8192 expected, got {np.abs(b).max():.3g}")
    return q.astype(np.int32)
