"""A reader that was written from docs/format.md alone finds what the library has written."""

import pathlib
import sys

import pytest

import octograd as og

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "device"))
import files
import reader


def mlp():
    return og.Dense(6, og.relu), og.Dense(5, og.relu, trainable=False), og.Dense(3)


def depthwise():
    return (
        og.Conv2D(4, (3, 2), strides=(2, 1), padding="same", activation=og.relu),
        og.DepthwiseConv2D(3, padding=1, activation=og.relu6),
        og.MaxPool2D(2),
        og.Flatten(),
        og.Dense(3),
    )


NETS = {
    "mlp": (mlp, (7,)),
    "depthwise": (depthwise, (9, 8, 2)),
    "blocks": (files.blocks, (5, 8, 1)),
    "decoder": (files.decoder, (4,)),
    "signals": (files.signals, (12, 2)),
    "latent": (files.latent, (6,)),
}
SGD = {"plain": {}, "momentum": {"momentum": 0.9}, "batch": {"batch": 4, "momentum": 0.5}}


def signed(buffer):
    """Return a buffer of bytes as int8."""
    return None if buffer is None else memoryview(bytes(buffer)).cast("b").tolist()


def trained(name, sgd, weight_bits):
    layers, shape = NETS[name]
    net = og.Sequential(*layers(), weight_bits=weight_bits)
    net.build(shape, seed=3)
    partial = og.PartialUpdate(0.4)
    loss, sgd = og.SoftmaxCrossEntropy(), og.SGD(1 / 32, **SGD[sgd])
    trainer = og.Trainer(net, loss, sgd)
    ewc = og.EWC(trainer)
    trainer.step(bytes(net.n_in), 1)
    ewc.measure(bytes([60] * net.n_in), b"\1")
    trainer = og.Trainer(net, loss, sgd, skip=0.1, partial=partial, consolidate=ewc)
    replay = og.ReplayBuffer(net.n_in, 5, classes=2)
    for i in range(7):
        x = bytes([(31 * i + 5 * k) % 256 for k in range(net.n_in)])
        replay.add(x, i % 2)
        trainer.step(x, i % 2)
    return trainer, replay


def check_model(model, net):
    assert (model.generator, model.weight_bits) == (net.rng[0], net.weight_bits)
    assert model.input_shape == net.input_shape
    layers = [layer for layer in model.layers if layer.w is not None]
    for theirs, ours in zip(layers, net.weighted, strict=True):
        assert theirs.w == signed(ours.w)
        assert theirs.residual == signed(ours.residual)
        assert theirs.b == (None if ours.b is None else list(ours.b))
        assert theirs.e_w == list(ours.e_w)
        for i, own in enumerate((ours.y_range, ours.dy_range, ours.edge_range)):
            assert theirs.ranges[3 * i : 3 * i + 3] == list(own or (0, 0, -1))


@pytest.mark.parametrize("weight_bits", [16, 8])
@pytest.mark.parametrize("sgd", SGD)
@pytest.mark.parametrize("name", NETS)
def test_reader_finds_all_of_a_training(name, sgd, weight_bits, tmp_path):
    trainer, replay = trained(name, sgd, weight_bits)
    path = tmp_path / "checkpoint"
    og.Checkpoint(str(path)).save(trainer, replay=replay)

    found = reader.Checkpoint(path.with_suffix(".0").read_bytes())

    check_model(found.model, trainer.net)
    assert (found.number, found.steps, found.skipped) == (1, trainer.steps, trainer.skipped)
    assert found.rate == tuple(trainer.optimizer.rate)
    assert found.base == trainer.optimizer._base
    assert (found.batch, found.in_batch) == (trainer.optimizer.batch, trainer._in_batch)
    assert found.kept == tuple(step.kept for step in trainer._steps if hasattr(step, "kept"))
    parts = trainer.consolidate.parts
    for k, layer in enumerate(trainer._trained):
        record, tensors = found.records[k], found.tensors[k]
        assert record[:2] == (trainer._start[k], parts[k].e_anchor)
        assert tensors.get("velocities") == (layer.velocity and list(layer.velocity))
        assert tensors.get("sums") == (layer.sums and list(layer.sums))
        assert record[3:] == ((0, 0, 0) if layer.sums is None else tuple(layer._batch))
        assert tensors["importance"] == list(parts[k].importance)
        assert tensors["anchor"] == signed(parts[k].anchor)
    (buffer,) = found.buffers
    assert (buffer.n_in, buffer.capacity, buffer.classes) == (replay.n_in, 5, 2)
    assert [kept for kept, _ in buffer.counts] == [replay.held(label) for label in range(2)]
    assert buffer.samples[3] == signed(replay.memory[3 * replay.n_in : 4 * replay.n_in])


@pytest.mark.parametrize("name", NETS)
def test_reader_finds_all_of_a_model(name, tmp_path):
    trainer, _ = trained(name, "plain", 16)
    trainer.net.save(str(tmp_path / "model"))

    check_model(reader.Model((tmp_path / "model").read_bytes()), trainer.net)
