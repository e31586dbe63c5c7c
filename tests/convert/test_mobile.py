"""A depthwise-separable net with residuals keeps its accuracy in int8, and goes on learning."""

import warnings

import numpy as np
import pytest

import octograd as og
from octograd_host import ConversionWarning, from_torch
from octograd_host.int8_model import outputs

SHAPE = (8, 8, 1)


def int8_accuracy(net, x, y):
    return (outputs(net, x).argmax(1) == y).mean()


def quietly(model, digits, **options):
    """Convert; a warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConversionWarning)
        return from_torch(model, digits.x[:256], digits.y[:256], input_shape=SHAPE, **options)


@pytest.mark.parametrize("options", [{}, {"trainable": False, "per_row": True}])
def test_int8_is_within_a_point_of_float(mobile, digits, options):
    wanted = mobile.accuracy(mobile.model, digits.test_x, digits.test_y)

    net, report = quietly(mobile.model, digits, **options)

    assert wanted >= 0.92
    assert int8_accuracy(net, digits.test_x, digits.test_y) >= wanted - 0.01
    assert report.agreement >= 0.98


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("where", [1, 2])
def test_int8_is_within_a_point_of_float_with_channels_spread_over_two_decades(
    mobile, digits, where, seed
):
    model = mobile.spread(where, 2, seed)
    wanted = mobile.accuracy(model, digits.test_x, digits.test_y)

    net, _ = quietly(model, digits)

    assert abs(wanted - mobile.accuracy(mobile.model, digits.test_x, digits.test_y)) <= 0.002
    assert int8_accuracy(net, digits.test_x, digits.test_y) >= wanted - 0.01


@pytest.mark.parametrize("relax_relu6", [False, True])
def test_relu6_is_within_a_point_of_float(mobile6, digits, relax_relu6):
    wanted = mobile6.accuracy(mobile6.model, digits.test_x, digits.test_y)

    net, _ = quietly(mobile6.model, digits, relax_relu6=relax_relu6)

    codes = {layer.activation for layer in net.weighted}
    assert wanted >= 0.85
    assert (og.relu in codes) == relax_relu6
    assert int8_accuracy(net, digits.test_x, digits.test_y) >= wanted - 0.01


def test_a_spread_net_without_equalisation_is_warned_of(mobile, digits, monkeypatch):
    monkeypatch.setattr("octograd_host.conversion.equalize", lambda graph, weights: weights)

    with pytest.warns(ConversionWarning, match="int8 is right on .* float on"):
        from_torch(mobile.spread(1, 2), digits.x[:256], digits.y[:256], input_shape=SHAPE)


def test_many_samples_at_once_are_the_bytes_of_predict(mobile, digits):
    net, _ = quietly(mobile.model, digits)

    got = outputs(net, digits.test_x[:12])

    for x, y in zip(digits.test_x, got, strict=False):
        expected = np.array(net.predict(x.reshape(-1))) * 2.0**net.output_exponent
        np.testing.assert_array_equal(expected, y)


def test_a_converted_net_is_saved_and_learns_changed_data(mobile, digits, tmp_path):
    path = str(tmp_path / "net")
    quietly(mobile.spread(2, 2), digits)[0].save(path)
    net = og.load(path)
    x, test_x = 127 - digits.x[:200], 127 - digits.test_x
    before = int8_accuracy(net, test_x, digits.test_y)

    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 256))
    for _ in trainer.fit(x.tobytes(), digits.y[:200].astype(np.uint8).tobytes()):
        pass

    assert int8_accuracy(net, test_x, digits.test_y) >= before + 0.1
