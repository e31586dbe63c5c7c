"""The twin of the C module of this name: what layers without weights compute."""

from _octograd_arguments import (
    _get_activation,
    _get_exponent,
    _get_int,
    _get_items,
    _get_range,
    _get_rng,
    _get_tensor,
    _range_of,
)
from octograd_ref import add as _add


def add_forward(a, b, e_a, e_b, activation, training, range, z):
    a = _get_tensor(a, "a", "b", False)
    b = _get_items(b, "b", "b", False, a.size)
    e_a = _get_exponent(e_a, "e_a")
    e_b = _get_exponent(e_b, "e_b")
    activation = _get_activation(activation)
    range = _get_range(range, bool(training))
    z = _get_items(z, "z", "b", True, a.size)
    z[:], e_z, learned = _add.add_forward(a, b, e_a, e_b, activation, _range_of(range))
    if training:
        range[:] = learned
    return e_z


def dropout(x, keep, scale, rng, y):
    x = _get_tensor(x, "x", "b", False)
    keep = _get_int(keep, "keep", 1, 65536)
    scale = _get_int(scale, "scale", 128, 256)
    rng = _get_rng(rng)
    y = _get_items(y, "y", "b", True, x.size)
    y[:], rng[0] = _add.dropout(x, keep, scale, int(rng[0]))
