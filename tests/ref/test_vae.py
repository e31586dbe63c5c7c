"""A net with a latent layer trains as the reference's functions say, put together anew."""

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import octograd as og
from octograd_ref.activation import LINEAR, RELU
from octograd_ref.fixed import round_shift
from octograd_ref.latent import CODE_EXPONENT, latent_backward, latent_forward, latent_kl
from octograd_ref.loss import binary_cross_entropy, error_quantize
from octograd_ref.update import Rate, Weights, split, update_layer

biases = st.lists(st.integers(-(2**29), 2**29), min_size=2, max_size=12).map(
    lambda items: np.array(items[: len(items) // 2 * 2])
)


@given(
    biases,
    st.lists(st.integers(-128, 127), min_size=6, max_size=6),
    st.integers(-40, 10),
    st.one_of(st.none(), st.integers(1, 2**32 - 1)),
    st.integers(-30, 10),
    st.sampled_from([(0, 0), (1, 0), (15, 0), (3, 2), (7, 30)]),
)
def test_layer_computes_what_the_reference_does(b, dz, e_y, state, e_dz, beta):
    k = b.size // 2
    factor, shift = beta
    layer = og.Latent(k, beta=factor / 2**shift)
    layer.adopt(layer.memory((1,)), (1,), array("I", [state or 1]))
    layer.b[:] = array("i", b.tolist())
    dz, code, dy = np.array(dz[:k], np.int8), bytearray(k), bytearray(2 * k)

    # The weights and the exponent of w are 0, so that biases alone make the sums.
    assert CODE_EXPONENT == layer.forward(b"\0", e_y, state is not None, code)
    expected, after = latent_forward(round_shift(b, e_y + 16), e_y, state)
    e_loss = layer.error(dz.tobytes(), e_dz, dy)
    expected_dy, expected_e = latent_backward(dz, e_dz, expected, 256 * factor, shift + 8)

    np.testing.assert_array_equal(expected.code, np.frombuffer(code, np.int8))
    assert expected.mean.tolist() == layer.mean.tolist()
    assert expected.log_variance.tolist() == layer.log_variance.tolist()
    assert (after or 1) == layer._rng[0]
    np.testing.assert_array_equal(expected_dy, np.frombuffer(dy, np.int8))
    assert expected_e == e_loss
    assert latent_kl(expected) == layer.kl()


def weights(layer, rows):
    """What a layer of mpy_lib holds, as the reference has it."""
    w = np.frombuffer(layer.w, np.int8).astype(np.int64).reshape(rows, -1)
    return Weights(*split(256 * w), None, np.array(layer.b, np.int32), layer.e_w[0], 1)


def learn(g, dy, e_loss, rate):
    """Make the way back of one half, and update it."""
    g.backward(dy, e_loss)
    for n in g.nodes:
        args = n.g, n.g_bias, n.moved, n.e_g, n.e_g_bias, rate
        n.layer = update_layer(n.layer, *args)


@pytest.mark.parametrize("warmup", [0, 40])
def test_step_is_that_of_two_nets_with_a_latent_layer_between(graph, warmup):
    n_in, k, rate = 20, 3, Rate(1, 6)
    layers = og.Dense(12, og.relu), og.Latent(k, beta=3 / 4, warmup=warmup)
    layers += og.Dense(11, og.relu), og.Dense(n_in)
    net = og.Sequential(*layers)
    net.build((n_in,), seed=5)
    state = net.rng[0]
    trainer = og.Trainer(net, og.BinaryCrossEntropy(), og.SGD(1 / 64))
    encoder, decoder = graph((1, 1, n_in)), graph((1, 1, k))
    encoder.dense(0, 12, RELU, weights(layers[0], 12))
    encoder.dense(1, 2 * k, LINEAR, weights(layers[1], 2 * k))
    decoder.dense(0, 11, RELU, weights(layers[2], 11))
    decoder.dense(1, n_in, LINEAR, weights(layers[3], n_in))
    decoder.tensors[0].needed = True

    rng = np.random.default_rng(1)
    images = (rng.integers(0, 128, (4, n_in)) * (rng.random((4, n_in)) < 0.5)).astype(np.int8)
    for step in range(1, 300):
        x = images[rng.integers(4)]
        trainer.step(x.tobytes(), x.tobytes())

        latent, state = latent_forward(*encoder.forward(x), state)
        error, _ = binary_cross_entropy(*decoder.forward(latent.code, CODE_EXPONENT), x)
        dy, e_loss = error_quantize(error)
        learn(decoder, dy, e_loss, rate)
        dz = decoder.tensors[0]
        share = 256 * min(step, warmup) // warmup if warmup else 256
        # 3/4 is 3 * 2^-2.
        args = dz.pending, e_loss + dz.e_pending, latent, 3 * share, 2 + 8
        learn(encoder, *latent_backward(*args), rate)

    assert state == net.rng[0]
    for ours, n in zip(layers, encoder.nodes + decoder.nodes, strict=True):
        w = np.frombuffer(ours.w, np.int8).reshape(n.layer.w.shape)
        np.testing.assert_array_equal(n.layer.w, w)
        np.testing.assert_array_equal(n.layer.residual.ravel(), np.frombuffer(ours.residual, "b"))
        assert n.layer.b.tolist() == ours.b.tolist()
        assert n.layer.e_w == ours.e_w[0]
