"""The reference against another implementation of the same numbers, byte for byte."""

from types import SimpleNamespace

import numpy as np
import pytest

from octograd_ref.activation import LEAKY, LINEAR, RELU, RELU6
from octograd_ref.pool import reciprocal
from octograd_ref.range import FRESH
from octograd_ref.update import Rate, Weights, split
from octograd_ref.window import window_inputs, window_source

# More than two windows of the ranges; graphs, which take longer, say for how many steps.
STEPS = 550
CODES = {LINEAR: 0, RELU: 1, RELU6: 2, LEAKY + 3: 3}


def alive(v, sums):
    """What is above 0 stays above 0 through ReLU: our rule (docs/numerics.md, section 17)."""
    return np.where((v == 0) & (sums > 0), 1, v)


def forward_of(module):
    def forward(layer, x, e_x, train):
        sums, e_sums = layer.acc(x, e_x)
        sums, scale = np.maximum(sums, 0), layer.fy
        fresh = scale.e is None
        scale.e = e_sums if fresh else max(scale.e, e_sums)
        largest = sums.max()
        while fresh and largest > 127:
            largest, scale.e = (largest + 1) >> 1, scale.e + 1
        v = alive(module.rsh(sums, scale.e - e_sums), sums)
        layer.y, e_y = module.clamp(v, 127).ravel(), scale.e
        if train:
            scale.after(int(v.max()))
        return layer.y, e_y

    return forward


def activation_of(original):
    def activation(net, n, sums, *exponents):
        v, largest = original(net, n, sums, *exponents)
        v = v if n.act == CODES[LINEAR] else alive(v, sums)
        return v, max(largest, v.max())

    return activation


class Errors:
    """
    Our rule for the ranges of errors in the place of the other (docs/numerics.md, section 17).

    Exponents of errors are relative to that of the loss's error, floors are applied when a
    tensor begins, zeros count unless all sums are 0, and half the largest magnitude does.
    """

    def __init__(self, module):
        self.round_shift, self.clamp = module.rsh, module.clamp
        self.e_loss = 0

    def norm8(self, original):
        def norm8(*args):
            error, shift = original(*args)
            self.e_loss = shift - 15
            return error, shift

        return norm8

    def make(self, scale, sums, e):
        """Return an error made of sums, and its exponent; the range learns."""
        e -= self.e_loss
        before = fresh, *_ = scale.e, scale.m, scale.n
        scale.e = e if fresh is None else max(scale.e, e)
        largest = np.abs(self.round_shift(sums, scale.e - e)).max()
        if fresh is None:
            while largest > 127:
                largest, scale.e = (largest + 1) >> 1, scale.e + 1
        rounded = self.round_shift(sums, scale.e - e)
        used = scale.e
        if rounded.any() or fresh is not None and sums.any():
            scale.after((int(np.abs(rounded).max()) + 1) >> 1)
        else:
            scale.e, scale.m, scale.n = before
        return self.clamp(rounded, 127), used + self.e_loss


def window_of_zeros(after):
    def after_zeros(scale, t):
        # It lowers the exponent by 6 here, and not there.
        zeros = scale.n == 255 and scale.m == 0 and t == 0
        after(scale, t)
        scale.e -= 6 * zeros

    return after_zeros


@pytest.fixture(scope="module")
def numerics(oracle):
    """Dense nets of the other implementation."""
    module = oracle("numerics")
    errors = Errors(module)

    def requant_err(layer, sums, e, below):
        return errors.make(below.fe, np.where(below.y > 0, sums, 0), e)

    module.Layer.requant_err, module.Layer.fwd = requant_err, forward_of(module)
    module.norm8 = errors.norm8(module.norm8)
    return module


@pytest.fixture(scope="module")
def layers(oracle):
    """Graphs of the other implementation."""
    module = oracle("layers")
    errors = Errors(module)

    def requ(net, t, sums, e, up=None):
        q = net.N[t - 1]
        sums = sums.reshape(-1, q.co)
        if q.cnt:
            pending = module.rsh(q.er.reshape(sums.shape), e - q.ee)
            sums = sums + module.clamp(pending, 2**29)
        q.cnt += 1
        q.er, q.ee = errors.make(q.fe, net.mask(q, sums), e)
        q.er = q.er.ravel()

    module.Ref.requ, module.Sc.after = requ, window_of_zeros(module.Sc.after)
    module.Ref.norm8 = errors.norm8(module.Ref.norm8)
    module.Ref.act = activation_of(module.Ref.act)
    return module


def known(r):
    """A range as the oracle holds it: no exponent while fresh."""
    return (None, 0, 0) if r.count == FRESH else tuple(r)


def theirs_of(r):
    return r.e, r.m, r.n


def digits(rng, n, size=64):
    """Inputs of ten kinds, half of each kind always dark, and their labels."""
    kinds = rng.integers(0, 128, (10, size)) * (rng.random((10, size)) < 0.5)
    labels = rng.integers(0, 10, n)
    images = np.clip(kinds[labels] + rng.normal(0, 25, (n, size)), 0, 127).astype(np.int8)
    return images, labels


def w16(layer):
    return layer.w.astype(np.int64) * 256 + layer.residual


@pytest.mark.parametrize(
    ("rate", "skip", "trained", "halves"),
    [
        pytest.param(Rate(1, 5), 0, 2, False, id="plain"),
        pytest.param(Rate(11, 8), 2048, 2, False, id="factor-and-skip"),
        pytest.param(Rate(1, 10, 1), 0, 2, False, id="normalized"),
        pytest.param(Rate(3, 2), 0, 2, True, id="saturating"),
        pytest.param(Rate(1, 5), 0, 1, False, id="last-layer"),
    ],
)
def test_oracle_makes_the_same_dense_net(numerics, graph, rate, skip, trained, halves):
    rng = np.random.default_rng(1)
    theirs = numerics.Classifier([numerics.Layer(64, 32), numerics.Layer(32, 10, relu=0)])
    theirs.skip, theirs.ntrain = skip, trained
    ours = graph((1, 1, 64), skip=skip)
    for k, n in enumerate(theirs.L):
        limit = np.sqrt(6 / n.ci)
        n.load(rng.uniform(-limit, limit, (n.co, n.ci)), rng.normal(0, 0.1, n.co))
        n.norm = bool(rate.normalize)
        layer = Weights(*split(n.W), None, n.b.astype(np.int32), n.eW, 1)
        ours.dense(k, n.co, RELU if n.relu else LINEAR, layer, k >= 2 - trained)
    start = [n.layer.e_w for n in ours.nodes]

    images, labels = digits(rng, STEPS)
    skipped = 0
    for step, (x, label) in enumerate(zip(images, labels.tolist(), strict=True), 1):
        theirs.step(x.astype(np.int64), label, rate.shift, rate.factor)
        skipped += not ours.train_step(x, label, rate)[1]
        if step % 100 == 0:
            for a, b in zip(ours.nodes, theirs.L, strict=True):
                np.testing.assert_array_equal(b.W, w16(a.layer))
                np.testing.assert_array_equal(b.b, a.layer.b)
                assert b.eW == a.layer.e_w
            assert theirs_of(theirs.L[0].fy) == known(ours.nodes[0].y_range)
            assert theirs_of(theirs.L[0].fe) == known(ours.tensors[1].range)

    # Each case did what it is there for.
    assert theirs.skipped == skipped
    assert (skipped > 0) == (skip > 0)
    assert not halves or [n.layer.e_w for n in ours.nodes] != start
    assert (ours.tensors[1].range.count == FRESH) == (trained == 1)


K1, K3, S1, S2 = (1, 1), (3, 3), (1, 1), (2, 2)


def bottleneck(g, activation):
    """Convolution, inverted residual, depthwise-separable, average."""
    a = g.linear(0, 6, K3, S2, True, activation)
    t = g.linear(a, 10, K1, activation=activation)
    t = g.depthwise(t, K3, S1, True, activation)
    t = g.add(a, g.linear(t, 6, K1))
    t = g.linear(t, 9, K1, activation=activation)
    t = g.depthwise(t, K3, S2, True, activation)
    g.dense(g.average_pool(t), 10)


def pools(g, activation):
    """Leaky convolutions, a plain and an overlapping max pool, average of windows."""
    t = g.max_pool(g.linear(0, 6, K3, S1, True, activation), (2, 2), S2)
    t = g.max_pool(g.linear(t, 9, K3, S1, True, activation), K3, S2, True)
    g.dense(g.average_pool(t, (2, 2)), 10)


def transposed(g, activation):
    """A residual with ReLU after the addition, transposed and upsampled convolutions."""
    a = g.linear(0, 5, K3, S2, True, RELU)
    t = g.linear(a, 5, K3, S1, True, RELU)
    t = g.add(a, g.linear(t, 5, K3, S1, True), RELU)
    t = g.linear(t, 4, K3, S2, True, RELU, "transposed")
    t = g.linear(t, 3, K3, S2, True, activation, "upsampled")
    g.dense(g.average_pool(t, (7, 7)), 10)


def signal(g, activation):
    """One dimension: strides, leaky, max pool, depthwise, average."""
    t = g.max_pool(g.linear(0, 8, (5, 1), (2, 1), True, activation), (2, 1), (2, 1))
    t = g.depthwise(t, (5, 1), (1, 1), True, RELU)
    t = g.linear(t, 7, (3, 1), (2, 1), False, activation)
    g.dense(g.average_pool(t), 10)


def as_theirs(layers, g):
    """The same graph with the same weights, as the other implementation wants it."""
    kinds = {"linear": 0, "depthwise": 1, "max": 2, "average": 3, "add": 4}
    nodes, maps, weights = [], [], []
    for n, t in zip(g.nodes, g.tensors[1:], strict=True):
        d = {"type": kinds[n.kind], "a": n.reads[0], "b": n.reads[-1], "act": CODES[t.activation]}
        d |= {"co": t.shape[2], "pc": False, "ov": getattr(n, "overlap", False)}
        source = None
        if n.kind != "add":
            source = window_source(n.window)
            d |= {"ci": n.window.in_c, "nin": window_inputs(n.window)}
            d |= {"P": source.shape[0], "T": source.shape[1]}
        if n.kind == "average":
            d |= {"R": reciprocal(n.window), "rr": 22}
        quantized = None
        if n.layer is not None:
            w = w16(n.layer)
            if n.kind == "depthwise":
                w = w.reshape(-1, n.window.in_c).T  # (channels, taps) there
            e_w = np.full(len(w), n.layer.e_w)
            quantized = w, e_w, n.layer.b.astype(np.int64)
        nodes.append(d)
        maps.append(source)
        weights.append(quantized)
    return layers.Ref(SimpleNamespace(n=nodes, maps=maps, ex0=-7), weights)


@pytest.mark.parametrize(
    ("shape", "make", "activation", "rate", "steps"),
    [
        pytest.param((14, 14, 1), bottleneck, RELU, Rate(1, 6), 300, id="bottleneck"),
        pytest.param((14, 14, 1), bottleneck, RELU6, Rate(3, 7), 150, id="bottleneck-relu6"),
        pytest.param((14, 14, 1), bottleneck, RELU, Rate(1, 2), 100, id="bottleneck-saturating"),
        pytest.param((14, 14, 1), pools, LEAKY + 3, Rate(1, 6), 300, id="pools-leaky"),
        pytest.param((13, 11, 2), pools, RELU6, Rate(1, 5), 100, id="pools-odd"),
        pytest.param((14, 14, 1), transposed, LEAKY + 3, Rate(1, 7), 270, id="transposed"),
        pytest.param((49, 1, 4), signal, LEAKY + 3, Rate(1, 5), 550, id="signal"),
    ],
)
def test_oracle_makes_the_same_graph(layers, graph, shape, make, activation, rate, steps):
    rng = np.random.default_rng(7)
    ours = graph(shape, rng)
    make(ours, activation)
    theirs = as_theirs(layers, ours)
    start = [w16(n.layer) for n in ours.nodes if n.layer is not None]

    images, labels = digits(rng, steps, int(np.prod(shape)))
    for step, (x, label) in enumerate(zip(images, labels.tolist(), strict=True), 1):
        theirs.step(x, label, rate.shift, rate.factor)
        ours.train_step(x, label, rate)
        if step % 50 == 0:
            for k, (a, b) in enumerate(zip(ours.nodes, theirs.N, strict=True)):
                if a.layer is not None:
                    w = b.W.T.reshape(1, -1) if a.kind == "depthwise" else b.W
                    np.testing.assert_array_equal(w, w16(a.layer), f"step {step}, node {k}")
                    np.testing.assert_array_equal(b.bi, a.layer.b)
                    assert np.all(b.eW == a.layer.e_w)
                assert theirs_of(b.fy) == known(a.y_range)
                if b is not theirs.N[-1]:
                    assert theirs_of(b.fe) == known(ours.tensors[k + 1].range)

    # Every layer has learnt something.
    moved = [w16(n.layer) for n in ours.nodes if n.layer is not None]
    assert all((a != b).any() for a, b in zip(start, moved, strict=True))
