"""Arena: where each tensor lies in the one piece of memory that a model has."""

# What a step of the way back does: make an error of sums, hand on its bytes, drop
# channels of it, move weights against it, or begin anew below a latent layer.
SUMS, BYTES, KEEP, UPDATE, LATENT = range(5)

# Times of a training step over n nodes: node i goes forward at i, the loss is
# at n, and node i goes backward at 2 n - i.


class Slot:
    """
    A tensor's place in the arena.

    Attributes:
        name: What it is, such as "conv2d" or "conv2d error".
        size: Bytes.
        start, end: The first and the last time it is needed.
        offset: Where it begins, a multiple of 4.
    """

    def __init__(self, name, n, start):
        self.name, self.size, self.offset = name, n, 0
        self.start = self.end = start

    def keep(self, time) -> None:
        """Say that the tensor is needed at a time."""
        self.start, self.end = min(self.start, time), max(self.end, time)

    def meets(self, other) -> bool:
        """Return whether both are alive at some time."""
        return self.start <= other.end and other.start <= self.end


def place(slots) -> int:
    """
    Give each slot an offset so that none alive at the same time overlap.

    The largest first, each at the lowest place that is free for its whole life.

    Returns:
        The bytes of the arena.
    """
    placed, total = [], 0
    # MicroPython's sorted() is not stable.
    for _, i in sorted([(-slot.size, i) for i, slot in enumerate(slots)]):
        slot = slots[i]
        offset = 0
        for other in sorted([p for p in placed if p.meets(slot)], key=lambda s: s.offset):
            if other.offset - offset >= slot.size:
                break
            offset = max(offset, (other.offset + other.size + 3) & ~3)
        slot.offset = offset
        placed.append(slot)
        total = max(total, offset + slot.size)
    return total


def view(memory, slot):
    """Return the memory of a slot."""
    return memory[slot.offset : slot.offset + slot.size]


class Layout:
    """
    Which tensors a graph needs at what times, in inference or in training.

    Args:
        graph: Graph.
        training: Whether there is a way back.
        partial: Whether only a part of each hidden layer's error may stay.

    Attributes:
        outputs: By node, the slot of its tensor; None for the last.
        indices: By node, the slot of what a max pool keeps; else None.
        errors: By tensor, the slot of its complete error, or of what a latent
            layer makes of it; else None.
        steps: The way back, as Step.
        slots: All slots.
        bytes: Of the arena.
    """

    def __init__(self, graph, training: bool, partial: bool = False):
        self.graph, self.slots, self.steps = graph, [], []
        self.partial = partial
        last = len(graph.nodes) - 1
        self.outputs, self.indices = [], []
        for i, node in enumerate(graph.nodes):
            name = type(node.layer).__name__.lower()
            self.outputs.append(self._slot(name, node.size, i) if i < last else None)
            n = node.layer.index_bytes(node.input_shape)
            self.indices.append(self._slot(name + " index", n, i) if n else None)
            for source in node.sources:
                self._keep(source, i)
        self.errors = [None] * (last + 2)
        if training:
            self._way_back()
        self.bytes = place(self.slots)

    def _slot(self, name, n, start):
        slot = Slot(name, n, start)
        self.slots.append(slot)
        return slot

    def _keep(self, tensor, time):
        if tensor:
            self.outputs[tensor - 1].keep(time)

    def _way_back(self):
        graph = self.graph
        n = len(graph.nodes)
        reach = graph.trained()
        left = [len(readers) for readers in graph.readers]
        waiting = [None] * (n + 1)  # what a first reader has left
        self.errors[n] = self._slot("error of the output", graph.nodes[-1].size, n)
        for i in range(n - 1, -1, -1):
            node, time = graph.nodes[i], 2 * n - i
            dy = self.errors[i + 1]
            if not reach[i + 1]:
                continue
            dy.keep(time)
            if self._keeps(i):
                step = Step(i, None, dy, None, KEEP)
                n_scores = node.layer.n_biases(node.input_shape)
                step.scratch = self._slot("scores", 4 * n_scores, time)
                self.steps.append(step)
            if node.layer.samples:
                n_both = node.layer.n_biases(node.input_shape)
                both = self._slot("latent error of both", n_both, time)
                self.steps.append(Step(i, None, dy, both, LATENT))
                self.errors[i + 1] = dy = both
            for source in node.sources:
                left[source] -= 1
                if not reach[source]:
                    continue
                step = self._step(node, i, source, left[source] == 0, time)
                if left[source]:
                    waiting[source] = step.dx
                else:
                    self.errors[source] = step.dx
                    step.pending = waiting[source]
                    if step.pending is not None:
                        step.pending.keep(time)
                self.steps.append(step)
            layer = node.layer
            if layer.trainable:
                step = Step(i, node.sources[0], dy, None, UPDATE)
                self._keep(node.sources[0], time)
                n_scratch = layer.scratch(node.input_shape)
                if n_scratch:
                    step.scratch = self._slot("scratch", n_scratch, time)
                self.steps.append(step)

    def _keeps(self, i) -> bool:
        """Return whether only some channels of a node's error stay."""
        hidden, layer = i < len(self.graph.nodes) - 1, self.graph.nodes[i].layer
        return self.partial and hidden and layer.trainable and not layer.samples

    def _step(self, node, i, source, last, time):
        """Return the step that makes the error of a source, or passes it on."""
        dy = self.errors[i + 1]
        # A pool's error has passed the activation of its input already.
        passes = node.routes and self.indices[i] is not None
        undone = self.graph.nodes[source - 1].undone if last and not passes else 0
        if undone:
            self._keep(source, time)
        if self.indices[i] is not None:
            self.indices[i].keep(time)
        if node.routes and len(node.sources) == 2 and not undone and not self._keeps(source - 1):
            return Step(i, source, dy, dy, BYTES)  # an addition's bytes serve as they are
        name = type(self.graph.nodes[source - 1].layer).__name__.lower() + " error"
        dx = self._slot(name, self.graph.nodes[source - 1].size, time)
        step = Step(i, source, dy, dx, BYTES if node.routes else SUMS)
        step.undone, step.last = undone, last
        return step


class Step:
    """
    One thing to do on the way back.

    Attributes:
        node: Index of the node.
        source: The tensor whose error is made, or that an update reads; else None.
        dy, dx: Slots of the node's error and of the one that is made.
        kind: SUMS, BYTES, KEEP, UPDATE or LATENT.
        pending: Slot of what another reader has left, or None.
        scratch: Slot of scratch, or None.
        undone: Activation that the error passes here.
        last: Whether all readers have reported now.
    """

    pending = scratch = None
    undone = 0
    last = True

    def __init__(self, node, source, dy, dx, kind):
        self.node, self.source, self.dy, self.dx, self.kind = node, source, dy, dx, kind
