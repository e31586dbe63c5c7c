"""Autoencoders of the nets' layers, for MicroPython and for CPython."""

import octograd as og


def make(layers, weight_bits=16):
    """Return a VAE of layers with a latent one among them, else an Autoencoder."""
    for i, layer in enumerate(layers):
        if isinstance(layer, og.Latent):
            return og.VAE(layers[:i], layers[i + 1 :], latent=layer, weight_bits=weight_bits)
    half = len(layers) // 2
    return og.Autoencoder(layers[:half], layers[half:], loss=og.MSE(), weight_bits=weight_bits)
