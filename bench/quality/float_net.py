"""The float32 twin of an octograd net: the same layers, weights and optimiser in NumPy."""

import numpy as np

from octograd.graph import Graph
from octograd.layers import Weighted
from quality.float_layers import FloatLatent, activate, float_layer, undo
from quality.float_losses import softmax_cross_entropy


class FloatNet:
    """
    A net of float32 layers that learns from one sample at a time.

    Args:
        layers: As given to Sequential; `trainable` of each says whether it learns.
        input_shape: Shape of one sample.
        weights: (w, b) of each layer with weights, as `octograd_host.float_model.FloatModel`
            takes them; they are copied.
        sgd: octograd's SGD, whose rate, momentum and batch count; `normalize` has no twin.
        loss: A function of float_losses.py.
    """

    def __init__(self, layers, input_shape, weights, sgd, loss=softmax_cross_entropy):
        self.graph, self.sgd, self.loss = Graph(layers, input_shape), sgd, loss
        pairs, self._nodes, self._trained = iter(weights), [], []
        for node in self.graph.nodes:
            pair = _copy(next(pairs)) if isinstance(node.layer, Weighted) else None
            twin = float_layer(node, pair)
            self._nodes.append(twin)
            if pair is not None and node.layer.trainable:
                self._trained.append(_Weights(twin, sgd))
        self._reach = self.graph.trained()
        self._latents = [twin for twin in self._nodes if isinstance(twin, FloatLatent)]
        self._in_batch = 0

    def forward(self, x):
        """Return the logits of one sample, float32 of any shape; keep all tensors."""
        self._tensors = [x]
        for node, twin in zip(self.graph.nodes, self._nodes, strict=True):
            y = twin.forward(*[self._tensors[source] for source in node.sources])
            self._tensors.append(activate(y, node.layer.activation))
        return self._tensors[-1].reshape(-1)

    def backward(self, error):
        """Hand the error of the logits back as far as something is trained below."""
        errors = [None] * len(self._tensors)
        errors[-1] = error
        for i in range(len(self._nodes) - 1, -1, -1):
            if not self._reach[i + 1]:
                continue
            node = self.graph.nodes[i]
            dy = undo(errors[i + 1], self._tensors[i + 1], node.layer.activation)
            wanted = any(self._reach[source] for source in node.sources)
            dx = self._nodes[i].backward(dy, wanted)
            for source in node.sources if wanted else ():
                before = errors[source]
                errors[source] = dx if before is None else before.reshape(-1) + dx.reshape(-1)

    def step(self, x, target):
        """Learn from one sample; return the loss before it."""
        self._draw(True)
        loss, error = self.loss(self.forward(x), target)
        self._draw(False)
        self.backward(error)
        self._in_batch += 1
        last = self._in_batch == self.sgd.batch
        for weights in self._trained:
            weights.learn(last)
        if last:
            self._in_batch = 0
        return loss

    def code(self, x):
        """Return the code of a sample, that of the latent layer."""
        self.forward(x)
        (i,) = (i for i, twin in enumerate(self._nodes) if twin in self._latents)
        return self._tensors[i + 1]

    def _draw(self, draws):
        for latent in self._latents:
            latent.draws = draws

    def right(self, x, y):
        """Return by class the number of samples that are classified rightly."""
        found = [0] * self.graph.nodes[-1].size
        for sample, label in zip(x, y, strict=True):
            found[label] += bool(self.forward(sample).argmax() == label)
        return found

    @property
    def weights(self):
        """(w, b) of each layer with weights, as they are now."""
        return [(twin.w, twin.b) for twin in self._nodes if hasattr(twin, "w")]


class _Weights:
    """The weights of one layer, and what the optimiser keeps of them."""

    def __init__(self, twin, sgd):
        self._twin, self._sgd = twin, sgd
        self._parameters = [p for p in (twin.w, twin.b) if p is not None]
        self._sums = [np.zeros_like(p) for p in self._parameters] if sgd.batch > 1 else None
        self._momentum = 1 - 2.0**-sgd.momentum if sgd.momentum else 0
        self._velocity = [np.zeros_like(p) for p in self._parameters] if sgd.momentum else None

    def learn(self, last):
        """Take a sample's gradient; with the last of a batch, make a step."""
        gradients = self._twin.gradient()[: len(self._parameters)]
        if self._sums:
            for total, g in zip(self._sums, gradients, strict=True):
                total += g
            if not last:
                return
            gradients = self._sums
        # The rate for a sum over the batch, exactly that of the integers.
        rate = self._sgd.rate[0] / (1 << self._sgd.rate[1])
        for k, (p, g) in enumerate(zip(self._parameters, gradients, strict=True)):
            step = rate * g
            if self._velocity:
                self._velocity[k] *= self._momentum
                self._velocity[k] += step
                step = self._velocity[k]
            p -= step
        for total in self._sums or ():
            total.fill(0)


def _copy(pair):
    w, b = pair
    w = np.array(w, np.float32, order="C")
    return w, None if b is None else np.array(b, np.float32)
