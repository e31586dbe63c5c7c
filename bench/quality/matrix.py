"""All trainings of the benchmark: the rates are chosen first, then come the reported ones."""

from statistics import fmean

from quality import variants
from quality.pretrainings import pretrainings
from quality.trainings import training
from quality.workers import run


class Cell:
    """
    One variant of one task at one learning rate, with its reported trainings.

    Attributes:
        task, variant: What of.
        shift: The rate is 2**-shift.
        edge: Whether that is the least or the largest of those tried.
        trainings: By seed.
    """

    def __init__(self, task, variant, shift, edge, seeds):
        self.task, self.variant, self.shift, self.edge = task, variant, shift, edge
        self.trainings = [training(task, variant, seed, shift) for seed in seeds]

    @property
    def scores(self):
        """The score of each seed."""
        return [one.score() for one in self.trainings]

    @property
    def old_scores(self):
        """By seed the scores in the domain before, at first and at last; None from scratch."""
        found = [one.old_scores() for one in self.trainings]
        return None if None in found else found

    @property
    def saved(self):
        """The mean share of multiply-accumulates that was saved."""
        return fmean(one.result()["saved"] for one in self.trainings)

    @property
    def diverged(self):
        """How many of the trainings diverged."""
        return sum(one.result()["diverged"] for one in self.trainings)

    def curve(self):
        """Return the mean score after each epoch."""
        curves = [one.curve() for one in self.trainings]
        return [fmean(values) for values in zip(*curves, strict=True)]


def shifts(task, variant):
    """Return the exponents of the rates to choose from."""
    return variant.shifts or tuple(shift + variant.offset for shift in task.shifts)


def chosen(task, names):
    """Return the variants of a task, of those with these names or all, floats first."""
    wanted = [name for name in task.variants if not names or name in names]
    return variants.with_twins(wanted)


def tuning_seeds(task):
    """Return the seeds that choose a rate: 0 and below."""
    return [] if task.by_rate else [-k for k in range(task.tuning_seeds)]


def reported_seeds(task, seeds):
    """Return the seeds that are reported: those given, else the task's."""
    return list(seeds or range(1, task.seeds + 1))


def tuning(task, variant):
    """Return the trainings that choose a rate, by its exponent."""
    if task.by_rate:
        return {}
    return {
        shift: [training(task, variant, seed, shift) for seed in tuning_seeds(task)]
        for shift in shifts(task, variant)
    }


def cells(task, variant, seeds):
    """Return the Cells of a variant, once its rates have been tried."""
    if task.by_rate:
        return [Cell(task, variant, shift, False, seeds) for shift in shifts(task, variant)]
    tried = tuning(task, variant)
    # Of equals the smaller rate.
    best = max(tried, key=lambda shift: (fmean(one.score() for one in tried[shift]), shift))
    return [Cell(task, variant, best, best in (min(tried), max(tried)), seeds)]


def train(tasks, names, seeds, jobs):
    """
    Do all trainings.

    Args:
        tasks: What to learn.
        names: Of variants, or empty for all of a task.
        seeds: The reported seeds, or empty for those of each task.
        jobs: How many trainings at once.

    Returns:
        All Cells.
    """
    nets = pretrainings(tasks, lambda task: tuning_seeds(task) + reported_seeds(task, seeds))
    print(f"pretraining {len(nets)} nets", flush=True)
    run(nets, jobs)
    pairs = [(task, variant) for task in tasks for variant in chosen(task, names)]
    print(f"choosing rates for {len(pairs)} variants of {len(tasks)} tasks", flush=True)
    run([one for pair in pairs for some in tuning(*pair).values() for one in some], jobs)
    found = [
        cell
        for task, variant in pairs
        for cell in cells(task, variant, reported_seeds(task, seeds))
    ]
    print(f"training {len(found)} nets, each with several seeds", flush=True)
    run([one for cell in found for one in cell.trainings], jobs)
    return found
