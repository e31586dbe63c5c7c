"""
Converts float models to octograd's integers, on a PC.

`convert` takes octograd layers and float arrays, `from_torch` a PyTorch model. Both return a
built model, ready to be saved, run on a board or fine-tuned, and a `Report`.
"""

from .conversion import ConversionWarning, Report, convert
from .torch_model import from_torch

__all__ = ["ConversionWarning", "Report", "convert", "from_torch"]
