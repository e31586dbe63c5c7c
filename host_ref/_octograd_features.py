"""The twin of the C module of this name: what is made of samples before a net sees them."""

from _octograd_arguments import (
    _get_buffer,
    _get_int,
    _get_items,
    _get_tensor,
    _outside,
)
from octograd_ref import filter as _filter
from octograd_ref import summary as _summary

_CHANNELS_MAX = 4096
_SECTION_LIMITS = ((0, 1), *((0, 32767), (-15, 30)) * 3)
_SECTIONS_MAX = 8


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
