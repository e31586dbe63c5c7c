"""Which input pixel an output pixel reads: the geometry of a layer, for the kernels."""

from array import array

from .checks import whole

MAX_LENGTH = 32768  # items of a tensor, and of a sum

# Keras' names for what happens at the edges of an image.
PADDINGS = ("valid", "same")


def check_padding(padding):
    """Return "valid", "same", or (rows, columns) of pixels on each side, as PyTorch pads."""
    if padding in PADDINGS:
        return padding
    both = tuple(padding) if isinstance(padding, (tuple, list)) else (padding, padding)
    if len(both) != 2 or not all([isinstance(p, int) and 0 <= p <= 32767 for p in both]):
        text = "'valid', 'same', int or 2 ints expected"
        raise ValueError(f"padding: {text}, got {padding!r}")
    return both


def split_padding(padding) -> tuple:
    """Return the padding of rows and that of columns."""
    return (padding, padding) if padding in PADDINGS else padding


def pair(name: str, value) -> tuple:
    """Return (rows, columns) of an int or a pair of ints, each at least 1."""
    both = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(both) != 2:
        raise ValueError(f"{name}: int or 2 ints expected, got {value!r}")
    return whole(name, both[0], 1, 32767), whole(name, both[1], 1, 32767)


def size(shape) -> int:
    """Return the number of items of a tensor of this shape."""
    n = 1
    for dimension in shape:
        n *= dimension
    return n


def _checked(n_in, n_out, kernel, *rest) -> tuple:
    if n_out < 1:
        raise ValueError(f"kernel_size: at most {n_in} here expected, got {kernel}")
    return (n_in, n_out, kernel) + rest


def axis(n_in: int, kernel: int, stride: int, padding) -> tuple:
    """Return an axis: n_in, n_out, kernel, stride, sign, offset, divisor, exact."""
    if padding == "same":
        n_out = (n_in + stride - 1) // stride
        before = max((n_out - 1) * stride + kernel - n_in, 0) // 2
    else:
        before = 0 if padding == "valid" else padding
        n_out = (n_in + 2 * before - kernel) // stride + 1
    return _checked(n_in, n_out, kernel, stride, 1, -before, 1, 0)


def transposed_axis(n_in: int, kernel: int, stride: int, padding: str) -> tuple:
    """Return one axis of a transposed convolution."""
    over = max(kernel - stride, 0)
    if padding == "valid":
        return _checked(n_in, n_in * stride + over, kernel, 1, -1, 0, stride, 1)
    return _checked(n_in, n_in * stride, kernel, 1, -1, over // 2, stride, 1)


def upsampled_axis(n_in: int, kernel: int, factor: int, padding: str) -> tuple:
    """Return one axis of a convolution, stride 1, of an image enlarged by `factor`."""
    if padding == "valid":
        return _checked(n_in, n_in * factor - kernel + 1, kernel, 1, 1, 0, factor, 0)
    return _checked(n_in, n_in * factor, kernel, 1, 1, -((kernel - 1) // 2), factor, 0)


def window(y: tuple, x: tuple, in_c: int, out_c: int):
    """
    Return the record of a window, array('h'), as the kernels read it.

    Raises:
        ValueError: An image, or the sums of its pixels, are too large.
    """
    uses = y[2] * x[2]
    for a in (y, x):
        uses *= 1 if a[7] else a[6]
    for what, n in (
        ("input", y[0] * x[0] * in_c),
        ("output", y[1] * x[1] * out_c),
        ("weights of a sum", y[2] * x[2] * in_c),
        ("weights of an error's sum", uses * out_c),
    ):
        if n > MAX_LENGTH:
            raise ValueError(f"{what}: 1 to {MAX_LENGTH} items expected, got {n}")
    record = y + x + (in_c, out_c)
    if max(record) > 32767:
        raise ValueError(f"window: 1 to 32767 expected, got {max(record)}")
    return array("h", record)
