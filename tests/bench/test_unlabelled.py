"""Nets that learn without labels: the float twin, what is measured of them, both runners."""

import numpy as np
import pytest

import octograd as og
from octograd_host.float_model import FloatModel
from octograd_ref.rng import rng_next
from octograd_ref.tables import NORMAL
from quality import (
    autoencoders,
    heads,
    nets,
    roc,
    tasks,
    unlabelled,
    variants,
    weights,
)
from quality.datasets import Split
from quality.float_net import FloatNet
from quality.learn_unlabelled_float import LOSSES
from quality.rows import judge
from quality.samples import held_out_as_is
from quality.tasks import Task
from quality.trainings import training
from quality.unlabelled import Head, Unlabelled

NETS = sorted({task.net for task in tasks.ALL.values() if task.unlabelled})
VAES = [name for name in NETS if name.startswith("vae")]


@pytest.fixture
def twins():
    """A function that returns a prepared autoencoder and its float twin."""

    def make(name, rate):
        shape, layers = nets.make(name)
        net = autoencoders.make(layers)
        net.build(shape, seed=3)
        net.prepare(og.SGD(rate))
        pairs = weights.dequantized(net)
        return net, FloatNet(layers, shape, pairs, og.SGD(rate), LOSSES[type(net.loss)])

    return make


def images(n, items):
    """Return samples that are smooth, as images and spectra are."""
    rng = np.random.default_rng(0)
    waves = np.sin(np.arange(items) * rng.uniform(0.05, 0.5, (n, 1)) + rng.uniform(0, 6, (n, 1)))
    return (60 * (waves + 1)).astype(np.int8)


def share_noise(net, twin):
    """Let the twin draw what the integers will draw in their next step."""

    def normal(k):
        state, drawn = net.rng[0], []
        for _ in range(k):
            state = rng_next(state)
            drawn.append(NORMAL[state >> 24] / 32)
        return np.array(drawn)

    for latent in twin._latents:
        latent.normal = normal


def room_for_the_largest_errors(net):
    """Double what errors may be, as the largest of them saturate otherwise, which is meant."""
    for layer in net.layers:
        if layer.dy_range:
            layer.dy_range[0] += 1


@pytest.mark.parametrize("name", NETS)
def test_first_steps_go_where_those_of_int8_go(name, twins):
    net, twin = twins(name, 1 / 1024)
    before = weights.dequantized(net)
    share_noise(net, twin)

    for k, sample in enumerate(images(12, net.n_in)):
        real = sample / np.float32(128)
        twin.step(real, real)
        net.step(sample)
        if k == 2:
            room_for_the_largest_errors(net)

    after = weights.dequantized(net)
    for (w, _), (w_int8, _), (start, _) in zip(twin.weights, after, before, strict=True):
        a, b = (w - start).ravel(), (w_int8 - start).ravel()
        assert a @ b > 0.97 * np.sqrt((a @ a) * (b @ b))


@pytest.mark.parametrize("name", VAES)
def test_gradients_are_slopes_of_loss_and_kl(name, twins):
    net, twin = twins(name, 2.0**-30)
    sample = images(1, net.n_in)[0] / np.float32(128)
    (latent,) = twin._latents
    noise = np.random.default_rng(1).standard_normal(net.latent.units)
    latent.normal, latent.draws = lambda k: noise, True

    def objective():
        loss = twin.loss(twin.forward(sample).astype(np.float64), sample)[0]
        mean, log_variance = latent._mean, latent._log_variance
        kl = (mean**2 + np.exp(log_variance) - 1 - log_variance).sum() / 2
        return loss + kl / 4

    twin.backward(twin.loss(twin.forward(sample), sample)[1])
    gradients = [node.gradient()[0].copy() for node in twin._nodes if hasattr(node, "w")]
    for (w, _), g in zip(twin.weights, gradients, strict=True):
        start, size = w.copy(), np.sqrt((g * g).sum())
        step = 1e-3 / size
        w += step * g
        above = objective()
        w[...] = start - step * g
        slope = (above - objective()) / (2 * step)
        w[...] = start
        assert slope == pytest.approx(size * size, rel=0.03)


@pytest.mark.parametrize(
    "padding, kernel, strides", [("same", 4, 2), ("valid", 3, 2), ("same", 3, 1), ("same", 2, 3)]
)
def test_transposed_convolution_is_the_float_model(padding, kernel, strides):
    layers = [
        og.Conv2DTranspose(3, kernel, strides=strides, padding=padding, activation=og.relu),
        og.Conv2DTranspose(2, kernel, strides=strides, padding=padding),
    ]
    net = og.Sequential(*layers)
    net.build((4, 5, 2), seed=1)
    pairs = [(w, b + 0.25) for w, b in weights.dequantized(net)]
    x = images(1, 40) / np.float32(128)

    got = FloatNet(layers, (4, 5, 2), pairs, og.SGD(1 / 64)).forward(x[0])

    expected = FloatModel(layers, (4, 5, 2), pairs).outputs(x)[0]
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_auc_is_that_of_scikit_learn():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    scores, labels = rng.integers(0, 12, 200), rng.integers(0, 2, 200)

    got = roc.area(scores.tolist(), labels.tolist())

    assert got == pytest.approx(roc_auc_score(labels, scores))


def test_folds_hold_out_as_many_of_each_class():
    labels = [i * 7 % 3 for i in range(60)]

    indices = heads.few(labels, 10)
    pairs = heads.folds(indices, 3, heads.FOLDS)

    assert [10] * 3 == np.bincount([labels[i] for i in indices]).tolist()
    for some, held in pairs:
        assert sorted(indices) == sorted(some + held)
        assert [2] * 3 == np.bincount([labels[i] for i in held]).tolist()
    assert sorted(indices) == sorted(i for _, held in pairs for i in held)


def test_rate_of_a_head_is_chosen_without_the_test_set():
    seen = []

    def train(shift, some, held):
        seen.append((shift, held is None))
        return {4: 0.5, 5: 0.75, 6: 0.75}[shift] if held else 0.875

    setting = {"labels": 5, "shifts": (4, 5, 6), "folds": 1}

    assert 87.5 == heads.accuracy(setting, [0, 1] * 9, train)
    assert [(4, False), (5, False), (6, False), (6, True)] == seen


def test_held_out_samples_are_not_learnt_from():
    x = np.arange(50, dtype=np.int8)[:, None]
    split = Split(x, np.zeros(50, np.uint8), x[:0], np.zeros(0, np.uint8))

    held = held_out_as_is(split, 0, 40)

    assert (32, 8) == (len(held.x), len(held.test_x))
    assert not set(held.x[:, 0]) & set(held.test_x[:, 0])


@pytest.fixture
def few_images(few_digits):
    """A task of seconds: a VAE, and a head on its code."""
    return Task(
        "few",
        "vae_digits",
        few_digits,
        2,
        (8,),
        last=1,
        unlabelled=Unlabelled("squared error", Head("head_digits", 10, 20, (2, 3), folds=1)),
    )


@pytest.fixture
def few_anomalies(few_digits):
    """A task of a second: zeros are normal, other digits are not."""

    def data():
        split = few_digits()
        y, test_y = ((labels > 0).astype(np.uint8) for labels in (split.y, split.test_y))
        return split._replace(y=y, test_y=test_y)

    return Task("few", "vae_digits", data, 20, (7,), last=1, unlabelled=Unlabelled("AUC"))


@pytest.mark.parametrize("variant", ["16-bit", "8-bit", "partial 60%", "partial 10%", "float"])
def test_vae_learns(variant, few_images, work, micropython):
    one = training(few_images, variants.ALL[variant], 1, 8)

    one.run()

    error, accuracy = one.curve("squared error"), one.curve("head accuracy")
    assert error[1] < error[0] < 0.1
    assert 1 == len(accuracy) and 30 < accuracy[0] <= 100
    assert (one.result()["saved"] > 0.1) == ("partial" in variant)


@pytest.mark.parametrize("variant", ["16-bit", "float"])
def test_what_was_not_learnt_from_scores_higher(variant, few_anomalies, work, micropython):
    one = training(few_anomalies, variants.ALL[variant], 1, 7)

    one.run()

    assert one.score() > 0.8


def test_tuning_goes_without_a_head(few_images, work):
    assert training(few_images, variants.ALL["float"], 0, 8).setting["head"] is None


def test_ram_of_images_meets_its_bar():
    task = tasks.ALL["vae_mnist"]

    assert unlabelled.ram(task, variants.ALL["16-bit"]) <= unlabelled.RAM_BAR


@pytest.mark.parametrize(
    "metric, changes, met",
    [
        ("AUC", {"gap": -0.02}, True),
        ("AUC", {"gap": -0.021}, False),
        ("squared error", {"task": "vae_digits", "mean": 0.0208, "float_mean": 0.02}, True),
        ("squared error", {"task": "vae_digits", "mean": 0.0212, "float_mean": 0.02}, False),
        ("squared error", {"task": "vae_mnist"}, None),
        ("head accuracy", {"task": "vae_digits", "gap": -1.5}, True),
        ("head accuracy", {"task": "vae_digits", "gap": -1.6}, False),
        ("head accuracy", {"gap": -1.0}, True),
        ("head accuracy", {"gap": -1.1}, False),
        ("head accuracy", {"mean": 88.9}, False),
        ("head accuracy", {"ram": 122001}, False),
        ("head accuracy", {"variant": "partial 60%"}, None),
    ],
)
def test_judge_knows_the_bars(metric, changes, met):
    row = {"task": "vae_mnist", "variant": "16-bit", "kind": unlabelled.KIND, "metric": metric}
    row |= {"mean": 89.0, "float_mean": 90.0, "gap": 0.0, "ram": 122000}

    assert met == judge(row | changes, [])[1]
