"""Converting octograd layers with float weights."""

import warnings

import numpy as np
import pytest

import octograd as og
from octograd_host import ConversionWarning, convert

RNG = np.random.default_rng(5)
SAMPLES = RNG.integers(-127, 128, (60, 6)).astype(np.int8)
WEIGHTS = [
    (RNG.normal(size=(8, 6)), RNG.normal(size=8)),
    (RNG.normal(size=(3, 8)), None),
]


def mlp(**options):
    return og.Sequential(og.Dense(8, og.relu, **options), og.Dense(3))


def labels():
    """What the float net says."""
    (w, b), (v, _) = WEIGHTS
    return (np.maximum(SAMPLES / 128 @ w.T + b, 0) @ v.T).argmax(1)


def test_report_compares_and_prints():
    net, report = convert(mlp(), WEIGHTS, SAMPLES, labels(), input_shape=(6,))

    assert 1 == report.float_accuracy
    assert report.agreement == report.int8_accuracy >= 0.95
    assert report.relative_error < 0.05
    assert [net.layers[0].e_w[0], net.layers[1].e_w[0]] == [row[1] for row in report.exponents]
    lines = str(report).splitlines()
    assert "float 100.0 % right (of 60 samples)" == lines[0]
    assert lines[-2].startswith("Dense(8, activation=relu)  2^")


def test_trainable_layers_have_residuals_and_frozen_ones_none():
    net, _ = convert(mlp(trainable=False), WEIGHTS, SAMPLES, input_shape=(6,))
    assert [layer.residual is None for layer in net.layers] == [True, False]

    net, _ = convert(mlp(), WEIGHTS, SAMPLES, input_shape=(6,), trainable=False)
    assert [layer.residual is None for layer in net.layers] == [True, True]

    net = og.Sequential(*mlp().layers, weight_bits=8)
    net, _ = convert(net, WEIGHTS, SAMPLES, input_shape=(6,))
    assert [layer.residual is None for layer in net.layers] == [True, True]


def test_exponents_by_row_are_for_frozen_layers_but_the_last():
    options = {"input_shape": (6,), "per_row": True}

    net, _ = convert(mlp(), WEIGHTS, SAMPLES, **options)
    assert [1, 1] == [len(layer.e_w) for layer in net.layers]

    net, report = convert(mlp(), WEIGHTS, SAMPLES, trainable=False, **options)
    assert [8, 1] == [len(layer.e_w) for layer in net.layers]
    assert report.relative_error < 0.05


def test_dropout_is_left_out_of_the_calibration():
    with_it = og.Sequential(og.Dense(8, og.relu), og.Dropout(0.5), og.Dense(3))

    net, _ = convert(with_it, WEIGHTS, SAMPLES, input_shape=(6,))
    plain, _ = convert(mlp(), WEIGHTS, SAMPLES, input_shape=(6,))

    assert plain.predict(SAMPLES[0]) == net.predict(SAMPLES[0])
    assert "forward" not in vars(net.layers[1])


def test_a_net_that_loses_much_is_warned_of():
    # One huge weight leaves nothing of the others, and its channel is the only one.
    w = RNG.normal(size=(1, 6))
    w[0, 0] = 1000
    lossy = [(w, None), (np.ones((3, 1)), np.array([0.0, 1.0, -1.0]))]
    lossy[1][0][0] = -1
    samples = SAMPLES.copy()
    samples[:, 0] = 0
    net = og.Sequential(og.Dense(1), og.Dense(3))

    with pytest.warns(ConversionWarning, match="agree on only .* of the samples"):
        convert(net, lossy, samples, input_shape=(6,))
    with pytest.warns(ConversionWarning, match="off the float outputs"):
        convert(net, lossy, samples, input_shape=(6,), classifies=False)


def test_a_tensor_of_nothing_but_zeros_is_no_error():
    dead = [(WEIGHTS[0][0], np.full(8, -100.0)), WEIGHTS[1]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, report = convert(mlp(), dead, SAMPLES, input_shape=(6,))

    assert 1 == report.agreement


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": WEIGHTS[:1]}, "weights: 2 pairs"),
        ({"weights": WEIGHTS[::-1]}, r"Dense\(8, activation=relu\): weights \(8, 6\) expected"),
        ({"weights": [(WEIGHTS[0][0] * np.nan, None), WEIGHTS[1]]}, "finite"),
        ({"samples": SAMPLES[:, :5]}, r"samples: \(n, 6\) items expected"),
        ({"samples": SAMPLES.astype(float)}, "samples: int8 array expected"),
        ({"labels": np.zeros(3)}, r"labels: \(60,\) expected"),
        ({"net": 7}, "net: octograd.Sequential expected"),
    ],
)
def test_arguments_are_checked(change, message):
    arguments = {"net": mlp(), "weights": WEIGHTS, "samples": SAMPLES, "labels": None} | change

    with pytest.raises((TypeError, ValueError), match=message):
        convert(**arguments, input_shape=(6,))
