"""
The reference against another implementation of the same numbers, byte for byte.

That implementation (`numerics.py`) is not part of the repository.  It is looked for in
the folder that OCTOGRAD_ORACLE names, else in ../shared/prototype.
"""

import importlib.util
import os
import pathlib

import numpy as np
import pytest

from octograd_ref.activation import LINEAR, RELU
from octograd_ref.range import FRESH
from octograd_ref.update import Rate, split

# More than two windows of the ranges.
STEPS = 600


@pytest.fixture(scope="module")
def oracle(root):
    """The other implementation."""
    folder = os.environ.get("OCTOGRAD_ORACLE", root.parent / "shared/prototype")
    path = pathlib.Path(folder) / "numerics.py"
    if not path.exists():
        # Not even OCTOGRAD_REQUIRE=all asks for it.
        pytest.skip("no oracle: OCTOGRAD_ORACLE names no folder with numerics.py")
    spec = importlib.util.spec_from_file_location("oracle_numerics", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # Errors that round to zeros count here and not there (docs/numerics.md, section 13).
    original = module.Layer.requant_err

    def requant_err(layer, sums, e, below):
        error = original(layer, sums, e, below)
        if not error[0].any() and np.where(below.y > 0, sums, 0).any():
            below.fe.after(0)
        return error

    module.Layer.requant_err = requant_err
    return module


def digits(rng, n):
    """Images of 64 pixels of ten kinds, some pixels always dark, and their labels."""
    kinds = rng.integers(0, 128, (10, 64)) * (rng.random((10, 64)) < 0.5)
    labels = rng.integers(0, 10, n)
    images = np.clip(kinds[labels] + rng.normal(0, 25, (n, 64)), 0, 127).astype(np.int8)
    return images, labels


def as_reference(layer):
    return *split(layer.W), layer.b.astype(np.int32), layer.eW, RELU if layer.relu else LINEAR


def known(r, floor=-(10**9)):
    """A range as the oracle holds it: no exponent while fresh, an error's floor applied early."""
    return (None, 0, 0) if r.count == FRESH else (max(r.exponent, floor), r.maximum, r.count)


@pytest.mark.parametrize(
    ("rate", "skip", "trained", "halves"),
    [
        pytest.param(Rate(1, 5), 0, 2, False, id="plain"),
        pytest.param(Rate(11, 8), 2048, 2, False, id="factor-and-skip"),
        pytest.param(Rate(1, 10, 1), 0, 2, False, id="normalized"),
        pytest.param(Rate(3, 2), 0, 2, True, id="saturating"),
        pytest.param(Rate(1, 5), 0, 1, False, id="last-layer"),
    ],
)
def test_oracle_makes_the_same_bytes(oracle, net, rate, skip, trained, halves):
    rng = np.random.default_rng(1)
    theirs = oracle.Classifier([oracle.Layer(64, 32), oracle.Layer(32, 10, relu=0)])
    for n, shape in zip(theirs.L, [(32, 64), (10, 32)], strict=True):
        limit = np.sqrt(6 / shape[1])
        n.load(rng.uniform(-limit, limit, shape), rng.normal(0, 0.1, shape[0]))
        n.norm = bool(rate.normalize)
    theirs.skip, theirs.ntrain = skip, trained
    ours = net([as_reference(n) for n in theirs.L], skip, trained)
    start = [n.e_w for n in ours.layers]

    images, labels = digits(rng, STEPS)
    skipped = 0
    for step, (x, label) in enumerate(zip(images, labels.tolist(), strict=True), 1):
        theirs.step(x.astype(np.int64), label, rate.shift, rate.factor)
        skipped += not ours.train_step(x, label, rate)[1]
        if step % 100 == 0:
            for a, b in zip(ours.layers, theirs.L, strict=True):
                np.testing.assert_array_equal(b.W, 256 * a.w.astype(int) + a.residual)
                np.testing.assert_array_equal(b.b, a.b)
                assert b.eW == a.e_w
            hidden, last = ours.layers
            forward, backward = theirs.L[0].fy, theirs.L[0].fe
            assert (forward.e, forward.m, forward.n) == known(hidden.y_range)
            assert (backward.e, backward.m, backward.n) == known(last.dx_range, 0)

    # Each case did what it is there for.
    assert theirs.skipped == skipped
    assert (skipped > 0) == (skip > 0)
    assert not halves or [n.e_w for n in ours.layers] != start
    assert (ours.layers[1].dx_range.count == FRESH) == (trained == 1)
