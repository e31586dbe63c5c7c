"""The twin of the C module of this name: convolutions of each channel on its own."""

from _octograd_windows import _backward_x, _forward, _gradient, _window_update


def depthwise_conv2d_forward(window, x, w, b, e_x, e_w, activation, training, range, y):
    return _forward(True, window, x, w, b, e_x, e_w, activation, training, range, y)


def depthwise_conv2d_backward_x(
    window, dy, w, e_dy, e_w, x, e_x, activation, pending, e_pending, range, dx
):
    error = (x, e_x, activation, pending, e_pending)
    return _backward_x(True, window, dy, w, e_dy, e_w, *error, range, dx)


def depthwise_conv2d_update(
    window, dy, x, e_dy, e_x, rate, rng, w, residual, velocity, b, e_w, scratch
):
    weights = (rng, w, residual, velocity, b, e_w)
    _window_update(True, window, dy, x, e_dy, e_x, rate, *weights, scratch)


def depthwise_conv2d_gradient(window, dy, x, e_dy, e_x, scratch, batch, sums):
    _gradient(True, window, dy, x, e_dy, e_x, scratch, batch, sums)
