"""The float twin against octograd's float model, PyTorch and the integers."""

import numpy as np
import pytest

import octograd as og
from octograd_host.float_model import FloatModel
from quality import nets, tasks, weights
from quality.float_net import FloatNet
from quality.learn_float import orders

NETS = sorted({task.net for task in tasks.ALL.values() if not task.unlabelled})
OPTIMIZERS = {
    "plain": {},
    "momentum": {"momentum": 0.875},
    "batch": {"batch": 2},
}


@pytest.fixture
def samples():
    """A function that returns n samples of some items, and their labels."""

    def draw(n, items):
        rng = np.random.default_rng(0)
        return rng.integers(0, 128, (n, items)).astype(np.int8), [i % 2 for i in range(n)]

    return draw


def built(name):
    """Return the layers, input shape, built net and float weights of a net."""
    shape, layers = nets.make(name)
    net = og.Sequential(*layers)
    net.build(shape, seed=3)
    return layers, shape, net, weights.dequantized(net)


@pytest.mark.parametrize("name", NETS)
def test_forward_is_the_float_model(name, samples):
    layers, shape, net, pairs = built(name)
    x = samples(2, net.n_in)[0] / np.float32(128)
    twin = FloatNet(layers, shape, pairs, og.SGD(1 / 64))

    got = [twin.forward(sample).copy() for sample in x]

    expected = FloatModel(layers, shape, pairs).outputs(x)
    np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("options", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_steps_are_those_of_pytorch(name, options, samples, torch):
    from quality.torch_net import TorchNet

    layers, shape, net, pairs = built(name)
    x, labels = samples(4, net.n_in)
    x = x / np.float32(128)
    twin = FloatNet(layers, shape, pairs, og.SGD(1 / 64, **options))
    model = TorchNet(layers, shape, pairs)
    sgd = torch.optim.SGD(model.parameters(), 1 / 64, momentum=options.get("momentum", 0))
    batch = options.get("batch", 1)

    for sample, label in zip(x, labels, strict=True):
        twin.step(sample, label)
    for i in range(0, len(x), batch):
        some = torch.tensor(x[i : i + batch]), torch.tensor(labels[i : i + batch])
        sgd.zero_grad()
        torch.nn.functional.cross_entropy(model(some[0]), some[1]).backward()
        sgd.step()

    for (w, b), (w_torch, b_torch) in zip(twin.weights, model.weights, strict=True):
        np.testing.assert_allclose(w, w_torch, atol=1e-6)
        np.testing.assert_allclose(b, b_torch, atol=1e-6)


@pytest.mark.parametrize("until", [-1, -3])
def test_frozen_layers_stay(until, samples):
    layers, shape, net, pairs = built("fashion_cnn")
    net.freeze(until=until)
    x, _ = samples(1, net.n_in)
    twin = FloatNet(layers, shape, pairs, og.SGD(1 / 64))

    twin.step(x[0] / np.float32(128), 1)

    changed = [
        (w != before).any() for (w, _), (before, _) in zip(twin.weights, pairs, strict=True)
    ]
    assert [layer.trainable for layer in net.weighted] == changed


@pytest.mark.parametrize("name", ["digits", "fashion_cnn", "wand"])
def test_first_steps_go_where_those_of_int8_go(name, samples):
    layers, shape, net, before = built(name)
    x, labels = samples(6, net.n_in)
    twin = FloatNet(layers, shape, before, og.SGD(1 / 64))
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64))

    for sample, label in zip(x, labels, strict=True):
        twin.step(sample / np.float32(128), label)
        trainer.step(sample, label)

    after = weights.dequantized(net)
    for (w, _), (w_int8, _), (start, _) in zip(twin.weights, after, before, strict=True):
        a, b = (w - start).ravel(), (w_int8 - start).ravel()
        assert a @ b > 0.97 * np.sqrt((a @ a) * (b @ b))


def test_orders_are_those_of_fit():
    net = og.Sequential(og.Dense(2))
    net.build((1,), seed=1)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64))
    seen = []
    trainer.step = lambda x, target: seen.append(x[0]) or 0

    for _ in trainer.fit(bytes(range(50)), bytes(50), epochs=3, seed=9):
        pass

    assert [i for order in orders(50, 3, 9) for i in list(order)] == seen
