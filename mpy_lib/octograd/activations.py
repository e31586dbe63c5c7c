"""Activations, by the codes that the kernels have for them."""

linear = 0
relu = 1
relu6 = 2
sigmoid = 3
tanh = 4

_LEAKY = 8
_NAMES = ("linear", "relu", "relu6", "sigmoid", "tanh")


def leaky_relu(slope: float = 1 / 8) -> int:
    """
    Return the leaky ReLU whose slope below zero is a power of two.

    Args:
        slope: 1/2, 1/4, ... 1/128.
    """
    for k in range(1, 8):
        if slope == 2**-k:
            return _LEAKY + k
    raise ValueError(f"slope: 1/2, 1/4, ... or 1/128 expected, got {slope!r}")


def check_activation(code) -> int:
    """Return `code` if it is an activation."""
    if not isinstance(code, int) or isinstance(code, bool):
        raise TypeError(f"activation: such as relu expected, got {code!r}")
    if not (0 <= code < len(_NAMES) or _LEAKY < code <= _LEAKY + 7):
        raise ValueError(f"activation: such as relu expected, got {code!r}")
    return code


def activation_name(code: int) -> str:
    return _NAMES[code] if code < len(_NAMES) else f"leaky_relu(1/{1 << code - _LEAKY})"


def rectifies(code: int) -> bool:
    """Return whether about half of a layer's outputs are (nearly) lost below zero."""
    return code in (relu, relu6) or code > _LEAKY
