"""The adaptations: where a net was trained, and the few samples from where it goes."""

from typing import NamedTuple

import numpy as np

from quality import datasets
from quality.datasets import Split, draw


class Domains(NamedTuple):
    """
    Two domains of one task.

    Attributes:
        name: Of the source; nets are pretrained once for each.
        source: What to pretrain with, and to test that with.
        target: What to adapt with, and to test that with.
    """

    name: str
    source: Split
    target: Split


def wand_person_b(seed):
    """Person A's gestures; 50 of person B's 125."""
    a = datasets.archive("spells")
    target = draw(datasets.gestures(a["x_person_b"]), a["y_person_b"], 50, _nonnegative(seed))
    return Domains("person-a", datasets.wand(), target)


def bearing_load(seed):
    """Windows at 0 hp; 180 of those at 3 hp."""
    a = datasets.archive("cwru_fft64")
    x = np.concatenate([a["x_train"], a["x_test"]])
    y = np.concatenate([a["y_train"], a["y_test"]]).astype(np.uint8)
    load = np.concatenate([a["load_train"], a["load_test"]])
    source = draw(x[load == 0], y[load == 0], 1800, 0)
    return Domains("0hp", source, draw(x[load == 3], y[load == 3], 180, _nonnegative(seed)))


def spoken_digits_speaker(seed):
    """Five speakers; 100 clips of the sixth. Each seed leaves another one out."""
    s, a = datasets.spoken_digits(), datasets.archive("fsdd_mfcc")
    x, y = np.concatenate([s.x, s.test_x]), np.concatenate([s.y, s.test_y])
    speaker = np.concatenate([a["speaker_train"], a["speaker_test"]])
    left_out = _nonnegative(seed) % len(a["speakers"])
    others = speaker != left_out
    source = draw(x[others], y[others], 2200, 0)
    target = draw(x[~others], y[~others], 100, _nonnegative(seed))
    return Domains(f"without-{a['speakers'][left_out]}", source, target)


def fashion_rotated(seed, noise=0):
    """Clothes; 1,000 of the official test images, turned and inverted."""
    s = datasets.fashion()
    images = s.test_x.reshape(-1, 28, 28)
    x = 127 - np.rot90(images, axes=(1, 2)).astype(np.int32).reshape(-1, 784)
    if noise:
        x = x + np.random.default_rng(0).normal(0, noise, x.shape).round().astype(np.int32)
    target = draw(np.clip(x, 0, 127).astype(np.int8), s.test_y, 1000, _nonnegative(seed))
    target = target._replace(test_x=target.test_x[:2000], test_y=target.test_y[:2000])
    return Domains("upright", Split(s.x, s.y, s.test_x, s.test_y), target)


def fashion_rotated_noise(seed):
    """The same with noise, and a source of 20,000 images."""
    domains = fashion_rotated(seed, noise=16)
    source = domains.source
    return domains._replace(
        name="upright-part", source=source._replace(x=source.x[:20000], y=source.y[:20000])
    )


def _nonnegative(seed):
    # Rates are tuned with seeds of 0 and below.
    return seed if seed > 0 else 1000 - seed
