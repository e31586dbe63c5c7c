"""Sines and cosines in Q15 (docs/numerics.md, "Angles")."""

import numpy as np

from .fixed import round_shift
from .tables import SINE

STEPS = 1024

_QUARTER = SINE.astype(np.int64)
_TURN = np.concatenate([_QUARTER[:256], _QUARTER[:0:-1], -_QUARTER[:256], -_QUARTER[:0:-1]])


def sine_step(i):
    """
    Return ``32768 sin(2 pi i / 1024)`` of an int64 array.

    >>> sine_step(np.array([0, 128, 256, 512, 768, 1025]))
    array([     0,  23170,  32768,      0, -32768,    201])
    """
    return _TURN[i % STEPS]


def sine(phase):
    """Return ``32768 sin(2 pi phase / 2**32)`` of an int64 array, linear between the steps."""
    phase = phase % 2**32
    low, rest = sine_step(phase >> 22), phase >> 7 & 32767
    return low + round_shift((sine_step((phase >> 22) + 1) - low) * rest, 15)


def cosine(phase):
    """
    Return ``32768 cos(2 pi phase / 2**32)`` of an int64 array.

    >>> cosine(np.array([0, 2**29, 2**30 + 1, 2**31]))
    array([ 32768,  23170,      0, -32768])
    """
    return sine(phase + 2**30)
