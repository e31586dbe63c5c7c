"""Random cases, from seeds: tensors, exponents, ranges, windows and layers to be updated."""

import numpy as np
import pytest

from octograd_ref.activation import LEAKY, LINEAR, RELU, RELU6, SIGMOID_CODE, TANH_CODE
from octograd_ref.range import WINDOW, Error, Range
from octograd_ref.update import Rate, Weights
from octograd_ref.window import Axis, Window

MAX_LENGTH = 32768
INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1
ACTIVATIONS = [LINEAR, RELU, RELU6, SIGMOID_CODE, TANH_CODE, *range(LEAKY + 1, LEAKY + 8)]
KINDS = ["valid", "same", "transposed-valid", "transposed-same", "up-valid", "up-same"]

# Each seed stands for many generators, as a test of its own for each takes pytest longer.
seeds = pytest.mark.parametrize("seed", range(2))
activations = pytest.mark.parametrize("activation", ACTIVATIONS)
kinds = pytest.mark.parametrize("kind", KINDS)
residuals = pytest.mark.parametrize("with_residual", [True, False], ids=["two-byte", "one-byte"])
momenta = pytest.mark.parametrize("momentum", [0, 3])

# Fresh, within a window, at its end, and as far off as the border lets in.
RANGES = [
    Range(),
    Range(0, 0, 0),
    Range(-20, 127, WINDOW - 1),
    Range(-3, 1, WINDOW - 1),
    Range(511, 127, 100),
    Range(-511, 0, WINDOW - 1),
]
# All pairs would take long.
RANGES_AND_ACTIVATIONS = [
    (r, ACTIVATIONS[k]) for i, r in enumerate(RANGES) for k in (i, (i + 1) % 6, 6 + i)
]


def cases(seed, n=12):
    """The n generators of a seed."""
    return map(np.random.default_rng, range(n * seed, n * seed + n))


def pick(rng, items):
    return items[int(rng.integers(len(items)))]


def int8(rng, *shape):
    """Any bytes, on the whole large, small or mostly zero."""
    a = rng.integers(-128, 128, shape, dtype=np.int8) >> int(rng.integers(0, 8))
    return np.where(rng.random(shape) < pick(rng, [0.0, 0.3, 0.9]), 0, a).astype(np.int8)


def int32(rng, n):
    return rng.integers(INT32_MIN, INT32_MAX + 1, n, dtype=np.int32) >> int(rng.integers(0, 31))


def low(*shape):
    """All -128."""
    return np.full(shape, -128, np.int8)


def exponent(rng):
    """As they are in practice, or anything the border lets in."""
    return int(rng.integers(-20, 5) if rng.random() < 0.7 else rng.integers(-511, 512))


def weight_exponents(rng, n):
    """One exponent, or one for each row: near to each other, or anything."""
    if rng.random() < 0.4:
        return rng.integers(-128, 128, 1, dtype=np.int8)
    if rng.random() < 0.2:
        return rng.integers(-128, 128, n, dtype=np.int8)
    return (int(rng.integers(-30, 5)) + rng.integers(0, pick(rng, [2, 9, 20]), n)).astype(np.int8)


def random_range(rng, near):
    if rng.random() < 0.3:
        return Range()
    count = pick(rng, [0, 1, 100, WINDOW - 2, WINDOW - 1])
    return Range(near + int(rng.integers(-3, 20)), int(rng.integers(0, 128)), count)


def random_error(rng, n):
    """The tensor that an error of n items is for, with and without what another reader left."""
    pending = int8(rng, n) if rng.random() < 0.5 else None
    e_y = int(rng.integers(-8, 3)) if rng.random() < 0.8 else exponent(rng)
    return Error(int8(rng, n), e_y, pick(rng, ACTIVATIONS), pending, exponent(rng))


def axis(kind, n_in, kernel, step):
    """An axis as docs/numerics.md has it; `step` is the stride or the factor of upsampling."""
    beyond = max(kernel - step, 0)
    if kind == "valid":
        return Axis(n_in, (n_in - kernel) // step + 1, kernel, step)
    if kind == "same":
        n_out = -(-n_in // step)
        padding = max((n_out - 1) * step + kernel - n_in, 0)
        return Axis(n_in, n_out, kernel, step, offset=-(padding >> 1))
    if kind == "transposed-valid":
        return Axis(n_in, n_in * step + beyond, kernel, 1, -1, 0, step, 1)
    if kind == "transposed-same":
        return Axis(n_in, n_in * step, kernel, 1, -1, beyond >> 1, step, 1)
    if kind == "up-valid":
        return Axis(n_in, n_in * step - kernel + 1, kernel, divisor=step)
    return Axis(n_in, n_in * step, kernel, offset=-((kernel - 1) >> 1), divisor=step)


def any_axis(rng):
    """An axis that no layer has, but that the border lets in."""
    n_in, n_out, kernel, stride, divisor = rng.integers(1, 6, 5).tolist()
    sign, offset, exact = pick(rng, [-1, 1]), int(rng.integers(-8, 9)), pick(rng, [0, 1])
    return Axis(n_in, n_out, kernel, stride, sign, offset, divisor, exact)


def random_axis(rng, kind, longest=7):
    while True:
        # Some of length 1, and kernels longer than the image.
        n_in = int(rng.integers(1, pick(rng, [2, longest + 1])))
        kernel = int(rng.integers(1, pick(rng, [2, 4, 6])))
        step = int(rng.integers(1, 5 if kind in ("valid", "same") else 4))
        made = axis(kind, n_in, kernel, step)
        if made.n_out >= 1:
            return made


def random_window(rng, kind, in_c, out_c):
    return Window(random_axis(rng, kind), random_axis(rng, kind), in_c, out_c)


def channels(rng):
    return pick(rng, [1, 2, 3, 5, 31, 32, 33, 70]) if rng.random() < 0.4 else 1 + pick(rng, [0, 2])


def random_rate(rng):
    momentum = int(rng.integers(1, 8)) if rng.random() < 0.5 else 0
    return Rate(int(rng.integers(1, 16)), int(rng.integers(0, 31)), int(rng.integers(2)), momentum)


def ones(n):
    return np.ones(n, np.int8)


def exponents(*e):
    return np.array(e, np.int8)


def random_weights(rng, rows, n, n_b, with_residual, with_velocity):
    """A layer to be updated, its velocity anything or 0."""
    w, velocity = int8(rng, rows, n), None
    if with_velocity:
        velocity = rng.integers(-32768, 32768, rows * n + n_b, dtype=np.int16)
        velocity >>= int(rng.integers(0, 16))
    residual = rng.integers(-128, 128, w.shape, dtype=np.int8) if with_residual else None
    e_w = int(rng.integers(-12, 3)) if rng.random() < 0.8 else int(rng.integers(-128, 128))
    return Weights(w, residual, velocity, int32(rng, n_b), e_w, int(rng.integers(1, 2**32)))


def telling_exponent(rng, layer, rate, size):
    """The exponent of dy, with inputs at -7, by which a gradient of about `size` bits matters."""
    if rng.random() < 0.2:
        return exponent(rng)
    # Mostly such that a step is neither 0 nor larger than every weight.
    return layer.e_w - 1 + rate.shift - size + int(rng.integers(-3, 16))
