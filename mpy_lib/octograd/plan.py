"""Plan: what a model costs, before it is paid."""

from collections import namedtuple

from .arena import SUMS, UPDATE, Layout
from .format import file_size
from .graph import Graph, check_shape
from .layers import Weighted

Row = namedtuple("Row", ("name", "output_shape", "parameters", "flash", "ram", "macs"))
Tensor = namedtuple("Tensor", ("name", "offset", "size", "start", "end"))

_RANGE = 6  # bytes of a range


class Plan:
    """
    Bytes and multiply-accumulates of a model, as a table when printed.

    Attributes:
        flash: Bytes of the saved model file; with residuals if training.
        ram: Bytes of all buffers: weights, ranges, arena, outputs. Python's own
            objects, about half a kilobyte a layer on a 32-bit board, are not
            counted, nor what Trainer.fit() takes for a data set.
        arena: Bytes of the arena, in which activations, errors and scratch lie.
        macs: Multiply-accumulates of one inference or training step of one sample.
        rows: One Row a layer, then one for what the layers share.
        tensors: One Tensor for each in the arena; start and end count the nodes
            forward, then the loss, then the nodes backward.
    """

    def __init__(self, net, input_shape, training: bool, momentum, batch: int, partial: bool):
        graph = Graph(net.layers, check_shape(input_shape))
        layout = Layout(graph, training, partial)
        self.training, self.arena = training, layout.bytes
        self.tensors = [Tensor(s.name, s.offset, s.size, s.start, s.end) for s in layout.slots]
        self.rows = [
            _row(layer, shape, node, net, layout, training, momentum, batch)
            for layer, shape, node in graph.rows
        ]
        if training and not any([layer.trainable for layer in net.weighted]):
            raise ValueError("net: a trainable layer expected, got none")
        shared = self.arena + 4 * graph.nodes[-1].size + 4 + 2 * len(graph.nodes) + 2
        shared += net.extra_bytes(graph)
        if training:
            shared += 2 * len(graph.nodes) + 2 + 2 * len(layout.slots)  # exponents
        self.flash = file_size(net, input_shape, training and net.weight_bits == 16)
        header = self.flash - sum([row.flash for row in self.rows])
        self.rows.append(Row("shared", (), 0, header, shared, 0))
        self.ram = sum([row.ram for row in self.rows])
        self.macs = sum([row.macs for row in self.rows])

    def __str__(self):
        line = "{:<20}{:>14}{:>12}{:>10}{:>10}{:>12}"
        lines = [line.format("layer", "output", "parameters", "flash", "RAM", "MACs")]
        for row in self.rows:
            shape = str(row.output_shape) if row.output_shape else ""
            lines.append(line.format(row.name, shape, *row[2:]))
        parameters = sum([row.parameters for row in self.rows])
        kind = "training" if self.training else "inference"
        lines.append(line.format(kind, "", parameters, self.flash, self.ram, self.macs))
        lines.append("")
        line = "{:<34}{:>10}{:>10}{:>8}{:>8}"
        lines.append(line.format(f"arena, {self.arena} bytes", "offset", "size", "from", "to"))
        for tensor in self.tensors:
            lines.append(line.format(*tensor))
        return "\n".join(lines)


def _row(layer, shape, node, net, layout, training, momentum, batch):
    name = type(layer).__name__.lower()
    if node is None:
        return Row(name, shape, 0, 0, 0, 0)
    n, n_b = layer.n_weights(node.input_shape), layer.n_biases(node.input_shape)
    steps = [] if not training else [s for s in layout.steps if layer is _layer(layout, s.node)]
    passes = 1 + len([s for s in steps if s.kind in (SUMS, UPDATE)])
    # A range, or the four bytes of a dropout's mask, or nothing.
    ram = _RANGE if isinstance(layer, Weighted) else layer.own_bytes
    ram += layer.extra_bytes()
    flash = biases = 0
    if isinstance(layer, Weighted):
        biases = 4 * n_b if layer.use_bias else 0
        exponents = 1 if layer.e_w is None else len(layer.e_w)
        learns = training and layer.trainable
        flash = n + biases
        if learns:
            flash += n if net.weight_bits == 16 else 0
            ram += 2 * (n + n_b) if momentum else 0
            ram += 4 * (n + n_b) + _RANGE if batch > 1 else 0
        ram += flash + exponents
    if training:
        ram += _RANGE * _error_ranges(layout, node)
    parameters = n + biases // 4
    return Row(name, shape, parameters, flash, ram, passes * layer.macs(node.input_shape))


def _layer(layout, i):
    return layout.graph.nodes[i].layer


def _error_ranges(layout, node) -> int:
    nodes = layout.graph.nodes
    n = 0
    for step in layout.steps:
        if step.kind == SUMS:
            n += nodes[step.source - 1] is node if step.last else nodes[step.node] is node
    return n
