"""The twin of the C module of this name: updates of convolutions."""

from _octograd_windows import _gradient, _window_update


def conv2d_update(window, dy, x, e_dy, e_x, rate, rng, w, residual, velocity, b, e_w, scratch):
    weights = (rng, w, residual, velocity, b, e_w)
    _window_update(False, window, dy, x, e_dy, e_x, rate, *weights, scratch)


def conv2d_gradient(window, dy, x, e_dy, e_x, scratch, batch, sums):
    _gradient(False, window, dy, x, e_dy, e_x, scratch, batch, sums)


def depthwise_conv2d_update(
    window, dy, x, e_dy, e_x, rate, rng, w, residual, velocity, b, e_w, scratch
):
    weights = (rng, w, residual, velocity, b, e_w)
    _window_update(True, window, dy, x, e_dy, e_x, rate, *weights, scratch)


def depthwise_conv2d_gradient(window, dy, x, e_dy, e_x, scratch, batch, sums):
    _gradient(True, window, dy, x, e_dy, e_x, scratch, batch, sums)
