"""The constant tables, from their formulas (docs/numerics.md, section 15)."""

import numpy as np

EXP = np.floor(32767 * np.exp(-np.arange(256) / 16) + 0.5).astype(np.uint16)

_I = np.arange(-128, 128) / 16
SIGMOID_Q15 = np.floor(32768 / (1 + np.exp(-_I)) + 0.5).astype(np.uint16)
SIGMOID = np.minimum(np.floor(128 / (1 + np.exp(-_I)) + 0.5), 127).astype(np.int8)
TANH = np.clip(np.floor(128 * np.tanh(_I) + 0.5), -127, 127).astype(np.int8)
