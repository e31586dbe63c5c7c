"""Sequential: layers in a row, and the memory they share."""

import hashlib
from array import array

import _octograd

from .activations import linear
from .arena import Layout, view
from .checks import whole
from .graph import Graph, check_shape, flat, inside
from .layers import Weighted
from .windows import size

INPUT_EXPONENT = -7  # of a network's int8 input
SEED_MAX = 2**30 - 1  # the largest int that needs no memory on a 32-bit port


class Sequential:
    """
    A chain of layers. The last one gives int32 sums (logits), the others int8.

    Args:
        layers: Layers in order; the last is linear, Dense or a convolution.
        weight_bits: 16: each trainable weight keeps a residual byte, and learns
            as float32 does. 8: half the memory, stochastic rounding.

    Attributes:
        layers: As given.
        input_shape: As given to build(), else None.
        outputs: array('i') of the last predict(), real value q * 2**output_exponent.
        output_exponent: See outputs.
        trainer: The Trainer that has prepared the model last, or None.
    """

    def __init__(self, *layers, weight_bits: int = 16):
        self._flat = flat(layers)
        last = layers[-1] if layers else None
        if not last or not last.ends or last.activation != linear:
            got = "nothing" if last is None else repr(last)
            raise ValueError(f"layers: a linear Dense or Conv2D as the last expected, got {got}")
        if weight_bits not in (8, 16) or not isinstance(weight_bits, int):
            raise ValueError(f"weight_bits: 8 or 16 expected, got {weight_bits!r}")
        self.layers, self.weight_bits = layers, weight_bits
        self.input_shape = self.outputs = self.arena = None
        self.output_exponent = 0

    def __repr__(self):
        return f"Sequential({', '.join([repr(layer) for layer in self.layers])})"

    @property
    def weighted(self) -> list:
        """The layers with weights, those within blocks too."""
        return [layer for layer in self._flat if isinstance(layer, Weighted)]

    def freeze(self, *, until: int) -> None:
        """
        Make the layers before `until` frozen, and the others trainable.

        Args:
            until: Index into `layers`; negative ones count from the end, so
                until=-1 leaves only the last layer to be trained. A Trainer
                that exists already does not learn of it.
        """
        n = len(self.layers)
        if not isinstance(until, int) or not -n <= until <= n:
            raise ValueError(f"until: {-n} to {n} expected, got {until!r}")
        first = until if until >= 0 else n + until
        for i, layer in enumerate(self.layers):
            for one in inside(layer):
                if isinstance(one, Weighted):
                    one.trainable = i >= first

    def build(self, input_shape, *, seed: int = 1) -> None:
        """
        Take the memory for inference and draw the weights.

        Args:
            input_shape: Shape of one sample, such as (28, 28, 1).
            seed: 0 to 2**30 - 1; the same seed gives the same weights everywhere.

        Raises:
            TypeError, ValueError: A shape or size is impossible; says which.
            MemoryError: It does not fit; the model is as it was.
        """
        rng = array("I", [1])
        _octograd.rng_seed(rng, whole("seed", seed, 0, SEED_MAX))
        self.allocate(input_shape, rng)
        for node in self.graph.nodes:
            if isinstance(node.layer, Weighted):
                node.layer.initialize(rng, node.input_shape)

    def allocate(self, input_shape, rng) -> None:
        """Take the memory for inference; all weights are 0."""
        shape = check_shape(input_shape)
        graph = Graph(self.layers, shape)
        layout = Layout(graph, False)
        arena = bytearray(layout.bytes)
        outputs = array("i", bytes(4 * graph.nodes[-1].size))
        memory = [node.layer.memory(node.input_shape) for node in graph.nodes]
        places = exponents(graph)
        views = forward_views(layout, memoryview(arena))
        # From here on nothing takes memory. (A zip() would.)
        for i in range(len(memory)):
            node = graph.nodes[i]
            node.layer.adopt(memory[i], node.input_shape, rng)
        self.graph, self.layout, self.rng, self.outputs = graph, layout, rng, outputs
        self._exponents, self.n_in = places, size(shape)
        self.trainer = None
        self.use_arena(arena, views)
        self.input_shape = shape

    def extra_bytes(self, graph) -> int:
        """Return the bytes that the model takes besides those of every model."""
        return 0

    def use_arena(self, arena, views) -> None:
        """Make inference work in this memory, with forward_views() of it."""
        self.arena = arena
        self._tensors, self._indices = views

    def check_built(self) -> None:
        if self.input_shape is None:
            raise ValueError("model: not built yet; call build(input_shape) first")

    def predict(self, x) -> array:
        """
        Return the outputs for one sample: int32 sums, overwritten by the next call.

        Args:
            x: int8 buffer of the input's size (array('b'), bytes, memoryview), in
                units of 2**-7.

        Returns:
            array('i'); the real value is q * 2**output_exponent.
        """
        self.check_built()
        _octograd.check_items(x, self.n_in, "x")
        return self._run(x, False)

    def _run(self, x, training):
        self._tensors[0] = x
        self.output_exponent = forward(
            self.graph.nodes,
            self._tensors,
            self._exponents,
            self._indices,
            training,
            self.outputs,
        )
        return self.outputs

    def classify(self, x) -> int:
        """Return the most likely class of one sample."""
        return _octograd.argmax(self.predict(x))

    @property
    def embedding_size(self) -> int:
        """Items of embed_into()."""
        self.check_built()
        nodes = self.graph.nodes
        tensor = nodes[-1].sources[0]
        return nodes[tensor - 1].size if tensor else self.n_in

    def embed_into(self, x, embedding) -> int:
        """
        Write what the last layer sees of one sample; return its exponent. Allocates nothing.

        Args:
            x: int8 buffer of the input's size, in units of 2**-7.
            embedding: Writable int8 buffer of embedding_size items.
        """
        self.check_built()
        nodes = self.graph.nodes
        return self.run_into(x, nodes[-1].sources[0], len(nodes) - 1, embedding, "embedding")

    def run_into(self, x, tensor, stop, out, name) -> int:
        """Run the nodes before `stop`; copy a tensor of theirs, and return its exponent."""
        size = self.graph.nodes[tensor - 1].size if tensor else self.n_in
        _octograd.check_items(x, self.n_in, "x")
        _octograd.check_items(out, size, name)
        tensors, places = self._tensors, self._exponents
        tensors[0] = x
        forward_hidden(self.graph.nodes, 0, stop, tensors, places, self._indices, False)
        _octograd.take(tensors[tensor], 0, out)
        return places[tensor]

    def calibrate(self, x) -> None:
        """
        Let the ranges of all layers learn from samples, and nothing else.

        Dropout drops nothing meanwhile, and a Latent layer gives its mean.

        Args:
            x: int8 buffer of whole samples, one after the other.
        """
        self.check_built()
        n = len(x) // self.n_in
        _octograd.check_items(x, max(n, 1) * self.n_in, "x")
        sample = bytearray(self.n_in)
        self.set_drawing(False)
        for i in range(n):
            _octograd.take(x, i, sample)
            self._run(sample, True)
        self.set_drawing(True)

    def set_drawing(self, draws: bool) -> None:
        """Let dropouts and latent layers draw in training, or not."""
        for layer in self._flat:
            if hasattr(layer, "draws"):
                layer.draws = draws

    def plan(
        self,
        input_shape=None,
        *,
        training: bool = False,
        momentum: bool = False,
        batch: int = 1,
        partial: bool = False,
    ):
        """
        Return a Plan: bytes and multiply-accumulates, before any is spent.

        Args:
            input_shape: Of one sample; that of build() if there was one.
            training: Whether for training, else for inference.
            momentum: Whether the optimiser has momentum.
            batch: Samples a step.
            partial: Whether with a PartialUpdate; MACs are those of all rows.
        """
        from .plan import Plan

        if input_shape is None:
            self.check_built()
            input_shape = self.input_shape
        return Plan(self, input_shape, training, momentum, batch, partial)

    def save(self, path: str, *, key=None) -> None:
        """
        Write the model to a file: weights, residuals, exponents, ranges, generator.

        It takes the place of an old one when it is complete. Velocities of momentum
        and the sums of a batch in progress are not kept; see Checkpoint.

        Args:
            path: Of the file.
            key: To sign it with (HMAC-SHA256), bytes, or None.
        """
        from .format import save

        self.check_built()
        save(self, path, key)

    def state(self) -> list:
        """Return all buffers that training changes, in a fixed order."""
        self.check_built()
        buffers = []
        for node in self.graph.nodes:
            buffers.extend(node.layer.state())
        return buffers + [self.rng]

    def snapshot(self) -> list:
        """Return a copy of everything that training changes, for restore()."""
        return [buffer[:] for buffer in self.state()]

    def snapshot_into(self, snapshot: list) -> None:
        """Make a snapshot() anew in the memory of one of the same layers and Trainer."""
        for copy, buffer in zip(snapshot, self.state()):
            if isinstance(copy, (bytearray, array)):
                copy[:] = buffer

    def restore(self, snapshot: list) -> None:
        """Go back to a snapshot() that was made with the same layers and Trainer."""
        buffers = self.state()
        if [len(buffer) for buffer in buffers] != [len(copy) for copy in snapshot]:
            raise ValueError("snapshot: one of this model and Trainer expected")
        for buffer, copy in zip(buffers, snapshot):
            # What cannot be written belongs to a frozen layer, and is as it was.
            if isinstance(buffer, (bytearray, array)):
                buffer[:] = copy

    def digest(self) -> str:
        """Return the SHA-256, in hexadecimal, of everything that training changes."""
        h = hashlib.sha256()
        for buffer in self.state():
            h.update(buffer)
        return "".join([f"{byte:02x}" for byte in h.digest()])


def exponents(graph):
    """Return room for the exponent of each tensor, with the input's."""
    return array("h", [INPUT_EXPONENT] * (len(graph.nodes) + 1))


def forward_views(layout, memory) -> tuple:
    """Return, in an arena's memory, the buffer of each tensor, and what max pools keep."""
    tensors = [None] + [slot and view(memory, slot) for slot in layout.outputs]
    return tensors, [slot and view(memory, slot) for slot in layout.indices]


def forward(nodes, tensors, exponents, indices, training, outputs) -> int:
    """
    Run all nodes; return the exponent of the outputs. Allocates nothing.

    Args:
        nodes: Of a graph.
        tensors: By tensor, its int8 buffer; tensors[0] is the input.
        exponents: By tensor, its exponent.
        indices: By node, what a max pool keeps, or None.
        training: Whether ranges learn.
        outputs: array('i') of the last node.
    """
    last = len(nodes) - 1
    forward_hidden(nodes, 0, last, tensors, exponents, indices, training)
    a = nodes[last].sources[0]
    return nodes[last].layer.forward_s32(tensors[a], exponents[a], outputs)


def forward_hidden(nodes, first, stop, tensors, exponents, indices, training) -> None:
    """Run the nodes from `first` to before `stop`, none of them the last; as forward()."""
    for i in range(first, stop):
        node = nodes[i]
        layer, a = node.layer, node.sources[0]
        if indices[i] is not None:
            layer.index = indices[i]
        if len(node.sources) == 1:
            e_y = layer.forward(tensors[a], exponents[a], training, tensors[i + 1])
        else:
            b = node.sources[1]
            e_y = layer.forward_two(
                tensors[a], exponents[a], tensors[b], exponents[b], training, tensors[i + 1]
            )
        exponents[i + 1] = e_y
