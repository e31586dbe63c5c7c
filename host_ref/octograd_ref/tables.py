"""The constant tables, from their formulas (docs/numerics.md, section 15)."""

from statistics import NormalDist

import numpy as np

EXP = np.floor(32767 * np.exp(-np.arange(256) / 16) + 0.5).astype(np.uint16)

_I = np.arange(-128, 128) / 16
SIGMOID_Q15 = np.floor(32768 / (1 + np.exp(-_I)) + 0.5).astype(np.uint16)
SIGMOID = np.minimum(np.floor(128 / (1 + np.exp(-_I)) + 0.5), 127).astype(np.int8)
TANH = np.clip(np.floor(128 * np.tanh(_I) + 0.5), -127, 127).astype(np.int8)

# Of a log-variance in 1/16: the standard deviation, and the slope of KL, (exp - 1) / 2.
SIGMA = np.floor(256 * np.exp(_I / 2) + 0.5).astype(np.uint16)
KL_SLOPE = np.minimum(np.floor(128 * (np.exp(_I) - 1) + 0.5), 32767).astype(np.int16)

_QUANTILES = [NormalDist().inv_cdf((i + 0.5) / 256) for i in range(256)]
NORMAL = np.floor(32 * np.array(_QUANTILES) + 0.5).astype(np.int8)

# For logarithms and angles, which are interpolated between the items.
LOG2 = np.floor(32768 * np.log2(1 + np.arange(33) / 32) + 0.5).astype(np.uint16)
SINE = np.floor(32768 * np.sin(np.pi * np.arange(257) / 512) + 0.5).astype(np.uint16)
