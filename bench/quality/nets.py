"""The nets of all tasks: each once, for MicroPython and for CPython."""

import octograd as og


def digits():
    """8 x 8 pixels, 10 classes: 2,368 weights."""
    return (64,), [og.Dense(32, og.relu), og.Dense(10)]


def fashion_cnn():
    """28 x 28 pixels, 10 classes: the CNN of tests/train/fashion.py, 9,064 weights."""
    return (28, 28, 1), [
        og.Conv2D(8, 3, strides=2, padding="same", activation=og.relu),
        og.Conv2D(16, 3, strides=2, padding="same", activation=og.relu),
        og.Flatten(),
        og.Dense(10),
    ]


def fashion_cnn4():
    """28 x 28 pixels, 10 classes: four trained layers, 13,832 weights."""
    return (28, 28, 1), [
        og.Conv2D(8, 3, padding="same", activation=og.relu),
        og.MaxPool2D(2),
        og.Conv2D(16, 3, padding="same", activation=og.relu),
        og.MaxPool2D(2),
        og.Conv2D(32, 3, activation=og.relu),
        og.Flatten(),
        og.Dense(10),
    ]


def separable():
    """28 x 28 pixels, 10 classes: depthwise-separable, linear bottlenecks, 5,092 weights."""
    return (28, 28, 1), [
        og.Conv2D(12, 3, strides=2, padding="same", activation=og.relu),
        og.Residual(
            [
                og.Conv2D(36, 1, activation=og.relu),
                og.DepthwiseConv2D(3, padding="same", activation=og.relu),
                og.Conv2D(12, 1),
            ]
        ),
        og.Conv2D(36, 1, activation=og.relu),
        og.DepthwiseConv2D(3, strides=2, padding="same", activation=og.relu),
        og.Conv2D(24, 1),
        og.Conv2D(64, 1, activation=og.relu),
        og.GlobalAveragePool(),
        og.Dense(10),
    ]


def _signal(shape, classes, *, pool=2):
    """A signal (length, channels): three convolutions and a mean."""
    return shape, [
        og.Conv1D(16, 5, strides=2, padding="same", activation=og.relu),
        og.Conv1D(24, 5, padding="same", activation=og.relu),
        og.MaxPool1D(pool),
        og.Conv1D(32, 3, padding="same", activation=og.relu),
        og.GlobalAveragePool(),
        og.Dense(classes),
    ]


def keywords():
    """49 frames of 10 MFCCs, 12 classes."""
    return _signal((49, 10), 12)


def keywords_yesno():
    """49 frames of 10 MFCCs, 4 classes."""
    return _signal((49, 10), 4)


def spoken_digits():
    """32 frames of 10 MFCCs, 10 classes."""
    return _signal((32, 10), 10)


def ecg():
    """100 samples of a heart beat, 2 classes."""
    return (100, 1), [
        og.Conv1D(8, 7, strides=2, padding="same", activation=og.relu),
        og.Conv1D(16, 5, strides=2, padding="same", activation=og.relu),
        og.MaxPool1D(2),
        og.Flatten(),
        og.Dense(16, og.relu),
        og.Dense(2),
    ]


def fan():
    """24 frequency bands of 3 axes, 7 classes."""
    return (72,), [og.Dense(32, og.relu), og.Dense(7)]


def wand():
    """59 readings of 6 axes, 5 classes."""
    return _signal((59, 6), 5, pool=3)


def wand_digits():
    """48 points in two dimensions, 10 classes."""
    return _signal((48, 2), 10)


def bearing():
    """64 frequency bands, 10 classes."""
    return (64,), [og.Dense(32, og.relu), og.Dense(16, og.relu), og.Dense(10)]


def vae_digits():
    """8 x 8 pixels, 8 numbers: the VAE of examples/vae_digits."""
    return (64,), [
        og.Dense(32, og.relu),
        og.Latent(8, beta=1 / 4),
        og.Dense(32, og.relu),
        og.Dense(64),
    ]


def vae_images():
    """28 x 28 pixels, 10 numbers: a convolutional VAE."""
    return (28, 28, 1), [
        og.Conv2D(8, 3, strides=2, padding="same", activation=og.relu),
        og.Conv2D(16, 3, strides=2, padding="same", activation=og.relu),
        og.Flatten(),
        og.Dense(48, og.relu),
        og.Latent(10, beta=1 / 4),
        og.Dense(7 * 7 * 16, og.relu),
        og.Reshape((7, 7, 16)),
        og.Conv2DTranspose(8, 4, strides=2, padding="same", activation=og.relu),
        og.Conv2DTranspose(1, 4, strides=2, padding="same"),
    ]


def head_digits():
    """The code of vae_digits, 10 classes."""
    return (8,), [og.Dense(10)]


def head_images():
    """The code of vae_images, 10 classes."""
    return (10,), [og.Dense(64, og.relu), og.Dense(10)]


def _autoencoder(items, hidden, code):
    """A vector through a few numbers."""
    return (items,), [
        og.Dense(hidden, og.relu),
        og.Dense(code),
        og.Dense(hidden, og.relu),
        og.Dense(items),
    ]


def fan_autoencoder():
    """24 frequency bands of 3 axes, 8 numbers."""
    return _autoencoder(72, 32, 8)


def ecg_autoencoder():
    """100 samples of a heart beat, 8 numbers."""
    return _autoencoder(100, 32, 8)


def shuttle_autoencoder():
    """9 sensor readings, 3 numbers."""
    return _autoencoder(9, 16, 3)


def make(name):
    """Return (input shape, layers) of a net, new ones each time."""
    return globals()[name]()
