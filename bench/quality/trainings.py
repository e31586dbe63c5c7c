"""One training: what it is, what decides its result, and its result once it is done."""

import functools
import json
import sys
import time
from typing import NamedTuple

import octograd as og
from quality import metrics, nets, places, pretrained
from quality.places import WORK, digest
from quality.processes import run
from quality.samples import held_out, held_out_as_is, write
from quality.tasks import Task
from quality.variants import Variant

# Of the domain before.
OLD_TESTS = 2000


class Training(NamedTuple):
    """
    One run of a net.

    Attributes:
        task, variant: What of.
        seed: Above 0 of a reported training, else of one that only tunes.
        shift: The learning rate is 2**-shift.
        setting: What learn.py and learn_float.py take, or their likes for the unlabelled.
        counts: Number of test samples of each class.
        old_counts: The same of the domain before, of an adaptation, else empty.
        path: Of the result, named after all that decides it.
        work: Estimated multiply-accumulates.
    """

    task: Task
    variant: Variant
    seed: int
    shift: int
    setting: dict
    counts: list
    old_counts: list
    path: object
    work: float

    def result(self):
        """Return what the training printed, or None if it has not been done."""
        return json.loads(self.path.read_text()) if self.path.exists() else None

    def curve(self, metric=None):
        """
        Return a figure after each epoch; one that diverged stays where it was.

        What is measured at the end only is the only item.

        Args:
            metric: One of the task's, else the first.
        """
        metric, result = metric or self.task.metrics[0], self.result()
        if metric in result:
            return [result[metric]]
        epochs = [self._figure(epoch, metric) for epoch in result["epochs"]]
        return epochs + epochs[-1:] * (self.setting["epochs"] - len(epochs))

    def score(self, metric=None):
        """Return the mean figure of the last epochs."""
        last = self.curve(metric)[-self.task.last :]
        return sum(last) / len(last)

    def _figure(self, epoch, metric):
        return epoch[metric] if metric in epoch else self._score(epoch["right"], self.counts)

    def old_scores(self):
        """Return the scores in the domain before, at first and at last; None from scratch."""
        result = self.result()
        if not self.old_counts:
            return None
        return [self._score(result[key], self.old_counts) for key in ("old_before", "old")]

    def _score(self, right, counts):
        if not self.task.balanced:
            return 100 * sum(right) / sum(counts)
        shares = [r / n for r, n in zip(right, counts, strict=True)]
        return 100 * sum(shares) / len(shares)

    def run(self):
        """Train, and keep the result."""
        start = time.monotonic()
        output = run(self.command(), self.name, json.dumps(self.setting))
        *epochs, end = [json.loads(line) for line in output.splitlines()]
        seconds = round(time.monotonic() - start, 2)
        text = json.dumps({"epochs": epochs, **end, "seconds": seconds})
        places.write_atomically(self.path, lambda part: part.write_text(text))

    def command(self):
        """Return the program that reads the setting and trains."""
        program = "learn_unlabelled" if self.task.unlabelled else "learn"
        if self.variant.weight_bits:
            return [places.MICROPYTHON, "-X", "heapsize=256m", places.HERE / f"{program}.py"]
        return [sys.executable, "-m", f"quality.{program}_float"]

    @property
    def outcome(self):
        """What a person reads of its result."""
        digits = metrics.digits(self.task.metrics[0])
        return f"{self.score():.{digits}f}"

    @property
    def name(self):
        """What a person reads of it."""
        return f"{self.task.name}, {self.variant.name}, 2^-{self.shift}, seed {self.seed}"


def training(task, variant, seed, shift):
    """Return a Training, its samples and its model written."""
    # From scratch all reported trainings have the same samples.
    split, model, old = _data(task, seed if task.adapts else min(seed, 1))
    start = "" if model is None else model.int8.get(variant.weight_bits, model.real)
    tunes = seed <= 0
    setting = {
        "net": task.net,
        "weight_bits": variant.weight_bits,
        "sgd": variant.sgd,
        "trainer": variant.trainer,
        "keep": variant.keep,
        "shift": shift,
        "cosine": task.cosine,
        "until": task.until,
        "seed": seed if seed > 0 else 1000 - seed,
        "epochs": (tunes and task.tuning_epochs) or task.epochs,
        "samples": split.n,
        "test_samples": sum(split.counts),
        "old_samples": old.n if old else 0,
        "old_test_samples": sum(old.counts) if old else 0,
    }
    names = [task.net]
    if task.unlabelled:
        measure, head = task.unlabelled
        # Rates are chosen without a head.
        head = None if tunes else head
        setting |= {"measure": measure, "head": head and head._asdict()}
        names += [head.net] if head else []
    key = digest(
        setting,
        "".join(repr(nets.make(name)) for name in names),
        split.key,
        model.key if model else "",
        old.key if old else "",
        _sources(variant.weight_bits > 0, bool(task.unlabelled)),
    )
    file = f"{shift}-{seed}-{key}.json"
    path = WORK / "trainings" / task.name / variant.name.replace("/", "_") / file
    setting |= {"data": split.folder, "model": start, "old": old.folder if old else ""}
    counts = split.counts, old.counts if old else []
    return Training(task, variant, seed, shift, setting, *counts, path, _work(setting))


@functools.cache
def _sources(integer, unlabelled):
    paths = places.INTEGER_SOURCES if integer else places.FLOAT_SOURCES
    return places.sources_digest(paths + places.UNLABELLED_SOURCES * unlabelled)


@functools.cache
def _data(task, seed):
    """
    Return Samples, the net before and its Samples for a seed; seeds of 0 and below tune.

    From scratch the latter two are None.
    """
    if not task.adapts:
        split = task.data()
        if seed <= 0:
            hold_out = held_out_as_is if task.unlabelled else held_out
            split = hold_out(split, -seed, task.tuning_samples)
        return write(split), None, None
    domains = task.data(seed)
    old = domains.source
    old = old._replace(test_x=old.test_x[:OLD_TESTS], test_y=old.test_y[:OLD_TESTS])
    return write(domains.target), pretrained.place(task, domains), write(old)


@functools.cache
def _macs(net):
    shape, layers = nets.make(net)
    return og.Sequential(*layers).plan(shape).macs


def _work(setting):
    # A step costs three passes, and about as much as 20,000 products for its calls.
    passes = setting["epochs"] * (3 * setting["samples"] + setting["test_samples"])
    return passes * (_macs(setting["net"]) + 20000)
