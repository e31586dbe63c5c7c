"""A residual block for PyTorch models, of the form that `from_torch` converts."""


def __getattr__(name):
    # PyTorch is loaded only where the class is used.
    if name != "Residual":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from torch import nn

    class Residual(nn.Module):
        """
        activation(main(x) + shortcut(x)).

        Args:
            *main: Modules of the main branch.
            shortcut: Module of the other branch, if the shapes differ; else x itself.
            activation: Module, such as nn.ReLU(); else none.
        """

        def __init__(self, *main, shortcut=None, activation=None):
            super().__init__()
            self.main = nn.Sequential(*main)
            self.shortcut = shortcut
            self.activation = activation

        def forward(self, x):
            """Return the block's output."""
            y = self.main(x) + (x if self.shortcut is None else self.shortcut(x))
            return y if self.activation is None else self.activation(y)

    Residual.__module__, Residual.__qualname__ = __name__, name
    globals()[name] = Residual
    return Residual
