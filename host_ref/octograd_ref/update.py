"""Gradient descent on two-byte and one-byte weights (docs/numerics.md, "Update" ff.)."""

from typing import NamedTuple

import numpy as np

from .fixed import clamp, decay, round_shift
from .rng import rng_next

BIAS_EXPONENT = -16
BIAS_MAX = 2**29
WEIGHT_MAX = 127 * 256 + 127
WEIGHT_EXPONENT_MAX = 127
GRADIENT_MAX = 2**26
STOPPED_SHIFT = 8


class Rate(NamedTuple):
    """The learning rate ``factor * 2**-shift`` and more; fields as ``og_rate_t``."""

    factor: int
    shift: int
    normalize: int = 0
    momentum: int = 0


class Weights(NamedTuple):
    """
    What an update changes.

    Attributes:
        w: (rows, n) int8.
        residual: (rows, n) int8, or None for one-byte weights.
        velocity: (rows * n + biases,) int16, or None without momentum.
        b: (biases,) int32; as many as rows, or any number with a single row.
        e_w: Exponent of w.
        state: State of the generator, used without a residual.
    """

    w: np.ndarray
    residual: np.ndarray | None
    velocity: np.ndarray | None
    b: np.ndarray
    e_w: int
    state: int


class Batch(NamedTuple):
    """Gradients summed over a batch, int64 within int32; None before the first sample."""

    g: np.ndarray | None = None
    g_bias: np.ndarray | None = None
    e_gw: int = 0
    e_gb: int = 0
    begun: int = 0


def step_shifts(rate, e_gw, e_gb, e_w, g):
    """
    Return the right shifts that make steps of gradients.

    Args:
        rate: `Rate`.
        e_gw: Exponent of the gradient by the weights.
        e_gb: Exponent of the gradient by the biases.
        e_w: Exponent of w.
        g: (rows, n) int64, the gradient by the weights.

    Returns:
        The shift for the weights and that for the bias: ints, or with
        ``rate.normalize`` (rows, 1) arrays.
    """
    if not rate.normalize:
        return e_w - 8 - e_gw + rate.shift, BIAS_EXPONENT - e_gb + rate.shift
    # Limited after each term, which is the same as at the end: terms are not negative.
    sums = np.minimum(np.abs(clamp(g, GRADIENT_MAX)).sum(1), 2**31)
    means = sums // g.shape[1]
    sizes = [max((int(m) + (int(m) >> 1)).bit_length() - 1, 0) for m in means]
    size = np.array(sizes, np.int64)[:, None]
    bias = BIAS_EXPONENT + rate.shift + size + e_gw - e_gb
    return size - 8 + e_w + rate.shift, bias


def noise(state, n):
    """Return the new state and ``n`` random bytes, four of each draw, low first."""
    draws = []
    for _ in range(-(-n // 4)):
        state = rng_next(state)
        draws.append(state)
    return state, np.array(draws, "<u4").view(np.int8)[:n]


def row_noise(state, shape):
    """Return the new state and random bytes of a shape, each row beginning with a draw."""
    low = np.empty(shape, np.int8)
    for row in low:
        state, row[:] = noise(state, row.size)
    return state, low


def split(w16):
    """Return the int8 weight and the int8 residual of 16-bit weights."""
    high = round_shift(w16, 8)
    return high.astype(np.int8), (w16 - 256 * high).astype(np.int8)


def update_velocity(v, g, momentum):
    """Return the new velocity, int64."""
    return clamp(decay(v.astype(np.int64), momentum) + g, 32767)


def update_layer(layer, g, g_bias, moved, e_gw, e_gb, rate):
    """
    Move a layer against its gradient.

    Args:
        layer: `Weights`.
        g: (rows, n) int64.
        g_bias: (biases,) int64.
        moved: (rows,) bool, which rows have an error; with momentum all move.
        e_gw: Exponent of g.
        e_gb: Exponent of g_bias.
        rate: `Rate`.

    Returns:
        The new `Weights`.
    """
    rows = np.flatnonzero(moved) if layer.velocity is None else np.arange(len(g))
    if not rows.size:
        return layer
    shift, bias_shift = step_shifts(rate, e_gw, e_gb, layer.e_w, g[rows])
    w, b, state = layer.w.copy(), layer.b.copy(), layer.state
    residual = None if layer.residual is None else layer.residual.copy()
    velocity = None if layer.velocity is None else layer.velocity.copy()
    if residual is None:
        state, low = row_noise(state, w[rows].shape)
    else:
        low = residual[rows]

    scaled = clamp(g[rows], GRADIENT_MAX) * rate.factor
    if velocity is None:
        step = round_shift(scaled, shift)
    else:
        v = velocity[: w.size].reshape(w.shape)
        v[:] = update_velocity(v, round_shift(scaled, shift - 4), rate.momentum)
        step = round_shift(v.astype(np.int64), 4)
    changes = step != 0
    w16 = w[rows].astype(np.int64) * 256 + low - step
    limited = clamp(w16, WEIGHT_MAX)
    clamped = int((changes & (w16 != limited)).sum())
    high, rest = split(limited)
    w[rows] = np.where(changes, high, w[rows])
    if residual is not None:
        residual[rows] = np.where(changes, rest, residual[rows])

    own = rows if len(b) == len(g) else slice(None)
    scaled = clamp(g_bias[own], GRADIENT_MAX) * rate.factor
    step = round_shift(scaled, np.reshape(bias_shift, -1) if rate.normalize else bias_shift)
    if velocity is not None:
        v = velocity[w.size :]
        v[:] = update_velocity(v, step, rate.momentum)
        step = v.astype(np.int64)
    b[own] = clamp(clamp(b[own].astype(np.int64), BIAS_MAX) - step, BIAS_MAX)

    layer = Weights(w, residual, velocity, b, layer.e_w, state)
    return make_room(layer, clamped)


def make_room(layer, clamped):
    """Return `Weights` after so many of them were clamped in one update."""
    stopped = layer.w.size >> STOPPED_SHIFT if layer.residual is None else 0
    return halve(layer) if clamped > stopped else layer


def halve(layer):
    """Return `Weights` of twice the range."""
    if layer.e_w >= WEIGHT_EXPONENT_MAX:
        return layer
    w16, state = whole(layer)
    w, rest = split(round_shift(w16, 1))
    velocity = layer.velocity
    if velocity is not None:
        velocity = velocity.copy()
        n = layer.w.size
        velocity[:n] = round_shift(velocity[:n].astype(np.int64), 1)
    residual = None if layer.residual is None else rest
    return layer._replace(
        w=w, residual=residual, velocity=velocity, e_w=layer.e_w + 1, state=state
    )


def whole(layer):
    """Return 16-bit weights, with low bytes drawn where there is no residual, and the state."""
    state, low = layer.state, layer.residual
    if low is None:
        state, low = noise(state, layer.w.size)
        low = low.reshape(layer.w.shape)
    return layer.w.astype(np.int64) * 256 + low, state


def weight_decay(layer):
    """Return `Weights` after weight decay: each loses 2**-8 of itself."""
    w16, state = whole(layer)
    w, rest = split(clamp(w16 - round_shift(w16, 8), WEIGHT_MAX))
    residual = None if layer.residual is None else rest
    return layer._replace(w=w, residual=residual, state=state)


def weight_pull(layer, rate, importance, anchor, e_anchor):
    """
    Return `Weights` after a pull towards where they were.

    Args:
        layer: `Weights`.
        rate: `Rate`: an importance of 128 would take this share of the way.
        importance: (rows, n) int8.
        anchor: (rows, n) int8, exponent ``e_anchor``.
        e_anchor: Exponent of anchor.
    """
    w16, state = whole(layer)
    goal = clamp(round_shift(anchor.astype(np.int64) * 256, layer.e_w - e_anchor), WEIGHT_MAX)
    step = round_shift(rate.factor * importance.astype(np.int64) * (w16 - goal), rate.shift + 7)
    w, rest = split(clamp(w16 - step, WEIGHT_MAX))
    residual = layer.residual
    if residual is not None:
        residual = np.where(step != 0, rest, residual)
    return layer._replace(w=np.where(step != 0, w, layer.w), residual=residual, state=state)


def add_to_batch(batch, g, g_bias, moved, e_gw, e_gb):
    """
    Add one sample's gradients to a batch.

    Args:
        batch: `Batch`.
        g: (rows, n) int64, exponent ``e_gw``.
        g_bias: (biases,) int64, exponent ``e_gb``.
        moved: (rows,) bool, which rows have an error.
        e_gw: Exponent of g.
        e_gb: Exponent of g_bias.

    Returns:
        The new `Batch`.
    """
    if not batch.begun:
        batch = Batch(np.zeros_like(g), np.zeros_like(g_bias), e_gw, e_gb, 1)
    own = moved if len(g_bias) == len(g) else np.full(len(g_bias), moved[0])
    sums = _added(batch.g, round_shift(g, batch.e_gw - e_gw))
    bias_sums = _added(batch.g_bias, round_shift(g_bias, batch.e_gb - e_gb))
    return batch._replace(
        g=np.where(moved[:, None], sums, batch.g), g_bias=np.where(own, bias_sums, batch.g_bias)
    )


def _added(sums, g):
    return clamp(clamp(sums, GRADIENT_MAX) + g, GRADIENT_MAX)


def batch_apply(layer, batch, rate):
    """Return `Weights` moved against the sums of a `Batch`."""
    if not batch.begun:
        return layer
    own = batch.g_bias.reshape(len(batch.g), -1)
    moved = batch.g.any(1) | own.any(1)
    return update_layer(layer, batch.g, batch.g_bias, moved, batch.e_gw, batch.e_gb, rate)
