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

def power_spectrum(x: Buffer, channels: int, channel: int, power: Buffer) -> int:
    """
    Write the power (uint32) of each bin of a channel of 2 to N frames, int16; return its exponent.

    power has N + 2 items, N = 8, 16, ... 1024, N / 2 + 1 bins and zeros; a value
    is power * 4**exponent. The mean is taken off, and a Hann window applied.
    """

def band_magnitude(
    power: Buffer, e_power: int, n: int, edges: Buffer, unit: int, out: Buffer
) -> None:
    """
    Write the root mean square of each band (int16), in 2**unit counts, of a spectrum of n frames.

    edges (int16) has one more item than out: band b has bins edges[b] to edges[b + 1] - 1.
    """

def mel_energy(power: Buffer, e_power: int, edges: Buffer, weights: Buffer, out: Buffer) -> None:
    """
    Write 256 log2 of the power in each overlapping band (int16), at least 0.

    edges (int16) has two more items than out: band b rises from bin edges[b] on and falls from
    edges[b + 1] on. weights (int16, Q15), edges[-1] items, are what goes to the rising band.
    """

def cosine_transform(x: Buffer, out: Buffer) -> None:
    """Write the first len(out) items of 2 / n times the cosine transform II of x, int16."""
