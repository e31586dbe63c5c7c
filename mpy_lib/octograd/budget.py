"""fit_budget: which layers to train, and how much of them, with what there is."""

from collections import namedtuple

from .arena import KEEP, SUMS, UPDATE, Layout
from .checks import whole
from .graph import Graph, check_shape, inside
from .layers import Weighted
from .partial import PartialUpdate

Choice = namedtuple("Choice", ("until", "fraction", "ram", "macs"))

_LEAST = 3277  # share of rows, in Q15, below which a layer is not worth training: a tenth


class Budget:
    """
    What fit_budget() proposes, as a table when printed.

    Attributes:
        until: For net.freeze(until=...).
        partial: For Trainer(partial=...): a PartialUpdate, or None if all rows can be trained.
        ram: Bytes of all buffers in training, as a Plan counts them.
        macs: Multiply-accumulates of a training step at the most.
        choices: One Choice (until, fraction, ram, macs) for each depth, the
            deepest first; fraction is None where it does not fit.
    """

    def __init__(self, choices, chosen):
        self.choices = choices
        self.until, fraction, self.ram, self.macs = chosen
        self.partial = None
        if fraction < 1:
            self.partial = PartialUpdate(min(0.1, fraction), fraction)

    def __str__(self):
        lines = [f"{'freeze(until=)':<16}{'rows trained':>14}{'RAM':>10}{'MACs':>12}"]
        for choice in self.choices:
            share = "-" if choice.fraction is None else f"{100 * choice.fraction:.0f} %"
            mark = "  <" if choice.until == self.until else ""
            lines.append(f"{choice.until:<16}{share:>14}{choice.ram:>10}{choice.macs:>12}{mark}")
        return "\n".join(lines)


def fit_budget(
    net,
    *,
    ram=None,
    macs=None,
    input_shape=None,
    momentum: bool = False,
    batch: int = 1,
) -> Budget:
    """
    Propose which layers of a net to train within a budget; changes nothing.

    The deepest training that fits is taken, as it learns best, with as many
    rows of its hidden layers as the multiply-accumulates allow, a tenth at least.

        budget = og.fit_budget(net, ram=20000, macs=150000)
        net.freeze(until=budget.until)
        trainer = og.Trainer(net, loss, og.SGD(1 / 64), partial=budget.partial)

    Args:
        net: A Sequential.
        ram: Bytes that all buffers may take in training, or None.
        macs: Multiply-accumulates that a training step may take, or None.
        input_shape: Of one sample, if the net is not built.
        momentum: Whether the optimiser has momentum.
        batch: Samples a step.

    Raises:
        TypeError, ValueError: An argument does not fit, or not even training the last
            layer does; says what that would take.
    """
    if isinstance(net, type) or not hasattr(net, "weighted"):
        raise TypeError(f"net: Sequential expected, got {net!r}")
    if ram is not None:
        whole("ram", ram, 1, 2**30)
    if macs is not None:
        whole("macs", macs, 1, 2**30)
    if input_shape is None:
        net.check_built()
        input_shape = net.input_shape
    layers = net.weighted
    before = [layer.trainable for layer in layers]
    try:
        choices = []
        for until, layer in enumerate(net.layers):
            if any([isinstance(one, Weighted) for one in inside(layer)]):
                net.freeze(until=until)
                choices.append(_choice(net, until, input_shape, ram, macs, momentum, batch))
    finally:
        for layer, trainable in zip(layers, before):
            layer.trainable = trainable
    for choice in choices:
        if choice.fraction is not None:
            return Budget(choices, choice)
    least = choices[-1]
    name, value = (
        ("ram", least.ram) if ram is not None and least.ram > ram else ("macs", least.macs)
    )
    raise ValueError(f"{name}: at least {value} to train the last layer expected")


def _choice(net, until, input_shape, ram, macs, momentum, batch):
    """Return the Choice of one depth, for a net frozen to it."""
    plan = net.plan(input_shape, training=True, momentum=momentum, batch=batch)
    if (macs is None or plan.macs <= macs) and (ram is None or plan.ram <= ram):
        return Choice(until, 1.0, plan.ram, plan.macs)
    partial = net.plan(input_shape, training=True, momentum=momentum, batch=batch, partial=True)
    parts = _parts(Graph(net.layers, check_shape(input_shape)))
    fixed = plan.macs - sum([part for part, _ in parts])
    fraction = 32768
    if macs is not None:
        hidden = sum([part for part, _ in parts])
        fraction = min(32768, max(macs - fixed, 0) * 32768 // max(hidden, 1))
    done = fixed + sum([part * max(fraction * n >> 15, 1) // n for part, n in parts])
    # Fewer rows take fewer multiply-accumulates, but not less memory.
    fits = parts and fraction >= _LEAST and (macs is None or done <= macs)
    if fits and (ram is None or partial.ram <= ram):
        return Choice(until, fraction / 32768, partial.ram, done)
    return Choice(until, None, plan.ram, plan.macs)


def _parts(graph) -> list:
    """Return (multiply-accumulates on the way back, rows) of each hidden trained layer."""
    layout = Layout(graph, True, True)
    parts = []
    for keep in [step for step in layout.steps if step.kind == KEEP]:
        node = graph.nodes[keep.node]
        steps = [s for s in layout.steps if s.node == keep.node and s.kind in (SUMS, UPDATE)]
        macs = len(steps) * node.layer.macs(node.input_shape)
        parts.append((macs, node.layer.n_biases(node.input_shape)))
    return parts
