"""The constant tables, from their formulas (docs/numerics.md, section 11)."""

import numpy as np

EXP = np.floor(32767 * np.exp(-np.arange(256) / 16) + 0.5).astype(np.uint16)
