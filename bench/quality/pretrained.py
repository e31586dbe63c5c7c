"""Nets that were trained elsewhere: in float32, then converted."""

import warnings
from typing import NamedTuple

import numpy as np

import octograd as og
from octograd_host import ConversionWarning, convert
from octograd_host.equalize import equalize
from octograd_host.float_model import FloatModel
from quality import nets, weights
from quality.places import MODEL_SOURCES, WORK, digest, sources_digest, write_atomically

SEED = 1
CALIBRATION = 2000


class Pretrained(NamedTuple):
    """
    One net in three files.

    Attributes:
        key: Digest of what decides them.
        int8: By weight bits, the model file that MicroPython loads.
        real: The same weights in float, equalised as those, where the float twin starts.
    """

    key: str
    int8: dict
    real: str


def pretrained(task, name, source):
    """Return the Pretrained of a task and a source Split; train and convert it at need."""
    shape, layers = nets.make(task.net)
    key = digest(
        repr(layers),
        task.pretraining,
        source.x.tobytes(),
        source.y.tobytes(),
        sources_digest(MODEL_SOURCES),
    )
    folder = WORK / "pretrained" / f"{task.net}-{name}-{key}"
    real, int8 = folder / "float.npz", {bits: folder / f"{bits}.og" for bits in (16, 8)}
    if not all(path.exists() for path in (real, *int8.values())):
        pairs = _train(task, source)
        model = FloatModel(layers, shape, pairs)
        equal = equalize(model.graph, model.weights)
        equal = [pair for pair in equal if pair is not None]
        for bits, path in int8.items():
            net, report = _convert(task, pairs, source, bits)
            write_atomically(path, lambda part, net=net: net.save(str(part)))
        print(f"{task.net} {name}: pretrained, {_accuracies(report)}", flush=True)
        write_atomically(real, lambda part: weights.save(part, equal))
    return Pretrained(key, {bits: str(path) for bits, path in int8.items()}, str(real))


def _train(task, source):
    # PyTorch takes seconds to import.
    from quality.torch_net import TorchNet, pretrain

    shape, layers = nets.make(task.net)
    net = og.Sequential(*layers)
    net.build(shape, seed=SEED)
    twin = TorchNet(layers, shape, weights.dequantized(net))
    pretrain(twin, source.x, source.y, task.pretraining, SEED)
    return twin.weights


def _convert(task, pairs, source, bits):
    shape, layers = nets.make(task.net)
    net = og.Sequential(*layers, weight_bits=bits)
    n = min(CALIBRATION, len(source.x))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConversionWarning)
        return convert(
            net,
            pairs,
            source.x[:n],
            source.y[:n],
            input_shape=shape,
        )


def _accuracies(report):
    return f"float {report.float_accuracy:.3f}, int8 {report.int8_accuracy:.3f} of its samples"


def start(setting, layers, shape):
    """Return the float weights (w, b) that a training starts from."""
    if setting["model"]:
        return weights.load(setting["model"], layers, shape)
    net = og.Sequential(*layers)
    net.build(shape, seed=setting["seed"])
    return [(w, None if b is None else np.array(b)) for w, b in weights.dequantized(net)]
