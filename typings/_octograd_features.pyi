"""The C module, for editors and type checkers: see _octograd.pyi."""

from _octograd import Buffer

def summary(x: Buffer, channels: int, out: Buffer) -> None:
    """
    Sum up whole frames, int16, to 5 int16 a channel.

    Mean, standard deviation, 256 log2 of the mean square, sign changes, largest magnitude.
    """

def filter_apply(sections: Buffer, x: Buffer, channels: int, state: Buffer, out: Buffer) -> None:
    """
    Filter whole frames, int16, to as many; out may be x.

    sections (int16) has 7 items a section: high, g, its shift, r, its shift, a, its shift;
    state (int32) 2 a section and channel, those of a channel side by side.
    """
