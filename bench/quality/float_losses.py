"""Losses of float32 outputs: each returns its value, and the error that goes back."""

import numpy as np


def softmax_cross_entropy(logits, label):
    """The target is a class number."""
    error = np.exp(logits - logits.max())
    error /= error.sum()
    loss = -np.log(max(float(error[label]), 1e-30))
    error[label] -= 1
    return loss, error


def mean_squared_error(y, target):
    """Half the sum of squares."""
    error = y - target
    return error @ error / 2, error


def binary_cross_entropy(logits, target):
    """Sigmoid and cross-entropy of each output, summed; targets are 0 to 1."""
    loss = np.logaddexp(0, logits) - target * logits
    return loss.sum(), sigmoid(logits) - target


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))
