"""Converting: equalise, quantise, calibrate, compare."""

import warnings
from array import array

import numpy as np

from octograd.activations import relu, relu6
from octograd.model import INPUT_EXPONENT, Sequential

from .equalize import equalize, rows_axis
from .float_model import FloatModel
from .int8_model import correct_biases, outputs
from .quantize import quantize

# A window of a range is 256 samples; two of them, and nothing is known from one alone.
CALIBRATION_SAMPLES = 512
CORRECTION_SAMPLES = 256
MAX_LOSS = 0.02
MAX_ERROR = 0.1


class ConversionWarning(UserWarning):
    """The int8 model is clearly worse than the float model."""


class Report:
    """
    How an int8 model compares with its float model. Prints as a table.

    Attributes:
        samples: Number of samples compared.
        float_accuracy, int8_accuracy: Shares of right classes, 0 to 1, or None without labels.
        agreement: Share of samples with the same class in both, or None if no classifier.
        relative_error: Root mean square of the difference of the outputs, in units of that of
            the float outputs.
        exponents: (layer, least e_w, greatest e_w, e_y) of each layer with weights; e_y is
            None of the last one.
    """

    def __init__(self, net, expected, got, labels, classifies):
        self.samples = len(expected)
        self.float_accuracy = self.int8_accuracy = self.agreement = None
        if classifies:
            classes = expected.argmax(1), got.argmax(1)
            self.agreement = float((classes[0] == classes[1]).mean())
            if labels is not None:
                self.float_accuracy = float((classes[0] == labels).mean())
                self.int8_accuracy = float((classes[1] == labels).mean())
        size = np.sqrt((expected**2).mean())
        difference = np.sqrt(((got - expected) ** 2).mean())
        self.relative_error = float(difference / size) if size else 0.0
        last = net.graph.nodes[-1].layer
        self.exponents = [
            (
                repr(layer),
                min(layer.e_w),
                max(layer.e_w),
                None if layer is last else layer.y_range[0],
            )
            for layer in net.weighted
        ]

    def __str__(self):
        lines = []
        if self.float_accuracy is not None:
            lines.append(f"float {_percent(self.float_accuracy)} right")
            lines.append(f"int8  {_percent(self.int8_accuracy)} right")
        if self.agreement is not None:
            lines.append(f"same class {_percent(self.agreement)}")
        lines.append(f"error of the outputs {_percent(self.relative_error)}")
        lines[0] += f" (of {self.samples} samples)"
        rows = [("layer", "weights", "outputs")]
        for name, low, high, e_y in self.exponents:
            weights = f"2^{low}" if low == high else f"2^{low}..{high}"
            rows.append((name, weights, "" if e_y is None else f"2^{e_y}"))
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        for row in rows:
            columns = [cell.ljust(n) for cell, n in zip(row, widths, strict=True)]
            lines.append("  ".join(columns).rstrip())
        return "\n".join(lines)


def convert(
    net,
    weights,
    samples,
    labels=None,
    *,
    input_shape,
    trainable=None,
    per_row=False,
    relax_relu6=False,
    classifies=True,
):
    """
    Give a model the weights of a float model.

    Channels are equalised by powers of two, weights rounded, the ranges of all layers calibrated
    on up to 512 of the samples, evenly chosen, and biases corrected so that the means of all
    channels stay. Then both models see all samples.

    Args:
        net: `octograd.Sequential`, built or not. Without 16-bit weights (weight_bits=8) no
            residuals are kept.
        weights: (w, b) of each layer with weights, see `float_model.FloatModel`.
        samples: (n, *input_shape) int8, such as the model will see: 128 would be 1.0.
        labels: (n,) class numbers, for accuracies; else classes are compared.
        input_shape: Shape of one sample, such as (28, 28, 1).
        trainable: Makes all layers trainable or frozen; None leaves them as they are.
            Trainable weights start with the 16 bits of a weight and its residual.
        per_row: Give frozen layers, but the last, an exponent for each output channel.
        relax_relu6: Make a ReLU6 a ReLU, which channels can be equalised through, where no
            sample reaches 6.
        classifies: Whether the largest output is the answer.

    Returns:
        net, built, and a `Report`.

    Raises:
        TypeError, ValueError: An argument does not fit; says which.

    Warns:
        ConversionWarning: int8 is more than 2 points below float, or, without labels, more
            than 2 % of the classes differ, or, if it is no classifier, the outputs do by more
            than 10 % of their size.
    """
    if not isinstance(net, Sequential):
        raise TypeError(f"net: octograd.Sequential expected, got {net!r}")
    layers = net.weighted
    if trainable is not None:
        for layer in layers:
            layer.trainable = bool(trainable)
    model = FloatModel(net.layers, input_shape, weights)
    samples = check_samples(samples, model.graph.input_size)
    labels = None if labels is None else check_labels(labels, len(samples), classifies)
    reals = samples * 2.0**INPUT_EXPONENT
    expected = model.outputs(reals)
    if relax_relu6:
        _relax(model, reals)
    model.weights = equalize(model.graph, model.weights)
    quantized = _quantize(net, model, per_row)
    net.build(input_shape)
    for layer, q in zip(layers, quantized, strict=True):
        _set(layer, q)
    net.calibrate(_some(samples, CALIBRATION_SAMPLES).tobytes())
    some = _some(samples, CORRECTION_SAMPLES)
    correct_biases(net, some, _means(model, some * 2.0**INPUT_EXPONENT))
    report = Report(net, expected, outputs(net, samples), labels, classifies)
    _judge(report)
    return net, report


def check_samples(samples, items):
    """Return samples as an array (n, items) of int8."""
    samples = np.asarray(samples)
    if samples.dtype != np.int8:
        raise TypeError(f"samples: int8 array expected, got {samples.dtype}")
    if samples.ndim < 2 or not len(samples) or samples[0].size != items:
        raise ValueError(f"samples: (n, {items}) items expected, got {samples.shape}")
    return np.ascontiguousarray(samples.reshape(len(samples), -1))


def check_labels(labels, n, classifies):
    """Return labels as an array (n,)."""
    labels = np.asarray(labels)
    if not classifies:
        raise ValueError("labels: none expected with classifies=False")
    if labels.shape != (n,):
        raise ValueError(f"labels: ({n},) expected, got {labels.shape}")
    return labels


def _relax(model, reals):
    """Make those ReLU6 a ReLU which no sample reaches the end of."""
    nodes = model.graph.nodes
    reached = [0.0] * len(nodes)

    def watch(i, y):
        reached[i] = max(reached[i], float(y.max()))

    model.outputs(reals, watch)
    for node, value in zip(nodes, reached, strict=True):
        if node.layer.activation == relu6 and value < 6:
            node.layer.activation = relu


def _some(samples, n):
    """Return up to n samples, evenly chosen."""
    return samples[np.linspace(0, len(samples) - 1, min(len(samples), n)).astype(int)]


def _means(model, reals):
    """Return by node the means (channels,) of its tensor before the activation."""
    means = [0.0] * len(model.graph.nodes)

    def watch(i, y):
        y = y.reshape(len(y), -1, model.graph.nodes[i].output_shape[-1])
        means[i] += y.mean(1).sum(0) / len(reals)

    model.outputs(reals, watch)
    return means


def _quantize(net, model, per_row):
    last, found = model.graph.nodes[-1].layer, []
    for node, pair in zip(model.graph.nodes, model.weights, strict=True):
        layer = node.layer
        if pair is None:
            continue
        by_row = per_row and not layer.trainable and layer is not last
        found.append(
            quantize(
                *pair,
                residual=layer.trainable and net.weight_bits == 16,
                row_axis=rows_axis(layer) % pair[0].ndim if by_row else None,
                name=repr(layer),
            )
        )
    return found


def _set(layer, q):
    b = None if q.b is None else array("i", q.b.tolist())
    residual = None if q.residual is None else q.residual.tobytes()
    layer.set_weights(q.w.tobytes(), b, e_w=q.e_w.tolist(), residual=residual)


def _judge(report):
    right, wanted = report.int8_accuracy, report.float_accuracy
    if right is not None:
        if right < wanted - MAX_LOSS:
            _warn(
                f"int8 is right on {_percent(right)} of the samples, float on {_percent(wanted)}"
            )
    elif report.agreement is not None:
        if report.agreement < 1 - MAX_LOSS:
            _warn(f"int8 and float agree on only {_percent(report.agreement)} of the samples")
    elif report.relative_error > MAX_ERROR:
        _warn(f"the int8 outputs are {_percent(report.relative_error)} off the float outputs")


def _percent(share):
    return f"{100 * share:.1f} %"


def _warn(text):
    advice = (
        "Make sure that the samples are such as the model was trained with (int8, 128 for 1.0). "
        "If they are, some layers have channels of very different size that could not be "
        "equalised, because of ReLU6, sigmoid, tanh or an addition after them: try "
        "relax_relu6=True, or train on with ReLU, or fine-tune the converted model."
    )
    warnings.warn(f"{text}. {advice}", ConversionWarning, stacklevel=4)
