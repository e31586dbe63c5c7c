"""octograd_ref/partial.py: which channels of an error stay."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from octograd_ref.partial import partial_keep


@st.composite
def errors(draw):
    """An error (pixels, channels), with many equal sums."""
    channels, pixels = draw(st.integers(1, 9)), draw(st.integers(1, 4))
    items = st.integers(-3, 3) if draw(st.booleans()) else st.integers(-128, 127)
    n = channels * pixels
    dy = draw(st.lists(items, min_size=n, max_size=n))
    return np.array(dy, np.int8).reshape(pixels, channels)


fractions = st.integers(1, 32768)


@given(errors(), fractions)
def test_keep_leaves_the_largest_channels_as_they_were_and_no_others(dy, fraction):
    channels = dy.shape[1]

    kept, k = partial_keep(dy.ravel(), channels, fraction)

    assert max(int(fraction / 32768 * channels), 1) == k
    kept = kept.reshape(dy.shape)
    scores = np.abs(dy.astype(int)).sum(0)
    # By score, then by index, without a sort.
    ranks = [
        sum((scores > s) | ((scores == s) & (np.arange(channels) < c)))
        for c, s in enumerate(scores)
    ]
    stay = np.array(ranks) < k
    np.testing.assert_array_equal(dy[:, stay], kept[:, stay])
    assert not kept[:, ~stay].any()


@given(errors())
def test_keep_of_all_changes_nothing(dy):
    kept, k = partial_keep(dy.ravel(), dy.shape[1], 32768)

    np.testing.assert_array_equal(dy.ravel(), kept)
    assert dy.shape[1] == k


@given(errors(), fractions)
def test_keep_again_changes_nothing(dy, fraction):
    once = partial_keep(dy.ravel(), dy.shape[1], fraction)

    np.testing.assert_equal(partial_keep(once[0], dy.shape[1], fraction), once)
