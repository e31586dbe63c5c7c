"""Both runners from end to end, on a few digits."""

import json
import sys

import pytest

import octograd as og
from quality import nets, places, pretrained, tasks, variants
from quality.domains import Domains
from quality.processes import Failed, run
from quality.tasks import Task
from quality.trainings import training


@pytest.fixture
def task(few_digits):
    """A task of a second."""
    return Task("few_digits", "digits", few_digits, 2, (4,), seeds=1, last=1)


@pytest.fixture
def adaptation(few_digits):
    """A task of a second that begins with a trained net."""
    split = few_digits()
    domains = Domains("few", split, split)
    return Task(
        "few",
        "digits",
        lambda _: domains,
        1,
        (4,),
        last=1,
        adapts=True,
        until=1,
        pretraining=20,
    )


LEARNING = [variant for variant in variants.ALL.values() if not variant.keep]


@pytest.mark.parametrize("variant", LEARNING, ids=[variant.name for variant in LEARNING])
def test_training_learns_and_is_kept(variant, task, work, micropython):
    if variant.name == "normalize":
        variant = variant._replace(shifts=())
    shift = 8 if variant.name == "normalize" else 4 + variant.offset
    one = training(task, variant, 1, shift)
    assert one.result() is None

    one.run()

    assert 2 == len(one.curve())
    assert one.score() > 50
    assert not one.result()["diverged"]
    assert (one.result()["saved"] > 0) == bool(variant.trainer)


def test_int8_and_float_start_alike(task, work, micropython):
    scores = []
    for name in ("16-bit", "float"):
        one = training(task, variants.ALL[name], 1, 30)
        one.run()
        scores.append(one.score())

    assert abs(scores[0] - scores[1]) <= 2


def test_adaptation_starts_from_the_trained_net(adaptation, work, micropython, torch):
    pretrained.make(adaptation, adaptation.data(1))
    scores = []
    for name in ("16-bit", "8-bit", "float"):
        one = training(adaptation, variants.ALL[name], 1, 12)
        one.run()
        scores.append(one.score())

    assert min(scores) > 70
    assert max(scores) - min(scores) <= 3


def test_domain_before_is_forgotten_less_with_what_keeps_it(
    adaptation, few_digits, work, micropython, torch
):
    # The new domain calls each digit by the name of the next one.
    old = few_digits()
    new = old._replace(y=(old.y + 1) % 10, test_y=(old.test_y + 1) % 10)
    task = adaptation._replace(data=lambda _: Domains("few", old, new), until=0, epochs=3)
    pretrained.make(task, task.data(1))
    found = {}
    for name in ("float", "16-bit", *tasks.KEEPING):
        one = training(task, variants.ALL[name], 1, 6)
        one.run()
        before, found[name] = one.old_scores()
        assert before > 80

    assert abs(found["16-bit"] - found["float"]) < 10
    assert min(found[name] for name in tasks.KEEPING) > found["16-bit"]


def test_tuning_does_not_see_the_test_set(task, work):
    tuned = training(task, variants.ALL["16-bit"], 0, 4)

    assert 240 == tuned.setting["samples"]
    assert 60 == sum(tuned.counts)


def test_path_depends_on_what_decides_the_result(task, work):
    float_variant = variants.ALL["float"]
    paths = {
        training(one, float_variant, seed, shift).path
        for one in (task, task._replace(epochs=3), task._replace(net="bearing"))
        for seed in (1, 2)
        for shift in (4, 5)
    }

    assert 12 == len(paths)


def test_fast_kernels_give_the_same_bytes(task, work, micropython, need):
    slow = places.ROOT / "build/unix/micropython"
    need(slow.exists(), "build/unix/micropython is missing: make unix")
    one = training(task, variants.ALL["16-bit"], 1, 4)
    fast, *arguments = one.command()

    outputs = [
        run([program, *arguments], "learn", json.dumps(one.setting)) for program in (slow, fast)
    ]

    assert "digest" in outputs[0]
    assert outputs[0] == outputs[1]


def test_nets_have_the_sizes_that_they_say():
    for name, size in (("digits", 2368), ("fashion_cnn", 9064), ("separable", 5092)):
        shape, layers = nets.make(name)
        net = og.Sequential(*layers)
        net.build(shape)
        assert f"{size:,} weights" in getattr(nets, name).__doc__
        assert size == sum(len(layer.w) for layer in net.weighted)


def test_error_of_a_program_is_told():
    with pytest.raises(Failed, match="a name.*no such thing"):
        run([sys.executable, "-c", "raise SystemExit('no such thing')"], "a name")
