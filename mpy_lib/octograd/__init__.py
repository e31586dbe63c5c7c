"""Neural networks that learn on the microcontroller, in integers."""

__version__ = "0.1.0"

# Which module defines a name. A module is loaded when a name of it is first used.
_MODULES = {
    "linear": "layers",
    "relu": "layers",
    "Dense": "layers",
    "Flatten": "layers",
    "Sequential": "model",
    "load": "format",
    "SoftmaxCrossEntropy": "losses",
    "MSE": "losses",
    "SGD": "optimizers",
    "Trainer": "trainer",
    "show": "progress",
}


def __getattr__(name):
    if name not in _MODULES:
        raise AttributeError(name)
    module = __import__("octograd." + _MODULES[name], None, None, (name,))
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(_MODULES)
