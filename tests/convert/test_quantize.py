import numpy as np
import pytest

from octograd_host.quantize import quantize


@pytest.mark.parametrize("axis", [None, 0, -1])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 127.0, 5000.0])
def test_weights_are_within_half_a_step(scale, axis):
    rng = np.random.default_rng(1)
    w = rng.normal(size=(5, 3, 3, 4)) * scale
    axis = axis if axis is None else axis % 4
    rows = [1] * 4
    if axis is not None:
        rows[axis] = -1

    for residual in (True, False):
        q = quantize(w, None, residual=residual, row_axis=axis)
        step = 2.0 ** q.e_w.astype(float).reshape(rows)
        assert (np.abs(q.w * step - w) <= step * (0.502 if residual else 0.5)).all()
        assert np.abs(q.w.astype(int)).max() <= 127
        # The exponent is the least that holds the largest weight.
        assert (np.abs(w) <= 127 * step).all() and (np.abs(w) / step).max() > 63.5
        if residual:
            full = 256 * q.w.astype(int) + q.residual
            assert (np.abs(full * step / 256 - w) <= step / 512).all()
            np.testing.assert_array_equal(q.w, (full + 128) >> 8)
            assert np.abs(full).max() <= 32639


def test_biases_are_within_half_a_step():
    b = np.random.default_rng(2).normal(size=9) * 100

    q = quantize(np.ones((9, 1)), b, residual=False)

    assert (np.abs(q.b * 2.0**-16 - b) <= 2.0**-17).all()


def test_weights_of_nothing_but_zeros_have_an_exponent():
    q = quantize(np.zeros((2, 3)), np.zeros(2), residual=True, row_axis=0)

    assert [-30, -30] == q.e_w.tolist()
    assert not q.w.any() and not q.residual.any()


def test_limits_are_checked():
    with pytest.raises(ValueError, match="Dense: biases up to 8192 expected, got 8.2e"):
        quantize(np.ones((1, 1)), np.array([8200.0]), residual=False, name="Dense")
    with pytest.raises(ValueError, match="weights up to"):
        quantize(np.full((1, 1), 1e60), None, residual=False)
