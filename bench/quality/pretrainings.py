"""The nets that adaptations start from, as work for workers.py."""

import pathlib
import sys
from typing import NamedTuple

from quality.pretrained import place
from quality.processes import run
from quality.tasks import Task


class Pretraining(NamedTuple):
    """
    One net to pretrain.

    Attributes:
        task, seed: A training that starts from it.
        source: Name of the domain.
        path: Of its last file.
        work: Estimated effort, in samples.
    """

    task: Task
    seed: int
    source: str
    path: pathlib.Path
    work: int

    def run(self):
        """Train and convert it."""
        run(
            [sys.executable, "-m", "quality.pretrained", self.task.name, str(self.seed)], self.name
        )

    @property
    def name(self):
        """What a person reads of it."""
        return f"{self.task.net}, {self.source}"

    @property
    def outcome(self):
        """What a person reads of its result."""
        return "pretrained"


def pretrainings(tasks, seeds_of):
    """Return the Pretrainings that the adaptations among tasks need."""
    found = {}
    for task in tasks:
        for seed in seeds_of(task) if task.adapts else ():
            domains = task.data(seed)
            path = pathlib.Path(place(task, domains).real)
            work = task.pretraining * len(domains.source.x)
            found[path] = Pretraining(task, seed, domains.name, path, work)
    return list(found.values())
