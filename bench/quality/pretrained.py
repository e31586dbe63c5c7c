"""
Nets that were trained elsewhere: in float32, then converted.

Run with a task and a seed, it makes the net that this training starts from.
"""

import pathlib
import sys
import warnings
from typing import NamedTuple

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


def place(task, domains):
    """Return the Pretrained of a task and its Domains, there or not."""
    _, layers = nets.make(task.net)
    source = domains.source
    key = digest(
        repr(layers),
        task.pretraining,
        source.x.tobytes(),
        source.y.tobytes(),
        sources_digest(MODEL_SOURCES),
    )
    folder = WORK / "pretrained" / f"{task.net}-{domains.name}-{key}"
    int8 = {bits: str(folder / f"{bits}.og") for bits in (16, 8)}
    return Pretrained(key, int8, str(folder / "float.npz"))


def make(task, domains):
    """Train a net, convert it, and write its files."""
    shape, layers = nets.make(task.net)
    at, source = place(task, domains), domains.source
    pairs = _train(task, source)
    model = FloatModel(layers, shape, pairs)
    equal = [pair for pair in equalize(model.graph, model.weights) if pair is not None]
    for bits, path in at.int8.items():
        net, report = _convert(task, pairs, source, bits)
        write_atomically(pathlib.Path(path), lambda part, net=net: net.save(str(part)))
    write_atomically(pathlib.Path(at.real), lambda part: weights.save(part, equal))
    print(f"float {report.float_accuracy:.3f}, int8 {report.int8_accuracy:.3f} of the source")


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
    x, y = source.x[:CALIBRATION], source.y[:CALIBRATION]
    with warnings.catch_warnings():
        # Said below, in figures.
        warnings.simplefilter("ignore", ConversionWarning)
        return convert(net, pairs, x, y, input_shape=shape)


def main(name, seed):
    """Make the net of a task and a seed."""
    from quality import tasks

    task = tasks.ALL[name]
    make(task, task.data(seed))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
