"""Activations, forward and backward (docs/numerics.md, section 5)."""

import numpy as np

LINEAR, RELU = 0, 1


def activate(v, activation):
    """Return the activation of requantised sums ``v``, before saturation."""
    return np.maximum(v, 0) if activation == RELU else v


def activation_backward(d, y, activation):
    """Return the gradient ``d`` as it passes the activation that made ``y``."""
    return np.where(y > 0, d, 0) if activation == RELU else d
