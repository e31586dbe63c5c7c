"""What is measured of a net that learns without labels, and how good it must be."""

from typing import NamedTuple

from quality import autoencoders, nets

KIND = "without labels"
# Half of what Deutel et al. 2025 need to train their VAE in 8 bits.
RAM_BAR = 122000
# Figures of the same paper, with 100 labels of each class.
HEAD_BARS = {"vae_mnist": 89, "vae_fashion": 75}


class Head(NamedTuple):
    """
    A classifier of the code.

    Attributes:
        net: Name of a function in nets.py.
        labels: So many of each class.
        epochs: How often each of them is seen.
        shifts: Learning rates to choose from, 2**-shift.
        folds: Of a cross-validation in 5 parts, how many choose the rate.
    """

    net: str
    labels: int
    epochs: int
    shifts: tuple
    folds: int


class Unlabelled(NamedTuple):
    """
    What is measured of a net that learns without labels.

    Attributes:
        measure: After each epoch: "squared error" or "AUC".
        head: Of its code, or None.
    """

    measure: str
    head: Head | None = None

    @property
    def metrics(self):
        """All that is measured, first what chooses the rate."""
        return (self.measure, "head accuracy") if self.head else (self.measure,)


def ram(task, variant):
    """Return the bytes that training takes, by plan()."""
    shape, layers = nets.make(task.net)
    net = autoencoders.make(layers, variant.weight_bits)
    return net.plan(shape, training=True, partial="partial" in variant.trainer).ram


def bars(row):
    """Return the bars of a row as (text, met)."""
    if row["variant"] != "16-bit":
        return []
    task, gap = row["task"], row["gap"]
    if row["metric"] == "AUC":
        return [("float - 0.02", gap >= -0.02)]
    if row["metric"] == "head accuracy":
        allowed = 1.0 if task in HEAD_BARS else 1.5
        found = [(f"float - {allowed}", gap >= -allowed)]
        if task in HEAD_BARS:
            least = HEAD_BARS[task]
            found.append((f"at least {least}", row["mean"] >= least))
            found.append((f"RAM {RAM_BAR:,}", row["ram"] <= RAM_BAR))
        return found
    if task == "vae_digits":
        return [("float * 1.05", row["mean"] <= 1.05 * row["float_mean"])]
    return []
