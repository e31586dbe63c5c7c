"""Neural networks that learn on the microcontroller, in integers."""

__version__ = "0.1.0"

# Which names a module defines. A module is loaded when a name of it is first used.
_MODULES = {
    "activations": ("linear", "relu", "relu6", "sigmoid", "tanh", "leaky_relu"),
    "layers": ("Dense",),
    "shapes": ("Flatten", "Reshape", "UpSampling2D"),
    "convolutions": ("Conv2D", "Conv1D", "Conv2DTranspose"),
    "depthwise": ("DepthwiseConv2D",),
    "pooling": (
        "MaxPool2D",
        "MaxPool1D",
        "AveragePool2D",
        "AveragePool1D",
        "GlobalAveragePool",
    ),
    "blocks": ("Add", "Dropout", "Residual"),
    "latent": ("Latent",),
    "autoencoder": ("Autoencoder", "VAE"),
    "anomaly": ("AnomalyDetector",),
    "model": ("Sequential",),
    "format": ("load",),
    "losses": ("SoftmaxCrossEntropy", "BinaryCrossEntropy", "MSE", "Huber"),
    "optimizers": ("SGD", "Constant", "StepDecay", "CosineDecay"),
    "partial": ("PartialUpdate",),
    "budget": ("fit_budget",),
    "consolidation": ("EWC",),
    "drift": ("DriftDetector",),
    "prototypes": ("Prototypes",),
    "statistics": ("RunningStatistics",),
    "summary": ("Summary",),
    "filter": ("Filter",),
    "spectrum": ("Spectrum",),
    "mel": ("LogMel", "MFCC"),
    "quantizer": ("Quantizer",),
    "augment": ("Augment",),
    "samples": ("Shuffle",),
    "dataset": ("Dataset",),
    "replay": ("ReplayBuffer",),
    "checkpoint": ("Checkpoint",),
    "guard": ("Guard",),
    "ringbuffer": ("RingBuffer", "Windows"),
    "trainer": ("Trainer", "Diverged"),
    "progress": ("show",),
}


def __getattr__(name):
    for module, names in _MODULES.items():
        if name in names:
            value = getattr(__import__("octograd." + module, None, None, (name,)), name)
            globals()[name] = value
            return value
    raise AttributeError(name)


def __dir__():
    return sorted([name for names in _MODULES.values() for name in names])
