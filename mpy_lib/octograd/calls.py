"""
Calls: the kernels that a training step calls, with all buffers at hand.

To look up methods and buffers of a layer takes Python longer than many a kernel works, so a
Trainer lists its calls once. What is not a kernel of Dense or of a convolution is OTHER.
"""

import _octograd
import _octograd_train

from .arena import BYTES, KEEP, LATENT, SUMS, UPDATE
from .model import forward_hidden

OTHER, DENSE, WINDOW, DENSE_UPDATE, WINDOW_UPDATE, DENSE_GRADIENT, WINDOW_GRADIENT = range(7)


def forward_calls(nodes, tensors, exponents, indices) -> tuple:
    """Return a call for each node and what they work on, for run_forward()."""
    calls = []
    for i, node in enumerate(nodes[:-1]):
        layer, source = node.layer, node.sources[0]
        kernels = layer.kernels()
        if kernels is None or kernels[1] is None or len(node.sources) > 1:
            calls.append((OTHER, i + 1, source) + 8 * (None,))
            continue
        window, f, _, _ = kernels
        kind = DENSE if window is None else WINDOW
        buffers = (layer.w, layer.b, layer.e_w, layer.activation, layer.y_range, tensors[i + 1])
        calls.append((kind, i + 1, source, f, window) + buffers)
    last = nodes[-1]
    layer = last.layer
    window, _, f, _ = layer.kernels()
    output = last.sources[0], f, window, layer.w, layer.b, layer.e_w
    return calls, output, nodes, tensors, exponents, indices


def run_forward(listed, outputs) -> int:
    """Run all nodes in training; return the exponent of the outputs. Allocates nothing."""
    calls, output, nodes, tensors, exponents, indices = listed
    for kind, i, source, f, window, w, b, e_w, activation, range, y in calls:
        if kind == WINDOW:
            exponents[i] = f(
                window, tensors[source], w, b, exponents[source], e_w, activation, True, range, y
            )
        elif kind == DENSE:
            exponents[i] = f(
                tensors[source], w, b, exponents[source], e_w, activation, True, range, y
            )
        else:
            forward_hidden(nodes, i - 1, i, tensors, exponents, indices, True)
    source, f, window, w, b, e_w = output
    if window is None:
        return f(tensors[source], w, b, exponents[source], e_w, outputs)
    return f(window, tensors[source], w, b, exponents[source], e_w, outputs)


def backward_calls(steps, training) -> list:
    """
    Return a call for each step of the way back, for a Trainer.

    Args:
        steps: Of the Trainer.
        training: By id of each layer with weights, what its training_memory() returned.
    """
    calls = []
    for s in steps:
        layer, slots = s.layer, (s.dy_slot, s.source)
        if s.kind == UPDATE:
            calls.append(_update_call(s, layer, slots, training[id(layer)]))
            continue
        kernels = layer.kernels()
        if kernels is None or s.kind != SUMS:
            calls.append((OTHER, s) + slots + 10 * (None,))
            continue
        window, _, _, backward_x = kernels
        pending = s.pending_slot if s.pending is not None else s.dx_slot
        call = (DENSE if window is None else WINDOW, backward_x) + slots
        # Without an activation x is not looked at, and its place may be taken.
        call += (window, s.dy, layer.w, layer.e_w, s.undone, s.pending, pending, s.range, s.dx)
        calls.append(call + (s.dx_slot,))
    return calls


def _update_call(s, layer, slots, training):
    residual, velocity, sums, batch = training
    window, update, gradient = layer.updates()
    if sums is not None:
        call = (DENSE_GRADIENT if window is None else WINDOW_GRADIENT, gradient) + slots
        return call + (window, s.dy, s.scratch, batch, sums) + 5 * (None,)
    call = (DENSE_UPDATE if window is None else WINDOW_UPDATE, update) + slots
    call += (window, s.dy, layer.w, layer.e_w, layer._rng, residual, velocity, layer.b, s.scratch)
    return call + (None,)


def run_backward(listed, rate, e_loss, fraction) -> None:
    """
    Run all steps of the way back. Allocates nothing.

    Args:
        listed: What backward_calls() returned, the tensors, their exponents, those of errors, and
            which of these is the loss's.
        rate: Of the optimizer.
        e_loss: Exponent of the loss's error.
        fraction: Of the channels that a partial update keeps, in units of 2**-15, or 0.
    """
    calls, tensors, exponents, errors, output = listed
    # Exponents of errors are relative to that of the loss's error, or of a latent layer's,
    # until they move weights.
    errors[output] = 0
    # The last ten are of a way back; what they are of an update says backward_calls().
    for (
        kind,
        f,
        dy_slot,
        source,
        window,
        dy,
        w,
        e_w,
        p,
        q,
        r,
        s,
        t,
        slot,
    ) in calls:
        e_dy = errors[dy_slot]
        if kind == OTHER:
            e_loss = _run_other(f, tensors, exponents, errors, e_loss, fraction)
            continue
        x, e_x = tensors[source], exponents[source]
        if kind == WINDOW_UPDATE:
            f(window, dy, x, e_loss + e_dy, e_x, rate, p, w, q, r, s, e_w, t)
        elif kind == DENSE_UPDATE:
            f(dy, x, e_loss + e_dy, e_x, rate, p, w, q, r, s, e_w)
        elif kind == WINDOW_GRADIENT:
            f(window, dy, x, e_loss + e_dy, e_x, w, e_w, p)
        elif kind == DENSE_GRADIENT:
            f(dy, x, e_loss + e_dy, e_x, e_w, p)
        else:
            # Without an activation x is not looked at, and its place may be taken.
            x = x if p else t
            if kind == WINDOW:
                errors[slot] = f(window, dy, w, e_dy, e_w, x, e_x, p, q, errors[r], s, t)
            else:
                errors[slot] = f(dy, w, e_dy, e_w, x, e_x, p, q, errors[r], s, t)


def _run_other(s, tensors, exponents, errors, e_loss, fraction) -> int:
    """Do a step that has no call of its own; return e_loss for those below."""
    # A fraction of 0 keeps all channels, and is not counted in the report.
    e_dy = errors[s.dy_slot]
    if s.kind == KEEP:
        if fraction:
            s.kept += _octograd_train.partial_keep(s.dy, s.channels, fraction, s.scratch)
        return e_loss
    if s.kind == LATENT:
        errors[s.dx_slot] = 0
        return s.layer.error(s.dy, e_loss + e_dy, s.dx)
    y, e = tensors[s.source], exponents[s.source]
    if s.kind == BYTES:
        if s.dx is not s.dy:
            errors[s.dx_slot] = s.layer.route(s.dy, e_dy, s.dx)
            if s.undone:
                _octograd.activation_backward(s.dx, y, e, s.undone, s.dx)
    else:
        # Without an activation x is not looked at, and its place may be taken.
        e_pending = 0 if s.pending is None else errors[s.pending_slot]
        errors[s.dx_slot] = s.layer.backward_x(
            s.dy,
            e_dy,
            y if s.undone else s.dx,
            e,
            s.undone,
            s.pending,
            e_pending,
            s.range,
            s.dx,
        )
    return e_loss


def apply_batch(layer, rate) -> None:
    """Make one step against the gradients that were summed."""
    _octograd_train.batch_apply(
        layer._rows,
        layer._n_b,
        layer._batch,
        layer.sums,
        rate,
        layer._rng,
        layer.w,
        layer.residual,
        layer.velocity,
        layer.b,
        layer.e_w,
    )


def decay(layer) -> None:
    """Take 1/256 of itself from each weight."""
    _octograd_train.weight_decay(layer._rng, layer.w, layer.residual)
