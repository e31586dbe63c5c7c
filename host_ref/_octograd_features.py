"""The twin of the C module of this name: what is made of samples before a net sees them."""

from _octograd_arguments import (
    _get_buffer,
    _get_int,
    _get_items,
    _get_tensor,
    _outside,
)
from octograd_ref import filter as _filter
from octograd_ref import mel as _mel
from octograd_ref import spectrum as _spectrum
from octograd_ref import summary as _summary

_CHANNELS_MAX = 4096
_SECTION_LIMITS = ((0, 1), *((0, 32767), (-15, 30)) * 3)
_SECTIONS_MAX = 8
_LOG2_MIN, _LOG2_MAX = 3, 10
_UNIT_MAX = 8
_COSINE_MAX = 128


def _get_frames(obj, name, channels, writable):
    x = _get_tensor(obj, name, "h", writable)
    if x.size % channels:
        _get_items(obj, name, "h", writable, max(x.size // channels, 1) * channels)
    return x.reshape(-1, channels)


def _get_channels(value):
    return _get_int(value, "channels", 1, _CHANNELS_MAX)


def summary(x, channels, out):
    channels = _get_channels(channels)
    x = _get_frames(x, "x", channels, False)
    out = _get_items(out, "out", "h", True, 5 * channels)
    out[:] = _summary.summary(x).ravel()


def _get_sections(obj):
    items = _get_buffer(obj, "sections", "h", False)
    fields = len(_filter.Section._fields)
    if not fields <= items.size <= fields * _SECTIONS_MAX or items.size % fields:
        kind = " items, 7 a section,"
        raise _outside("sections", fields, fields * _SECTIONS_MAX, kind, items.size)
    sections = [_filter.Section(*section) for section in items.reshape(-1, fields).tolist()]
    for section in sections:
        for name, value, limits in zip(section._fields, section, _SECTION_LIMITS, strict=True):
            _get_int(value, f"sections: {name}", *limits)
    return sections


def filter_apply(sections, x, channels, state, out):
    sections = _get_sections(sections)
    channels = _get_channels(channels)
    x = _get_frames(x, "x", channels, False)
    shape = channels, len(sections), 2
    state = _get_items(state, "state", "i", True, channels * len(sections) * 2)
    out = _get_items(out, "out", "h", True, x.size)
    made, after = _filter.filter_apply(sections, x, state.reshape(shape))
    out[:], state[:] = made.ravel(), after.ravel()


def _get_power(obj, writable):
    power = _get_buffer(obj, "power", "I", writable)
    for log2_n in range(_LOG2_MIN, _LOG2_MAX + 1):
        if power.size == 2**log2_n + 2:
            return power, log2_n
    kind = " items, 2 more than 2^n,"
    raise _outside("power", 2**_LOG2_MIN + 2, 2**_LOG2_MAX + 2, kind, power.size)


def _get_power_exponent(value):
    return _get_int(value, "e_power", -10, 14)


def _get_edges(obj, n, log2_n):
    edges = _get_items(obj, "edges", "h", False, n).tolist()
    low = 0
    for edge in edges:
        low = _get_int(edge, "edges", low, 2 ** (log2_n - 1) + 1)
    return edges


def power_spectrum(x, channels, channel, power):
    channels = _get_channels(channels)
    x = _get_frames(x, "x", channels, False)
    channel = _get_int(channel, "channel", 0, channels - 1)
    power, log2_n = _get_power(power, True)
    if not 2 <= x.shape[0] <= 2**log2_n:
        raise _outside("x", 2, 2**log2_n, " frames", x.shape[0])
    made, e_power = _spectrum.power_spectrum(x[:, channel], log2_n)
    power[: made.size], power[made.size :] = made, 0
    return e_power


def band_magnitude(power, e_power, n, edges, unit, out):
    power, log2_n = _get_power(power, False)
    e_power = _get_power_exponent(e_power)
    n = _get_int(n, "n", 2, 2**log2_n)
    unit = _get_int(unit, "unit", -_UNIT_MAX, _UNIT_MAX)
    out = _get_tensor(out, "out", "h", True)
    edges = _get_edges(edges, out.size + 1, log2_n)
    out[:] = _spectrum.band_magnitude(power, e_power, n, log2_n, edges, unit)


def mel_energy(power, e_power, edges, weights, out):
    power, log2_n = _get_power(power, False)
    e_power = _get_power_exponent(e_power)
    out = _get_tensor(out, "out", "h", True)
    edges = _get_edges(edges, out.size + 2, log2_n)
    weights = _get_items(weights, "weights", "h", False, edges[-1])
    out[:] = _mel.mel_energy(power, e_power, edges, weights)


def cosine_transform(x, out):
    x = _get_buffer(x, "x", "h", False)
    if not 1 <= x.size <= _COSINE_MAX:
        raise _outside("x", 1, _COSINE_MAX, " items", x.size)
    out = _get_buffer(out, "out", "h", True)
    if not 1 <= out.size <= x.size:
        raise _outside("out", 1, x.size, " items", out.size)
    out[:] = _mel.cosine_transform(x, out.size)
