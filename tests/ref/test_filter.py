"""mpy_lib's filters, by the reference, against SciPy's in float64."""

from array import array

import numpy as np
import pytest
from scipy import signal

import octograd as og

CUTOFFS = [0.0005, 0.001, 0.0137, 0.1, 0.25, 0.3333, 0.4]
orders = pytest.mark.parametrize("order", [2, 4])
cutoffs = pytest.mark.parametrize("cutoff", CUTOFFS)
kinds = pytest.mark.parametrize("kind", ["highpass", "lowpass"])


def filtered(made, x):
    y = array("h", bytes(2 * x.size))
    made.filter_into(array("h", x.ravel().tolist()), y)
    return np.array(y).reshape(x.shape)


def poles_and_zeros(sections):
    """Exact transfer functions of sections: b and a of each, as a second-order filter."""
    found = []
    for high, *factors in np.reshape(sections, (-1, 7)).tolist():
        g, r, a = (m * 2.0 ** -(15 + s) for m, s in zip(factors[::2], factors[1::2], strict=True))
        # h = a (x - r s1 - s2), s1' = s1 + 2 g h, s2' = s2 + 2 g (s1 + g h).
        matrix = np.array(
            [[1 - 2 * g * a * r, -2 * g * a], [2 * g * (1 - g * a * r), 1 - 2 * g * g * a]]
        )
        inputs = np.array([[2 * g * a], [2 * g * g * a]])
        out = [[-a * r, -a]] if high else [[g * (1 - g * a * r), 1 - g * g * a]]
        through = [[a]] if high else [[g * g * a]]
        found.append(signal.ss2tf(matrix, inputs, np.array(out), np.array(through)))
    return found


@cutoffs
@orders
@kinds
def test_response_is_that_of_butterworth(cutoff, order, kind):
    made = og.Filter(1000, order=order, **{kind: 1000 * cutoff})
    exact = signal.butter(order, 1000 * cutoff, kind, fs=1000, output="sos")
    f = np.concatenate([np.geomspace(cutoff / 20, 0.49, 300), [cutoff]]) * 1000

    h = np.prod(
        [signal.freqz(b[0], a, f, fs=1000)[1] for b, a in poles_and_zeros(made.sections)], 0
    )
    expected = np.abs(signal.sosfreqz(exact, f, fs=1000)[1])

    assert abs(np.abs(h) - expected).max() < 1e-3
    assert abs(np.abs(h[-1]) - 2**-0.5) < 5e-4


@cutoffs
@orders
@kinds
def test_filter_is_within_three_counts_of_scipy(cutoff, order, kind):
    rng = np.random.default_rng(5)
    x = np.clip(np.cumsum(rng.normal(0, 40, 4000)) + rng.normal(0, 5000, 4000), -20000, 20000)
    x = np.floor(x).astype(np.int16)
    made = filtered(og.Filter(1000, order=order, **{kind: 1000 * cutoff}), x)
    sos = signal.butter(order, 1000 * cutoff, kind, fs=1000, output="sos")

    error = made - signal.sosfilt(sos, x.astype(float))

    assert abs(error).max() < 3
    assert np.sqrt(np.mean(error**2)) < 0.8


@cutoffs
@orders
@kinds
def test_nothing_saturates_inside(cutoff, order, kind):
    """The worst input there is, by the impulse response's signs, comes out as it should."""
    sos = signal.butter(order, 1000 * cutoff, kind, fs=1000, output="sos")
    impulse = np.zeros(3000)
    impulse[0] = 1
    response = signal.sosfilt(sos, impulse)
    worst = np.where(response[::-1] < 0, -20000, 20000).astype(np.int16)
    gain = np.abs(response).sum()

    made = filtered(og.Filter(1000, order=order, **{kind: 1000 * cutoff}), worst)

    assert abs(made[-1] - np.clip(20000 * gain, None, 32767)) < 20 * gain


def test_both_are_one_after_the_other():
    x = np.random.default_rng(6).integers(-9000, 9000, 500).astype(np.int16)
    both = filtered(og.Filter(100, highpass=2, lowpass=20.5), x)
    high, low = ({"highpass": 2}, {"lowpass": 20.5})
    apart = filtered(og.Filter(100, **low), filtered(og.Filter(100, **high), x))

    assert abs(both.astype(int) - apart).max() <= 2


def test_channels_do_not_mix_and_frames_may_come_in_pieces():
    x = np.random.default_rng(7).integers(-9000, 9000, (60, 3)).astype(np.int16)
    whole = filtered(og.Filter(50, highpass=0.5, channels=3), x)
    pieces = og.Filter(50, highpass=0.5, channels=3)
    piecewise = np.concatenate([filtered(pieces, part) for part in np.split(x, [1, 2, 30])])

    np.testing.assert_array_equal(whole, piecewise)
    for c in range(3):
        alone = filtered(og.Filter(50, highpass=0.5), x[:, c])
        np.testing.assert_array_equal(whole[:, c], alone)
