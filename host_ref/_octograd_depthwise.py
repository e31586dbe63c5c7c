"""The twin of the C module of this name: convolutions of each channel on its own."""

from _octograd_windows import _backward_x, _forward


def depthwise_conv2d_forward(window, x, w, b, e_x, e_w, activation, training, range, y):
    return _forward(True, window, x, w, b, e_x, e_w, activation, training, range, y)


def depthwise_conv2d_backward_x(
    window, dy, w, e_dy, e_w, x, e_x, activation, pending, e_pending, range, dx
):
    error = (x, e_x, activation, pending, e_pending)
    return _backward_x(True, window, dy, w, e_dy, e_w, *error, range, dx)
