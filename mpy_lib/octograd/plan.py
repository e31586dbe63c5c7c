"""Plan: what a model costs, before it is paid."""

from collections import namedtuple

from .format import file_size
from .layers import first_trainable, size
from .model import two_ended

Row = namedtuple("Row", ("name", "output_shape", "parameters", "flash", "ram", "macs"))


class Plan:
    """
    Bytes and multiply-accumulates of a model, as a table when printed.

    Attributes:
        flash: Bytes of the saved model file; with residuals if training.
        ram: Bytes of all buffers: weights, ranges, activations, errors, outputs.
            Python's own objects, a few hundred bytes a layer, are not counted,
            nor what Trainer.fit() takes for a data set.
        macs: Multiply-accumulates of one inference or training step.
        rows: One Row a layer, then one for what the layers share.
    """

    def __init__(self, net, input_shape, training: bool):
        shapes = net.input_shapes(input_shape)
        layers = net.computing
        first = first_trainable(layers) if training else len(layers)
        self.training = training
        self.rows = []
        position = 0
        for i, layer in enumerate(net.layers):
            name = type(layer).__name__.lower()
            parameters = flash = ram = macs = 0
            if layer.computes:
                weights, biases = layer.n_weights(shapes[i]), layer.n_biases()
                learns = training and layer.trainable
                backward = position > first
                parameters = weights + biases
                ram = weights + 4 * biases + 7  # 7: exponent and range
                ram += 6 if backward else 0
                ram += weights if learns and net.weight_bits == 16 else 0
                macs = layer.macs(shapes[i]) * (1 + learns + backward)
                flash = ram - 7 - (6 if backward else 0)
                position += 1
            self.rows.append(Row(name, shapes[i + 1], parameters, flash, ram, macs))
        sizes = [size(shape) for shape in net.computing_shapes(input_shape)[1:]]
        shared = two_ended(sizes) + 4 * sizes[-1] + 4  # arena, outputs, generator
        if training:
            shared += sum(sizes[:-1]) + 2 * len(sizes)  # activations, exponents
        self.flash = file_size(net, input_shape, training and net.weight_bits == 16)
        header = self.flash - sum(row.flash for row in self.rows)
        self.rows.append(Row("shared", (), 0, header, shared, 0))
        self.ram = sum(row.ram for row in self.rows)
        self.macs = sum(row.macs for row in self.rows)

    def __str__(self):
        line = "{:<14}{:>16}{:>12}{:>10}{:>10}{:>12}"
        lines = [line.format("layer", "output", "parameters", "flash", "RAM", "MACs")]
        for row in self.rows:
            shape = str(row.output_shape) if row.output_shape else ""
            lines.append(line.format(row.name, shape, *row[2:]))
        parameters = sum(row.parameters for row in self.rows)
        kind = "training" if self.training else "inference"
        lines.append(line.format(kind, "", parameters, self.flash, self.ram, self.macs))
        return "\n".join(lines)
