"""Trainer: one training step, a whole fit, an evaluation."""

from array import array

import _octograd
import _octograd_train

from .arena import KEEP, SUMS, Layout, view
from .calls import (
    apply_batch,
    backward_calls,
    decay,
    forward_calls,
    run_backward,
    run_forward,
)
from .checks import whole
from .layers import Weighted, fresh_range
from .model import SEED_MAX, exponents, forward, forward_views
from .optimizers import q15
from .partial import PartialUpdate
from .progress import Progress, elapsed, milliseconds
from .report import Report
from .samples import COUNT_MAX, Samples, Shuffle

_PART = 64  # swaps of a shuffle between which fit_async() may let others run


class Diverged(Exception):
    """
    A layer's weights have grown 256-fold: the learning rate is too large.

    Integers have no NaN; this is how a diverging net shows. Use Sequential's
    snapshot() before and restore() after to get the weights back.
    """


class Trainer:
    """
    Trains a built model, without allocating in a step.

    Args:
        net: A built Sequential.
        loss: Such as SoftmaxCrossEntropy() or MSE().
        optimizer: SGD(lr).
        skip: Go without a backward pass where the error of a sample is below
            this, 0 to 1; 1/16 saves most of the work of a long training.
        partial: PartialUpdate() to train only some rows or filters of each hidden
            layer, or None.
        consolidate: EWC() of this net, to keep what it knows, or None.

    Attributes:
        skipped: Number of samples without a backward pass so far.
        steps: Number of samples learnt from so far.

    Raises:
        TypeError, ValueError: An argument does not fit, the model is not built,
            or nothing in it is trainable.
        MemoryError: Training does not fit; the model is as it was.
    """

    def __init__(self, net, loss, optimizer, *, skip: float = 0, partial=None, consolidate=None):
        if not hasattr(net, "weighted"):
            raise TypeError(f"net: Sequential expected, got {net!r}")
        if not hasattr(loss, "classifies") or isinstance(loss, type):
            raise TypeError(f"loss: loss such as MSE() expected, got {loss!r}")
        if not hasattr(optimizer, "rate"):
            raise TypeError(f"optimizer: SGD(lr) expected, got {optimizer!r}")
        if partial is not None and not isinstance(partial, PartialUpdate):
            raise TypeError(f"partial: PartialUpdate() or None expected, got {partial!r}")
        if consolidate is not None:
            if not hasattr(consolidate, "pull") or isinstance(consolidate, type):
                raise TypeError(f"consolidate: EWC() or None expected, got {consolidate!r}")
            if consolidate.net is not net:
                raise ValueError("consolidate: EWC of the same net expected")
        net.check_built()
        self._skip = q15("skip", skip)
        self._trained = [layer for layer in net.weighted if layer.trainable]
        if not self._trained:
            raise ValueError("net: a trainable layer expected, got none")
        for layer in self._trained:
            layer.check_trainable()
        self.net, self.loss, self.optimizer = net, loss, optimizer
        self.partial, self.consolidate = partial, consolidate
        self.skipped = self.steps = 0
        self.correct = False
        self._in_batch = 0
        self._start = [layer.e_w[0] for layer in self._trained]
        self._allocate()

    def _allocate(self):
        net, optimizer = self.net, self.optimizer
        nodes = net.graph.nodes
        layout = Layout(net.graph, True, self.partial is not None)
        ranges = self._ranges(layout)
        memory = [
            layer.training_memory(
                layer.trainable and net.weight_bits == 16,
                layer.trainable and optimizer.momentum > 0,
                layer.trainable and optimizer.batch > 1,
            )
            for layer in net.weighted
        ]
        self._exponents = exponents(net.graph)
        self._error_exponents = array("h", bytes(2 * len(layout.slots)))
        arena = net.arena if len(net.arena) >= layout.bytes else bytearray(layout.bytes)
        view_of = memoryview(arena)
        self._tensors, self._indices = forward_views(layout, view_of)
        slots = {id(slot): k for k, slot in enumerate(layout.slots)}
        self._steps = [_Step(step, nodes, view_of, slots, ranges) for step in layout.steps]
        output = layout.errors[len(nodes)]
        self._output_error, self._output_slot = view(view_of, output), slots[id(output)]
        views, layers = forward_views(net.layout, view_of), net.weighted
        self._list_calls(layers, memory)
        # From here on nothing takes memory. (A zip() would.)
        for i in range(len(layers)):
            layers[i].adopt_training(memory[i])
        for i in range(len(nodes)):
            layer = nodes[i].layer
            layer.dy_range, layer.edge_range = ranges[i]
        net.use_arena(arena, views)
        net.trainer = self

    def _ranges(self, layout):
        """Return (dy_range, edge_range) for each node: those it has, new, or None."""
        nodes = self.net.graph.nodes
        wanted = [[False, False] for _ in nodes]
        for step in layout.steps:
            if step.kind == SUMS:
                if step.last:
                    wanted[step.source - 1][0] = True
                else:
                    wanted[step.node][1] = True
        return [
            (
                (node.layer.dy_range or fresh_range()) if dy else None,
                (node.layer.edge_range or fresh_range()) if edge else None,
            )
            for node, (dy, edge) in zip(nodes, wanted)
        ]

    def step(self, x, target) -> int:
        """
        Learn from one sample.

        Args:
            x: int8 buffer of the input's size, in units of 2**-7.
            target: Class number, or an int8 buffer of the output's size.

        Returns:
            The loss before the step, in units of 1/1024.

        Raises:
            TypeError, ValueError: x or target does not fit; nothing has changed.
            Diverged: The weights grow without end.
        """
        net = self.net
        logits = net.outputs
        if net.trainer is not self:
            raise ValueError("net: built again, or given to another Trainer; make a new one")
        _octograd.check_items(x, net.n_in, "x")
        self.loss.check(target, len(logits))
        self._tensors[0] = x
        if Weighted.replaced != self._bound:
            self.bind()
        e_y = run_forward(self._forward_calls, logits)
        if self.loss.classifies:
            self.correct = _octograd.argmax(logits) == target
        loss = self.loss.error(logits, e_y, target)
        largest = _octograd_train.error_largest(logits)
        if largest < self._skip:
            self.skipped += 1
        else:
            fraction = self.partial.fraction(largest, loss) if self.partial else 0
            e_loss = _octograd_train.error_quantize(logits, self._output_error)
            run_backward(self._backward_calls, self.optimizer.rate, e_loss, fraction)
        self._after()
        return loss

    def gradient(self, x, target) -> None:
        """Add one sample's gradients to the sums of all layers, which must have some."""
        net = self.net
        self._tensors[0] = x
        nodes, logits = net.graph.nodes, net.outputs
        e_y = forward(nodes, self._tensors, self._exponents, self._indices, False, logits)
        self.loss.error(logits, e_y, target)
        e_loss = _octograd_train.error_quantize(logits, self._output_error)
        run_backward(self._backward_calls, self.optimizer.rate, e_loss, 0)

    def bind(self) -> None:
        """List the calls of a step anew, after a layer's buffers were replaced."""
        layers = self.net.weighted
        memory = [(layer.residual, layer.velocity, layer.sums, layer._batch) for layer in layers]
        self._list_calls(layers, memory)

    def _list_calls(self, layers, memory):
        training = {id(layer): held for layer, held in zip(layers, memory)}
        nodes = self.net.graph.nodes
        self._forward_calls = forward_calls(nodes, self._tensors, self._exponents, self._indices)
        self._backward_calls = (
            backward_calls(self._steps, training),
            self._tensors,
            self._exponents,
            self._error_exponents,
            self._output_slot,
        )
        self._watched = [layer.e_w for layer in self._trained]
        self._bound = Weighted.replaced

    def _after(self):
        """Finish a sample: the batch's step, what changes weights besides, the watchdog."""
        optimizer = self.optimizer
        batch = optimizer.batch
        self.steps += 1
        if batch > 1:
            self._in_batch += 1
            if self._in_batch < batch:
                return
            self._in_batch = 0
            for layer in self._trained:
                apply_batch(layer, optimizer.rate)
        if optimizer.decay_period and self.steps // batch % optimizer.decay_period == 0:
            for layer in self._trained:
                decay(layer)
        if self.consolidate is not None:
            self.consolidate.pull(self._trained)
        self._watch()

    def _watch(self):
        watched, start = self._watched, self._start
        for i in range(len(watched)):
            if watched[i][0] - start[i] > 8:
                raise Diverged(f"{self._trained[i]!r}: the weights have grown 256-fold; lower lr")

    def fit(self, x, y=None, *, epochs: int = 1, shuffle: bool = True, seed: int = 1, replay=None):
        """
        Learn from a data set; return a generator that yields after each sample.

        It takes 2 bytes a sample for their order, and room for one sample and
        one target; nothing is allocated once it runs. Use it as
        `for p in trainer.fit(x, y):`, or `og.show(trainer.fit(x, y))` for a
        progress line.

        Args:
            x: int8 buffer of whole samples, one after the other; or a Dataset.
            y: Class numbers (bytes, array), or an int8 buffer of targets; not with
                a Dataset, whose targets are checked as they are read.
            epochs: How often each sample is seen.
            shuffle: Whether each epoch has an order of its own.
            seed: Of the orders; the same seed brings the same orders again.
            replay: ReplayBuffer of samples of old tasks: each new sample is followed
                by a step on one of them, once there are any. None is added here.

        Yields:
            The same Progress each time, of the new samples alone.

        Raises:
            TypeError, ValueError: An argument does not fit; at once, not in the loop.
        """
        return self._begin(x, y, epochs, shuffle, seed, replay, COUNT_MAX)

    async def fit_async(
        self,
        x,
        y=None,
        *,
        epochs: int = 1,
        shuffle: bool = True,
        seed: int = 1,
        replay=None,
        slice_ms: int = 10,
    ):
        """
        Learn from a data set, as fit() does, byte for byte, while other tasks of asyncio run too.

            task = asyncio.create_task(trainer.fit_async(x, y, slice_ms=5))

        It lets the others run after slice_ms at the latest, if a step takes less: it stops
        before one that might not fit, going by the longest so far. Else after each
        step; with a replay two steps belong together. Nothing is allocated once it runs.

        Args:
            slice_ms: Milliseconds in a row, 0 to 10000; 0 is one step.
            x, y, epochs, shuffle, seed, replay: As of fit().

        Returns:
            The Progress of the last epoch.

        Raises:
            TypeError, ValueError: An argument does not fit; before the first step.
        """
        import asyncio

        whole("slice_ms", slice_ms, 0, 10000)
        longest, before = 0, milliseconds()
        start = before
        for p in self._begin(x, y, epochs, shuffle, seed, replay, _PART):
            progress = p
            longest = max(longest, elapsed(before))
            if elapsed(start) + longest >= slice_ms:
                await asyncio.sleep(0)
                start = milliseconds()
            before = milliseconds()
        return progress

    def _begin(self, x, y, epochs, shuffle, seed, replay, part):
        """Check the arguments of a fit, and return its generator."""
        whole("epochs", epochs, 1, SEED_MAX)
        samples = self.samples(x, y)
        if replay is not None:
            self._check_replay(replay)
        order = Shuffle(len(samples), seed=seed)
        return self._fit(samples, epochs, shuffle, order, replay, part)

    def _check_replay(self, replay):
        if not hasattr(replay, "draw_into") or isinstance(replay, type):
            raise TypeError(f"replay: ReplayBuffer() or None expected, got {replay!r}")
        if not self.loss.classifies:
            raise ValueError("replay: None expected with a loss that does not classify")
        n_in, n_out = self.net.n_in, len(self.net.outputs)
        if replay.n_in != n_in or replay.classes > n_out:
            wanted = f"{n_in} bytes a sample, up to {n_out} classes"
            raise ValueError(f"replay: {wanted} expected, got {replay!r}")

    def _fit(self, samples, epochs, shuffle, order, replay, part):
        sample = bytearray(self.net.n_in)
        target = bytearray(len(self.net.outputs))
        progress = Progress(epochs, len(order), self.loss.classifies)
        for epoch in range(epochs):
            progress.start(epoch)
            self.optimizer.start_epoch(epoch, epochs)
            top = len(order) - 1 if shuffle else 0
            while top > 0:
                order.shuffle_part(top, max(top - part, 0))
                top -= part
                if part < COUNT_MAX:
                    yield progress
            for i in range(len(order)):
                loss = self.step(sample, samples.record_into(order[i], sample, target))
                progress.add(loss, self.correct)
                if replay is not None and len(replay):
                    label = replay.draw_into(sample)
                    self.step(sample, label)
                yield progress

    def evaluate(self, x, y=None) -> tuple:
        """
        Return (loss, accuracy) on a data set; accuracy is None for regression.

        Args:
            x: int8 buffer of whole samples, one after the other; or a Dataset.
            y: Class numbers (bytes, array), or an int8 buffer of targets; not with
                a Dataset.
        """
        samples, net = self.samples(x, y), self.net
        progress = Progress(1, len(samples), self.loss.classifies)
        self.evaluate_into(samples, bytearray(net.n_in), bytearray(len(net.outputs)), progress)
        return progress.loss, progress.accuracy

    def evaluate_into(self, samples, sample, target, progress) -> None:
        """
        Evaluate, and leave loss and accuracy in a Progress. Allocates nothing.

        Args:
            samples: What samples() returned.
            sample, target: Room for one: bytearrays of the net's inputs and outputs.
            progress: It is started anew.
        """
        progress.start(0)
        for i in range(len(samples)):
            expected = samples.record_into(i, sample, target)
            logits = self.net.predict(sample)
            correct = self.loss.classifies and _octograd.argmax(logits) == expected
            progress.add(self.loss.error(logits, self.net.output_exponent, expected), correct)

    def drop_batch(self) -> None:
        """Forget the samples of a batch in progress."""
        self._in_batch = 0
        for layer in self._trained:
            if layer.sums is not None:
                layer._batch[2] = 0

    def report(self):
        """Return a Report: what share of the work was left out so far."""
        return Report(self.net.graph, self._steps, self.steps, self.skipped)

    def samples(self, x, y):
        """Return a data set that fits the net: x itself if it is a Dataset, else of x and y."""
        n_in, n_out = self.net.n_in, len(self.net.outputs)
        if not hasattr(x, "record_into"):
            return Samples(x, y, self.loss, n_in, n_out)
        if y is not None:
            raise ValueError(f"y: None expected with {x!r}")
        wanted = n_in, None if self.loss.classifies else n_out
        if (x.n_in, x.n_out) != wanted:
            raise ValueError(f"x: n_in={n_in}, n_out={wanted[1]} expected, got {x!r}")
        return x


class _Step:
    """A step of the way back, with its memory."""

    def __init__(self, step, nodes, memory, slots, ranges):
        self.node, self.kind = step.node, step.kind
        self.layer = layer = nodes[step.node].layer
        self.source, self.undone = step.source, step.undone
        self.dy, self.dy_slot = view(memory, step.dy), slots[id(step.dy)]
        self.scratch = step.scratch and view(memory, step.scratch)
        if step.kind == KEEP:
            self.channels, self.kept = layer.n_biases(nodes[step.node].input_shape), 0
        if step.dx is None:
            return
        self.dx, self.dx_slot = view(memory, step.dx), slots[id(step.dx)]
        if step.dx is step.dy:
            self.dx = self.dy
        self.pending = step.pending and view(memory, step.pending)
        self.pending_slot = slots[id(step.pending)] if step.pending else 0
        if step.kind == SUMS:
            self.range = ranges[step.source - 1][0] if step.last else ranges[step.node][1]
