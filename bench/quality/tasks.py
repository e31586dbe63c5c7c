"""The tasks: which net, which data, how long, at which rates."""

from collections.abc import Callable
from typing import NamedTuple

from quality import datasets, domains, packaged, variants
from quality.unlabelled import Head, Unlabelled

EVERY = tuple(v.name for v in variants.INTEGERS)
KEEPING = tuple(v.name for v in variants.KEEPING)
# Those with a bar, and what they are compared with: for tasks that take long.
JUDGED = ("16-bit", "8-bit", "skip 1/16", "partial confidence", "partial loss")
# With one trained layer there is no hidden one to be updated in part.
WHOLE = ("16-bit", "8-bit", "skip 1/16")


class Task(NamedTuple):
    """
    Something to learn.

    Attributes:
        name: As in the results.
        net: Name of a function in nets.py.
        data: From scratch: returns a Split. An adaptation: returns Domains for a seed.
        epochs: How often each sample is seen.
        shifts: Learning rates to choose from, 2**-shift.
        seeds: Of the reported trainings.
        adapts: Whether the net was trained elsewhere before.
        until: Layers before this one are frozen.
        cosine: Whether the rate falls on a cosine.
        balanced: Whether the mean of the classes' accuracies counts.
        last: The mean of so many last epochs counts.
        variants: What is trained.
        tuning_seeds: How many trainings choose a rate.
        tuning_samples: Rates are tuned with so many samples at most.
        tuning_epochs: And for so long; 0 for as long as reported trainings.
        by_rate: Report every rate instead of choosing one.
        pretraining: Epochs of Adam, of an adaptation.
        quick: Whether it belongs to `make quality-quick`.
        unlabelled: What is measured of an autoencoder, or None for a classifier.
    """

    name: str
    net: str
    data: Callable
    epochs: int
    shifts: tuple
    seeds: int = 5
    adapts: bool = False
    until: int = 0
    cosine: bool = True
    balanced: bool = False
    last: int = 3
    variants: tuple = EVERY
    tuning_seeds: int = 1
    tuning_samples: int = 0
    tuning_epochs: int = 0
    by_rate: bool = False
    pretraining: int = 0
    quick: bool = False
    unlabelled: Unlabelled | None = None

    @property
    def metrics(self):
        """What is measured, first what chooses the rate."""
        if self.unlabelled:
            return self.unlabelled.metrics
        return ("balanced accuracy" if self.balanced else "accuracy",)


_FROM_SCRATCH = (
    Task("digits", "digits", datasets.digits, 20, (2, 3, 4, 5, 6), 8, tuning_seeds=2, quick=True),
    Task("keywords", "keywords", datasets.keywords, 8, (4, 5, 6, 7), variants=JUDGED),
    Task(
        "keywords_yesno",
        "keywords_yesno",
        datasets.keywords_yesno,
        10,
        (4, 5, 6, 7),
        variants=JUDGED,
    ),
    Task(
        "spoken_digits",
        "spoken_digits",
        datasets.spoken_digits,
        6,
        (3, 4, 5, 6),
        tuning_seeds=2,
        variants=JUDGED,
    ),
    Task(
        "ecg",
        "ecg",
        datasets.ecg,
        4,
        (5, 6, 7, 8),
        balanced=True,
        last=2,
        tuning_seeds=2,
        variants=JUDGED,
    ),
    Task("fan", "fan", datasets.fan, 10, (2, 3, 4, 5), tuning_seeds=2, quick=True),
    Task("wand", "wand", datasets.wand, 10, (3, 4, 5, 6), 6, tuning_seeds=2),
    Task(
        "wand_digits",
        "wand_digits",
        datasets.wand_digits,
        10,
        (4, 5, 6, 7),
        tuning_seeds=2,
        variants=JUDGED,
    ),
    Task(
        "fashion_cnn",
        "fashion_cnn",
        datasets.fashion,
        2,
        (5, 6, 7, 8),
        seeds=3,
        last=1,
        variants=JUDGED,
        tuning_samples=10000,
        tuning_epochs=1,
    ),
    Task(
        "fashion_cnn4",
        "fashion_cnn4",
        datasets.fashion,
        3,
        (5, 6, 7, 8),
        seeds=3,
        last=1,
        variants=JUDGED,
        tuning_samples=10000,
        tuning_epochs=1,
    ),
    Task(
        "separable",
        "separable",
        datasets.fashion_part,
        3,
        (6, 7),
        seeds=4,
        last=1,
        variants=("16-bit",),
        by_rate=True,
    ),
)

_ADAPTATIONS = (
    Task(
        "wand_person_b",
        "wand",
        domains.wand_person_b,
        20,
        (2, 3, 4, 5, 6),
        seeds=8,
        adapts=True,
        tuning_seeds=3,
        variants=EVERY + KEEPING,
        pretraining=20,
        quick=True,
    ),
    Task(
        "bearing_load",
        "bearing",
        domains.bearing_load,
        10,
        (3, 4, 5, 6, 7),
        seeds=8,
        adapts=True,
        tuning_seeds=3,
        pretraining=20,
        quick=True,
    ),
    Task(
        "spoken_digits_speaker",
        "spoken_digits",
        domains.spoken_digits_speaker,
        10,
        (4, 5, 6, 7, 8),
        seeds=6,
        adapts=True,
        tuning_seeds=3,
        pretraining=15,
    ),
    *(
        Task(
            f"fashion_rotated_{which}",
            "fashion_cnn",
            domains.fashion_rotated,
            5,
            (4, 5, 6, 7, 8),
            adapts=True,
            tuning_seeds=2,
            until=until,
            last=2,
            variants=(*(WHOLE if which == "last1" else JUDGED), "normalize"),
            pretraining=2,
            quick=which == "all",
        )
        for which, until in (("last1", 3), ("last2", 1), ("all", 0))
    ),
    Task(
        "separable_finetune",
        "separable",
        domains.fashion_rotated_noise,
        5,
        (7, 8),
        seeds=4,
        adapts=True,
        last=1,
        variants=("16-bit",),
        by_rate=True,
        pretraining=4,
    ),
)

_IMAGES = {
    "net": "vae_images",
    "last": 1,
    "variants": ("16-bit", *(v.name for v in variants.SHARES)),
    "tuning_samples": 2500,
    "tuning_epochs": 5,
    "unlabelled": Unlabelled("squared error", Head("head_images", 100, 20, (4, 5, 6), folds=1)),
}
_ANOMALIES = {"last": 1, "variants": ("16-bit",), "unlabelled": Unlabelled("AUC")}

_UNLABELLED = (
    Task(
        name="vae_digits",
        net="vae_digits",
        data=datasets.digits,
        epochs=20,
        shifts=(6, 7, 8),
        seeds=8,
        last=1,
        variants=("16-bit",),
        quick=True,
        unlabelled=Unlabelled("squared error", Head("head_digits", 10, 40, (3, 4, 5), folds=5)),
    ),
    Task(name="vae_mnist", data=packaged.mnist, epochs=10, shifts=(8, 9, 10), seeds=3, **_IMAGES),
    Task(
        name="vae_fashion",
        data=datasets.fashion_unlabelled,
        epochs=5,
        shifts=(9, 10, 11),
        seeds=3,
        **_IMAGES,
    ),
    Task(
        name="anomaly_fan",
        net="fan_autoencoder",
        data=datasets.fan_anomalies,
        epochs=10,
        shifts=(5, 6, 7, 8),
        tuning_seeds=2,
        **_ANOMALIES,
    ),
    Task(
        name="anomaly_ecg",
        net="ecg_autoencoder",
        data=datasets.ecg,
        epochs=5,
        shifts=(5, 6, 7, 8),
        **_ANOMALIES,
    ),
    Task(
        name="anomaly_shuttle",
        net="shuttle_autoencoder",
        data=packaged.shuttle,
        epochs=3,
        shifts=(2, 3, 4, 5),
        **_ANOMALIES,
    ),
)

ALL = {task.name: task for task in _FROM_SCRATCH + _ADAPTATIONS + _UNLABELLED}
