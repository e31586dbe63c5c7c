"""All trainings of the benchmark: the rates are chosen first, then come the reported ones."""

from statistics import fmean

from quality import metrics, variants
from quality.pretrainings import pretrainings
from quality.trainings import training
from quality.workers import run


class Cell:
    """
    One variant of one task at one learning rate, with a figure of its reported trainings.

    Attributes:
        task, variant: What of.
        shift: The rate is 2**-shift.
        edge: Whether that is the least or the largest of those tried.
        metric: What the figure is.
        trainings: By seed.
    """

    def __init__(self, task, variant, shift, edge, metric, seeds):
        self.task, self.variant, self.shift, self.edge = task, variant, shift, edge
        self.metric = metric
        self.trainings = [training(task, variant, seed, shift) for seed in seeds]

    @property
    def scores(self):
        """The figure of each seed."""
        return [one.score(self.metric) for one in self.trainings]

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
        """Return the mean figure after each epoch."""
        curves = [one.curve(self.metric) for one in self.trainings]
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
        (metric,) = task.metrics
        return [Cell(task, variant, n, False, metric, seeds) for n in shifts(task, variant)]
    tried = tuning(task, variant)

    def merit(shift):
        mean = fmean(one.score() for one in tried[shift])
        # Of equals the smaller rate.
        return metrics.merit(task.metrics[0], mean), shift

    best = max(tried, key=merit)
    edge = best in (min(tried), max(tried))
    return [Cell(task, variant, best, edge, metric, seeds) for metric in task.metrics]


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
