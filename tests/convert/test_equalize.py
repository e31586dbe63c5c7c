import numpy as np
import pytest

import octograd as og
from octograd.graph import Graph
from octograd_host.equalize import equalize, pairs
from octograd_host.float_model import FloatModel, weight_shape

IMAGE = (6, 6, 3)
NETS = {
    "plain": [og.Conv2D(4, 3, activation=og.relu), og.Conv2D(5, 1), og.Flatten(), og.Dense(3)],
    "pools": [
        og.Conv2D(4, 3, padding="same", activation=og.leaky_relu(1 / 4)),
        og.MaxPool2D(2),
        og.DepthwiseConv2D(3, padding="same", activation=og.relu),
        og.Dropout(0.5),
        og.AveragePool2D(3),
        og.Flatten(),
        og.Dense(4),
    ],
    "decoder": [
        og.Flatten(),
        og.Dense(18, og.relu),
        og.Reshape((3, 3, 2)),
        og.Conv2DTranspose(4, 4, strides=2, padding="same", activation=og.relu),
        og.UpSampling2D(2),
        og.Conv2D(1, 3, padding="same"),
    ],
    "stopped": [
        og.Conv2D(4, 1, activation=og.relu6),
        og.Conv2D(4, 1, activation=og.tanh),
        og.Residual([og.Conv2D(4, 1, activation=og.relu), og.Conv2D(4, 1)]),
        og.GlobalAveragePool(),
        og.Dense(2),
    ],
}
CHAINS = {
    "plain": [(0, 1, 4), (1, 2, 5)],
    "pools": [(0, 2, 4), (2, 5, 4)],
    "decoder": [(0, 1, 2), (1, 2, 4)],
    "stopped": [(2, 3, 4)],
}


def drawn(layers, spread=1.0):
    """A model with weights whose rows differ in size."""
    rng = np.random.default_rng(3)
    found = []
    for node in Graph(layers, IMAGE).nodes:
        if hasattr(node.layer, "use_bias"):
            w = rng.normal(size=weight_shape(node))
            n = node.output_shape[-1]
            scale = np.exp(rng.normal(size=n) * spread)
            depthwise = isinstance(node.layer, og.DepthwiseConv2D)
            w = w * scale if depthwise else w * scale.reshape(-1, *[1] * (w.ndim - 1))
            found.append((w, rng.normal(size=n) * scale))
    return FloatModel(layers, IMAGE, found)


@pytest.mark.parametrize("name", NETS)
def test_pairs_are_followed_to_the_next_layer_with_weights(name):
    assert CHAINS[name] == pairs(Graph(NETS[name], IMAGE))


@pytest.mark.parametrize("name", NETS)
def test_equalize_keeps_the_function(name):
    model = drawn(NETS[name], spread=2)
    x = np.random.default_rng(4).normal(size=(8, *IMAGE))
    before = model.outputs(x)
    old = [pair for pair in model.weights if pair is not None]

    model.weights = equalize(model.graph, model.weights)

    new = [pair for pair in model.weights if pair is not None]
    factors = [np.log2(a[0] / b[0]) for a, b in zip(new, old, strict=True)]
    assert all((f == np.round(f)).all() for f in factors)
    assert any(f.any() for f in factors)
    np.testing.assert_allclose(model.outputs(x), before, rtol=1e-9, atol=1e-9)


def test_equalize_makes_rows_and_columns_alike():
    model = drawn([og.Conv2D(64, 1, activation=og.relu), og.Conv2D(8, 1)], spread=3)

    (a, _), (b, _) = equalize(model.graph, model.weights)

    ratio = np.log2(np.abs(a).reshape(64, -1).max(1) / np.abs(b).reshape(8, 64).max(0))
    assert ratio.max() - ratio.min() <= 4


def test_equalize_leaves_dead_channels_and_does_not_blow_up_constant_ones():
    a, b = np.ones((4, 3)), np.ones((2, 4))
    a[1], a[2], b[:, 3] = 0, 1e-7, 0
    layers = [og.Dense(4, og.relu), og.Dense(2)]
    model = FloatModel(layers, (3,), [(a, np.array([0.0, 1.0, 1.0, 1.0])), (b, None)])

    (w, biases), _ = equalize(model.graph, model.weights)

    assert np.isfinite(w).all()
    assert np.abs(biases).max() <= 4
