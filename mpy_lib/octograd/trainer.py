"""Trainer: one training step, a whole fit, an evaluation."""

from array import array

import _octograd

from .checks import whole
from .layers import first_trainable, size
from .model import INPUT_EXPONENT, SEED_MAX
from .optimizers import q15
from .progress import Progress


class Trainer:
    """
    Trains a built model, one sample at a time, without allocating in a step.

    Args:
        net: A built Sequential.
        loss: SoftmaxCrossEntropy() or MSE().
        optimizer: SGD(lr).
        skip: Go without a backward pass where the error of a sample is below
            this, 0 to 1; 1/16 saves most of the work of a long training.

    Attributes:
        skipped: Number of samples without a backward pass so far.

    Raises:
        ValueError: The model is not built, or nothing in it is trainable.
        MemoryError: Training does not fit; the model is as it was.
    """

    def __init__(self, net, loss, optimizer, *, skip=0):
        if not hasattr(net, "computing"):
            raise TypeError(f"net: Sequential expected, got {net!r}")
        if not hasattr(loss, "classifies") or isinstance(loss, type):
            raise TypeError(f"loss: loss such as MSE() expected, got {loss!r}")
        if not hasattr(optimizer, "rate"):
            raise TypeError(f"optimizer: SGD(lr) expected, got {optimizer!r}")
        net.check_built()
        layers = net.computing
        first = first_trainable(layers)
        sizes = [size(shape) for shape in net.computing_shapes(net.input_shape)[1:]]
        activations = memoryview(bytearray(sum(sizes[:-1])))
        self._outputs, start = [], 0
        for n in sizes[:-1]:
            self._outputs.append(activations[start : start + n])
            start += n
        self._exponents = array("h", bytes(2 * len(layers)))
        self._skip = q15("skip", skip)
        memory = [
            layer.training_memory(layer.trainable and net.weight_bits == 16, i > first)
            for i, layer in enumerate(layers)
        ]
        for layer, its in zip(layers, memory):
            layer.adopt_training(its)
        # Between predictions the arena is free: it holds the errors.
        self._errors, self._arena = net.views, net.arena
        self._layers, self._first = layers, first
        self.net, self.loss, self.optimizer = net, loss, optimizer
        self.skipped = 0
        self.correct = False

    def step(self, x, target) -> int:
        """
        Learn from one sample.

        Args:
            x: int8 buffer of the input's size, in units of 2**-7.
            target: Class number, or for MSE an int8 buffer of the output's size.

        Returns:
            The loss before the step, in units of 1/1024.

        Raises:
            TypeError, ValueError: x or target does not fit; nothing has changed.
        """
        net, layers, exponents = self.net, self._layers, self._exponents
        logits = net.outputs
        if net.arena is not self._arena:
            raise ValueError("net: built again since; a new Trainer expected")
        _octograd.check_items(x, net.n_in, "x")
        self.loss.check(target, len(logits))
        last = len(layers) - 1
        e, x_i = INPUT_EXPONENT, x
        for i in range(last):
            exponents[i] = e
            y = self._outputs[i]
            e = layers[i].forward(x_i, e, True, y)
            x_i = y
        exponents[last] = e
        e = layers[last].forward_s32(x_i, e, logits)
        if self.loss.classifies:
            self.correct = _octograd.argmax(logits) == target
        loss = self.loss.error(logits, e, target)
        e = _octograd.error_quantize(logits, self._skip, self._errors[last])
        if e is None:
            self.skipped += 1
        else:
            self._backward(x, e)
        return loss

    def _backward(self, x, e_dy):
        layers, errors, first = self._layers, self._errors, self._first
        rate, rng = self.optimizer.rate, self.net.rng
        for i in range(len(layers) - 1, first - 1, -1):
            layer, dy, e_dx = layers[i], errors[i], 0
            x_i = self._outputs[i - 1] if i > 0 else x
            if i > first:
                # By the weights as they are before the update.
                e_dx = layer.backward_x(dy, e_dy, x_i, layers[i - 1].activation, errors[i - 1])
            if layer.trainable:
                layer.update(dy, e_dy, x_i, self._exponents[i], rate, rng)
            e_dy = e_dx

    def fit(self, x, y, *, epochs: int = 1, shuffle: bool = True, seed: int = 1):
        """
        Learn from a data set; return a generator that yields after each sample.

        It takes 2 bytes a sample for their order, and room for one sample and
        one target; nothing is allocated once it runs. Use it as `for p in trainer.fit(x, y):`,
        or `og.show(trainer.fit(x, y))` for a progress line.

        Args:
            x: int8 buffer of whole samples, one after the other.
            y: Class numbers (bytes, array), or for MSE an int8 buffer of targets.
            epochs: How often each sample is seen.
            shuffle: Whether each epoch has an order of its own.
            seed: Of the orders.

        Yields:
            The same Progress each time.

        Raises:
            TypeError, ValueError: An argument does not fit; at once, not in the loop.
        """
        whole("epochs", epochs, 1, SEED_MAX)
        rng = array("I", [1])
        _octograd.rng_seed(rng, whole("seed", seed, 0, SEED_MAX))
        return self._fit(x, y, epochs, shuffle, rng, self._count(x, y))

    def _fit(self, x, y, epochs, shuffle, rng, n):
        sample = bytearray(self.net.n_in)
        target = bytearray(len(self.net.outputs))
        order = array("H", range(n))
        progress = Progress(epochs, n, self.loss.classifies)
        for epoch in range(epochs):
            progress.start(epoch)
            if shuffle:
                for i in range(n - 1, 0, -1):
                    j = _octograd.rng_below(rng, i + 1)
                    order[i], order[j] = order[j], order[i]
            for i in range(n):
                index = order[i]
                _octograd.take(x, index, sample)
                loss = self.step(sample, self.loss.select(y, index, target))
                progress.add(loss, self.correct)
                yield progress

    def evaluate(self, x, y) -> tuple:
        """
        Return (loss, accuracy) on a data set; accuracy is None for MSE.

        Args:
            x: int8 buffer of whole samples, one after the other.
            y: Class numbers (bytes, array), or for MSE an int8 buffer of targets.
        """
        n = self._count(x, y)
        net = self.net
        sample = bytearray(net.n_in)
        target = bytearray(len(net.outputs))
        progress = Progress(1, n, self.loss.classifies)
        for i in range(n):
            _octograd.take(x, i, sample)
            expected = self.loss.select(y, i, target)
            logits = net.predict(sample)
            correct = self.loss.classifies and _octograd.argmax(logits) == expected
            progress.add(self.loss.error(logits, net.output_exponent, expected), correct)
        return progress.loss, progress.accuracy

    def _count(self, x, y) -> int:
        n = self.loss.count(y, len(self.net.outputs))
        if not 1 <= n <= 65535:
            raise ValueError(f"y: 1 to 65535 samples expected, got {n}")
        _octograd.check_items(x, n * self.net.n_in, "x")
        self.loss.check_all(y, n, len(self.net.outputs))
        return n
