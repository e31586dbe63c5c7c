"""The ways to train that are compared."""

from typing import NamedTuple


class Variant(NamedTuple):
    """
    One way to train.

    Attributes:
        name: As in the results.
        twin: The variant in float32 that it is compared with.
        weight_bits: 16, 8, or 0 for float32.
        sgd: Further arguments of octograd.SGD.
        trainer: Further arguments of octograd.Trainer.
        keep: What is kept of the domain before, of an adaptation: "rehearsal" and how many
            samples, "EWC" and how strongly.
        offset: Added to the exponents of a task's learning rates.
        shifts: Or these exponents instead.
    """

    name: str
    twin: str = "float"
    weight_bits: int = 16
    sgd: dict = {}
    trainer: dict = {}
    keep: dict = {}
    offset: int = 0
    shifts: tuple = ()


_MOMENTUM = {"momentum": 0.875}  # a step's effect is eight steps' sum
_PARTIAL = {"minimum": 0.1, "maximum": 1.0}

FLOATS = (
    Variant("float", weight_bits=0),
    Variant("float batch 8", weight_bits=0, sgd={"batch": 8}, offset=-2),
    Variant("float momentum", weight_bits=0, sgd=_MOMENTUM, offset=3),
)

INTEGERS = (
    Variant("16-bit"),
    Variant("8-bit", weight_bits=8),
    Variant("batch 8", "float batch 8", sgd={"batch": 8}, offset=-2),
    Variant("momentum", "float momentum", sgd=_MOMENTUM, offset=3),
    Variant("normalize", sgd={"normalize": True}, shifts=(5, 6, 7, 8, 9, 10)),
    Variant("skip 1/16", trainer={"skip": 1 / 16}),
    Variant("partial confidence", trainer={"partial": _PARTIAL | {"by": "confidence"}}),
    Variant("partial loss", trainer={"partial": _PARTIAL | {"by": "loss"}}),
)

_REHEARSAL, _EWC = {"rehearsal": 50}, {"EWC": 1 / 64}

KEEPING = (
    Variant("rehearsal", keep=_REHEARSAL),
    Variant("EWC", keep=_EWC),
    Variant("rehearsal and EWC", keep=_REHEARSAL | _EWC),
)

# The same share of each hidden layer in every step, as Deutel et al. 2025 measured.
SHARES = tuple(
    Variant(f"partial {share:.0%}", trainer={"partial": {"minimum": share, "maximum": share}})
    for share in (0.6, 0.1)
)

ALL = {variant.name: variant for variant in FLOATS + INTEGERS + KEEPING + SHARES}


def with_twins(names):
    """Return the variants of these names, those that they are compared with first."""
    chosen = [ALL[name] for name in names]
    twins = {variant.twin for variant in chosen}
    return [v for v in FLOATS if v.name in twins] + [v for v in chosen if v not in FLOATS]
