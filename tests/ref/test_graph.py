"""A step of whole nets of the reference's functions against PyTorch and finite differences."""

import numpy as np
import pytest

from octograd_ref.activation import LEAKY, LINEAR, RELU, RELU6, SIGMOID_CODE, TANH_CODE
from octograd_ref.loss import binary_cross_entropy, huber, mean_squared_error
from octograd_ref.update import Rate, Weights, split

K1, K3, S1, S2 = (1, 1), (3, 3), (1, 1), (2, 2)


def residual(g):
    """Convolution, inverted residual, max pool, overlapping max pool, average, dense."""
    a = g.linear(0, 6, K3, S2, True, RELU)
    t = g.linear(a, 10, K1, activation=RELU6)
    t = g.depthwise(t, K3, S1, True, RELU)
    t = g.max_pool(g.add(a, g.linear(t, 6, K1), RELU), (2, 2), S2)
    t = g.linear(t, 7, K3, S1, True, LEAKY + 3)
    t = g.average_pool(g.max_pool(t, K3, S2, True), (1, 2))
    g.dense(t, 5)


def separable(g):
    """Odd sizes, even kernels, depthwise stride 2, a linear addition, a global average."""
    a = g.linear(0, 5, (4, 3), S2, True, LEAKY + 2)
    t = g.depthwise(a, (5, 3), S1, True, LEAKY + 1)
    t = g.add(a, g.linear(t, 5, (2, 2), S1, True))
    t = g.linear(g.depthwise(t, K3, S2, True, RELU), 9, K1, activation=RELU)
    g.dense(g.average_pool(t), 5)


def tables(g):
    """Sigmoid and tanh, through a plain max pool and an addition."""
    a = g.linear(0, 6, K3, S2, True, TANH_CODE)
    t = g.add(a, g.linear(a, 6, K3, S1, True, SIGMOID_CODE), TANH_CODE)
    t = g.max_pool(g.linear(t, 7, K3, S2, True, SIGMOID_CODE), (2, 2), S2)
    g.dense(t, 5)


def decoder(g):
    """An autoencoder: transposed and upsampled convolutions, as many outputs as inputs."""
    t = g.linear(0, 6, K3, S2, True, RELU)
    t = g.linear(t, 8, K3, S2, True, RELU)
    t = g.linear(t, 6, (4, 4), S2, True, RELU, "transposed")
    g.linear(t, 2, K3, S2, True, LINEAR, "upsampled")


def signal(g):
    """One dimension."""
    t = g.max_pool(g.linear(0, 8, (5, 1), (2, 1), True, LEAKY + 3), (2, 1), (2, 1))
    t = g.linear(g.depthwise(t, (5, 1), S1, True, RELU), 7, (3, 1), (2, 1), False, RELU)
    g.dense(g.average_pool(t), 5)


def slope(real, code, y):
    """The derivative of an activation at its output."""
    if code in (SIGMOID_CODE, TANH_CODE):
        return y * (1 - y) if code == SIGMOID_CODE else 1 - y**2
    if code >= LEAKY:
        return real.torch.where(y > 0, 1.0, 2.0 ** (LEAKY - code))
    return {LINEAR: y * 0 + 1, RELU: y > 0, RELU6: (y > 0) & (y < 6)}[code]


def real_forward(real, g, x, held):
    """
    The net in PyTorch with the weights that forward passes see.

    With `held` each tensor has the value that the integer net has given it, and the slope of
    the exact function there; else everything is computed in float64.

    Returns weights and biases, and the output.
    """
    tensors, parameters = [real.tensor(x, -7, g.tensors[0].shape)], []
    for n, t in zip(g.nodes, g.tensors[1:], strict=True):
        y = tensors[n.reads[0]]
        if n.layer is not None:
            rows = () if n.kind == "depthwise" else (n.window.out_c,)
            shape = (*rows, *n.geometry[1], n.window.in_c)
            w = real.tensor(n.layer.w, n.layer.e_w, shape)
            b = real.tensor(n.layer.b, -16)
            parameters.append((w, b))
            if n.kind == "depthwise":
                y = real.depthwise(y, w, n.window) + b
            else:
                y = real.conv(y.reshape(n.window.y.n_in, n.window.x.n_in, -1), w, *n.geometry) + b
        elif n.kind == "max":
            y = real.max_pool(y, n.window)
        elif n.kind == "average":
            y = real.average_pool(y, n.window)
        elif n.kind == "add":
            y = y + tensors[n.reads[1]]
        # A pool's tensor carries an activation for the integers' sake only.
        code = LINEAR if n.kind == "max" else t.activation
        if held and n is not g.nodes[-1]:
            value = real.tensor(t.y, t.e, t.shape).detach()
            y = value + slope(real, code, value) * (y - y.detach())
        elif code in (SIGMOID_CODE, TANH_CODE):
            y = real.torch.sigmoid(y) if code == SIGMOID_CODE else real.torch.tanh(y)
        else:
            y = real.activation(y, code)
        tensors.append(y)
    return parameters, tensors[-1].reshape(-1)


def cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


def gradients(g):
    """What each trained layer would be moved by, as reals."""
    trained = [n for n in g.nodes if n.trained]
    return [(n.g * 2.0**n.e_g, n.g_bias * 2.0**n.e_g_bias) for n in trained]


def image(rng, shape):
    """A smooth image with noise, as inputs are; values of -127..127."""
    h, w, c = shape
    y, x, k = np.mgrid[:h, :w, :c]
    a, b, phase = rng.uniform(0.2, 0.9, 3)
    wave = 90 * np.sin(a * y + b * x + 2 * k + 9 * phase) + rng.normal(0, 15, shape)
    return np.clip(wave, -127, 127).astype(np.int8).ravel()


# The least cosine between our gradients and the exact ones: at our own activations, where only
# errors are rounded, and at the exact ones, where ReLUs and pools may decide otherwise too.
HELD, FREE = 0.995, 0.89

LIMIT = 1 << 15
LOSSES = {
    "cross-entropy": (None, lambda real, y, t: real.f.cross_entropy(y[None], t)),
    "mean-squared": (
        mean_squared_error,
        lambda real, y, t: real.f.mse_loss(y, t, reduction="sum") / 2,
    ),
    "huber": (
        lambda y, e_y, t: huber(y, e_y, t, LIMIT),
        lambda real, y, t: real.f.huber_loss(y, t, reduction="sum", delta=LIMIT / 32768),
    ),
    "binary": (
        binary_cross_entropy,
        lambda real, y, t: real.f.binary_cross_entropy_with_logits(y, t, reduction="sum"),
    ),
}


def room_for_the_largest_errors(g):
    """Double what errors may be, as the largest of them saturate otherwise, which is meant."""
    for holder, name in [(t, "range") for t in g.tensors] + [(n, "own") for n in g.nodes]:
        r = getattr(holder, name)
        setattr(holder, name, r._replace(exponent=r.exponent + 1))


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize(
    ("make", "shape", "loss"),
    [
        (residual, (14, 13, 1), "cross-entropy"),
        (residual, (14, 13, 1), "huber"),
        (separable, (13, 11, 2), "cross-entropy"),
        (tables, (12, 12, 1), "cross-entropy"),
        (signal, (49, 1, 4), "cross-entropy"),
        (decoder, (8, 12, 2), "mean-squared"),
        (decoder, (8, 12, 2), "binary"),
    ],
)
def test_gradients_of_a_net_point_where_those_of_pytorch_do(graph, real, make, shape, loss, held):
    integer, exact = LOSSES[loss]
    rng = np.random.default_rng(8)
    g = graph(shape, rng, **({"loss": integer} if integer else {}))
    make(g)
    ours, theirs = [], []
    for k in range(24):
        x = image(rng, shape)
        n_out = g.nodes[-1].window.out_c
        if loss == "cross-entropy":
            target = k % n_out
            wanted = real.torch.tensor([target])
        else:
            target = np.abs(x) if make is decoder else rng.integers(0, 128, n_out, dtype=np.int8)
            wanted = real.tensor(target, -7).detach()
        if k == 4:
            room_for_the_largest_errors(g)
        # Only the ranges learn, which begin with the first samples: a rate of nothing.
        g.train_step(x, target, Rate(1, 250))
        if k < 4:
            continue
        parameters, y = real_forward(real, g, x, held)
        exact(real, y, wanted).backward()
        ours.append([v.ravel() for pair in gradients(g) for v in pair])
        theirs.append([v.grad.numpy().ravel() for pair in parameters for v in pair])

    # Of all samples, so that those with small gradients count less; and about as long.
    for k, items in enumerate(zip(*ours, strict=True)):
        a, b = np.concatenate(items), np.concatenate([sample[k] for sample in theirs])
        assert cosine(a, b) > (HELD if held else FREE), f"parameters {k}"
        assert 0.9 < np.linalg.norm(a) / np.linalg.norm(b) < 1.1


def test_dropout_sends_errors_back_to_what_it_kept_and_no_other(graph):
    rng = np.random.default_rng(3)
    g = graph((5, 5, 2), rng)
    t = g.linear(0, 4, K3, S1, True, RELU)
    g.dense(g.dropout(t, 40000, 210, 1), 5)

    for k in range(20):
        g.train_step(image(rng, (5, 5, 2)), k % 5, Rate(1, 30))
        error, y = g.tensors[1].pending, g.tensors[2].y
        assert np.all(error[y == 0] == 0)
        # Where an item was kept, its error is that of the output, enlarged.
        sent = g.tensors[2].pending.astype(int)
        np.testing.assert_array_equal(np.clip((sent * 210 + 128) >> 8, -127, 127), error)
        assert g.tensors[2].e_pending + 1 == g.tensors[1].e_pending
        assert 0 < (y == 0).mean() < 1


def test_errors_stop_at_what_is_not_trained(graph):
    rng = np.random.default_rng(3)
    g = graph((1, 1, 9), rng)
    g.dense(g.dense(g.dense(0, 8, RELU, trainable=False), 7, RELU), 5)

    for k in range(5):
        g.train_step(rng.integers(0, 128, 9).astype(np.int8), k, Rate(1, 5))

    frozen, hidden = g.tensors[1], g.tensors[2]
    assert (False, True) == (frozen.needed, hidden.needed)
    assert frozen.range.count == -1
    # A frozen layer learns the range of its output nevertheless.
    assert (5, 5) == (hidden.range.count, g.nodes[0].y_range.count)


def float_loss(layers, x, label):
    """Cross-entropy in float64 of a ReLU net given as (weights, bias) pairs."""
    for w, b in layers[:-1]:
        x = np.maximum(w @ x + b, 0)
    w, b = layers[-1]
    y = w @ x + b
    return np.log(np.exp(y - y.max()).sum()) + y.max() - y[label]


def dense_net(graph, seed):
    """A net of two dense layers, and a sample."""
    rng = np.random.default_rng(seed)
    g = graph((1, 1, 10))
    for k, (n_out, n_in) in enumerate([(12, 10), (5, 12)]):
        w, low = split(rng.integers(-(2**14), 2**14, (n_out, n_in)))
        b = rng.integers(-(2**14), 2**14, n_out, dtype=np.int32)
        g.dense(k, n_out, LINEAR if k else RELU, Weights(w, low, None, b, -7, 1))
    return g, rng.integers(0, 128, 10, dtype=np.int8), int(rng.integers(5))


@pytest.mark.parametrize("seed", range(20))
def test_a_step_of_a_net_follows_its_gradient_by_finite_differences(seed, graph):
    g, x, label = dense_net(graph, seed)
    before = [n.layer for n in g.nodes]

    g.train_step(x, label, Rate(1, 4))

    # The forward and backward pass see the upper byte of each weight.
    real = [[n.w * 2.0**-7, n.b * 2.0**-16] for n in before]
    for k, (old, new) in enumerate(zip(before, (n.layer for n in g.nodes), strict=True)):
        assert old.e_w == new.e_w
        w16 = [256.0 * n.w + n.residual for n in (new, old)]
        moved = [(w16[0] - w16[1]) * 2.0**-15, (new.b - old.b) * 2.0**-16]
        for part in range(2):
            t, h = real[k][part], 1e-5
            gradient = np.empty_like(t)
            for i in np.ndindex(t.shape):
                here = t[i]
                t[i] = here + h
                above = float_loss(real, x / 128, label)
                t[i] = here - h
                below = float_loss(real, x / 128, label)
                t[i] = here
                gradient[i] = (above - below) / (2 * h)
            # int8 activations and errors and probabilities in sixteenths of a nat.
            error = np.linalg.norm(moved[part] * -16 - gradient)
            assert error <= 0.05 * np.linalg.norm(gradient)
