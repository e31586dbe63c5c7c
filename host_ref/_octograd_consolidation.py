"""The twin of the C module of this name: which weights matter for an old task."""

from _octograd_arguments import (
    _get_batch,
    _get_buffer,
    _get_exponent,
    _get_int,
    _get_items,
    _get_rate,
    _get_rng,
    _outside,
)
from octograd_ref import importance as _importance
from octograd_ref import update as _update


def weight_pull(rate, rng, w, residual, e_w, importance, anchor, e_anchor):
    rate = _get_rate(rate)
    rng = _get_rng(rng)
    w = _get_buffer(w, "w", "b", True)
    if residual is not None:
        residual = _get_items(residual, "residual", "b", True, w.size)
    e_w = _get_items(e_w, "e_w", "b", False, 1)
    importance = _get_items(importance, "importance", "b", False, w.size)
    anchor = _get_items(anchor, "anchor", "b", False, w.size)
    e_anchor = _get_exponent(e_anchor, "e_anchor")
    layer = _update.Weights(w, residual, None, None, int(e_w[0]), int(rng[0]))
    new = _update.weight_pull(layer, rate, importance, anchor, e_anchor)
    w[:], rng[0] = new.w, new.state
    if residual is not None:
        residual[:] = new.residual


def importance_add(batch, sums, exponent, total):
    batch = _get_batch(batch)
    total = _get_buffer(total, "total", "I", True)
    sums = _get_buffer(sums, "sums", "i", False)
    if sums.size < total.size:
        raise _outside("sums", total.size, total.size, " items", sums.size)
    exponent = _get_int(exponent, "exponent", -2047, 2047)
    batch[2] = 0
    g = sums[: total.size]
    total[:], exponent = _importance.importance_add(g, int(batch[0]), exponent, total)
    return exponent


def importance_scale(total, shift, importance):
    total = _get_buffer(total, "total", "I", False)
    shift = _get_int(shift, "shift", 0, 31)
    importance = _get_items(importance, "importance", "b", True, total.size)
    importance[:] = _importance.importance_scale(total, shift)
