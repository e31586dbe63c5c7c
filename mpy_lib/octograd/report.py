"""Report: what a training has cost, and what was left out."""

from .arena import KEEP, SUMS, UPDATE


class Report:
    """
    The multiply-accumulates of a training so far, as text when printed.

    Zeros among the errors that are left cost less than is counted here: the
    kernels pass over them.

    Attributes:
        samples: Number of samples learnt from, skipped ones too.
        skipped: Number of those without a backward pass.
        forward: Multiply-accumulates of all forward passes.
        full: Those of all backward passes and updates, had nothing been left out.
        done: Those of all backward passes and updates.
        saved: Share of backward passes and updates that was left out, 0 to 1.
    """

    def __init__(self, graph, steps, samples: int, skipped: int):
        self.samples, self.skipped = samples, skipped
        learnt = samples - skipped
        self.forward = self.full = self.done = 0
        for node in graph.nodes:
            self.forward += samples * node.layer.macs(node.input_shape)
        parts = {step.node: step for step in steps if step.kind == KEEP}
        for step in steps:
            if step.kind in (SUMS, UPDATE):
                macs = step.layer.macs(graph.nodes[step.node].input_shape)
                part = parts.get(step.node)
                self.full += macs * samples
                self.done += macs * (part.kept / part.channels if part else learnt)
        self.saved = 1 - self.done / self.full if self.full else 0

    def __str__(self):
        share = (self.forward + self.done) / max(self.forward + self.full, 1)
        return (
            f"{self.samples} samples, {self.skipped} without a backward pass\n"
            f"backward and update: {100 * self.saved:.1f} % of {self.full} MACs left out\n"
            f"whole steps: {100 * share:.1f} % of {self.forward + self.full} MACs done"
        )
