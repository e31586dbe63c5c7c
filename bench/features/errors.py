"""
Measure how far features are from their formulas in float64, and write results.md.

The features are those of mpy_lib on the reference, which equals the C bit for bit; the formulas
are SciPy's and, for mel bands, librosa's. Signals come from a seed.
"""

import pathlib
from array import array

import numpy as np
from scipy import fft, signal

import octograd as og

RESULTS = pathlib.Path(__file__).parent / "results.md"
LEVELS = (30, 1000, 20000)
DECIBEL = 256 / (10 * np.log10(2))  # in units of LogMel

HEAD = """# Features against their formulas

Written by `make features`; do not edit.
Samples are int16 and rounded before both, so what is compared is the arithmetic alone.
librosa's formula is written out in NumPy (`htk=True, norm=None`), the mean of a frame taken off.
`level` is the amplitude of the signal in counts; 32767 is full scale.

| feature | formula | setting | level | largest error | root mean square | unit |
| --- | --- | --- | --- | --- | --- | --- |
"""


def tone_and_noise(rng, n, level):
    """A slow and a fast tone, with noise 30 dB below them."""
    k = np.arange(n)
    x = 0.6 * np.sin(0.05 * k) + 0.3 * np.sin(1.3 * k) + rng.normal(0, 0.02, n)
    return np.round(level * x).astype(np.int16)


def voice(rng, rate, n, level):
    """Harmonics of 170 Hz that fall by 6 dB an octave, noise 40 dB below, and one count of it."""
    t, k = np.arange(n) / rate, np.arange(1, 20)[:, None]
    x = (np.sin(2 * np.pi * 170 * k * t + k * k) / k).sum(axis=0) / 2
    x += rng.normal(0, 0.01, n)
    return np.round(level * x + rng.normal(0, 1, n)).astype(np.int16)


def extracted(extractor, x):
    out = array("h", bytes(2 * extractor.n_out))
    extractor.extract_into(array("h", x.tolist()), out)
    return np.array(out, float)


def summaries(level):
    """Yield the five features' names, formulas, errors and units."""
    rng = np.random.default_rng(1)
    windows = [tone_and_noise(rng, 128, level) + level // 4 for _ in range(50)]
    windows = [x.astype(np.int16) for x in windows]
    made = np.array([extracted(og.Summary(), x) for x in windows])
    x = np.array(windows, float)
    exact = {
        "mean": ("numpy.mean", x.mean(axis=1), "counts"),
        "deviation": ("numpy.std", x.std(axis=1), "counts"),
        "energy": ("256 log2 numpy.mean(x**2)", 256 * np.log2((x**2).mean(axis=1)), "1/85 dB"),
        "crossings": ("numpy.diff(numpy.signbit)", np.diff(np.signbit(x)).sum(axis=1), "1"),
        "peak": ("numpy.abs(x).max()", abs(x).max(axis=1), "counts"),
    }
    for k, name in enumerate(og.Summary.NAMES):
        formula, value, unit = exact[name]
        yield f"Summary, {name}", formula, "128 samples", level, made[:, k] - value, unit


def filters():
    """Yield errors for all levels, which are channels of one filter."""
    for rate, kind, cutoff, order in (
        (50, "highpass", 0.5, 2),
        (16000, "highpass", 80, 4),
        (1000, "lowpass", 0.5, 4),
        (16000, "lowpass", 4000, 2),
        (100, "lowpass", 40, 4),
    ):
        rng = np.random.default_rng(2)
        x = np.stack([tone_and_noise(rng, 3000, level) for level in LEVELS], axis=1)
        y, options = array("h", bytes(2 * x.size)), {kind: cutoff, "channels": len(LEVELS)}
        made = og.Filter(rate, order=order, **options)
        made.filter_into(array("h", x.ravel().tolist()), y)
        sos = signal.butter(order, cutoff, kind, fs=rate, output="sos")
        errors = np.array(y).reshape(x.shape) - signal.sosfilt(sos, x.astype(float), axis=0)
        setting = f"{kind} {cutoff} of {rate} Hz, order {order}"
        for level, error in zip(LEVELS, errors.T, strict=True):
            yield "Filter", "scipy.signal.butter, sosfilt", setting, level, error, "counts"


def spectra(level):
    for size in (128, 400, 1024):
        edges, length, error = (10, 20, 40, 80, 160, 190), 1 << (size - 1).bit_length(), []
        for seed in range(20):
            x = tone_and_noise(np.random.default_rng(seed), size, level)
            made = extracted(og.Spectrum(400, size, edges), x)
            _, density = signal.periodogram(x.astype(float), 400, "hann", length, "constant")
            bins = [-(-edge * length // 400) for edge in edges]
            squares = [density[a:b].sum() for a, b in zip(bins, bins[1:], strict=False)]
            error.append(made - np.sqrt(np.array(squares) * 400 / length))
        formula, setting = "scipy.signal.periodogram", f"{size} samples"
        yield "Spectrum", formula, setting, level, np.array(error), "counts"


def log_mel(x, rate, bands, low, high):
    """librosa.feature.melspectrogram(htk=True, norm=None) of one frame, its mean taken off."""
    n_fft = 1 << (x.size - 1).bit_length()
    power = abs(np.fft.rfft((x - x.mean()) * signal.get_window("hann", x.size), n_fft)) ** 2
    ends = 2595 * np.log10(1 + np.array([low, high]) / 700)
    points = 700 * (10 ** (np.linspace(*ends, bands + 2) / 2595) - 1)
    f = np.arange(n_fft // 2 + 1) * rate / n_fft
    rise = (f - points[:-2, None]) / np.diff(points)[:-1, None]
    fall = (points[2:, None] - f) / np.diff(points)[1:, None]
    energy = np.maximum(0, np.minimum(rise, fall)) @ power
    return 256 * np.log2(np.maximum(energy, 1))


def speech(level):
    for rate, size, bands, coefficients in ((16000, 400, 40, 13), (8000, 200, 20, 10)):
        options, errors, cepstra = {"bands": bands, "low": 60}, [], []
        mel = og.LogMel(rate, size, **options)
        mfcc = og.MFCC(rate, size, coefficients=coefficients, **options)
        for seed in range(20):
            x = voice(np.random.default_rng(seed), rate, size, level)
            exact = log_mel(x, rate, bands, 60, rate / 2)
            errors.append(extracted(mel, x) - exact)
            cepstra.append(extracted(mfcc, x) - fft.dct(exact)[:coefficients] / bands)
        setting = f"{size} samples at {rate} Hz, {bands} bands"
        for name, formula, error in (
            ("LogMel", "librosa.feature.melspectrogram", errors),
            ("MFCC", "scipy.fft.dct of that", cepstra),
        ):
            yield name, formula, setting, level, np.array(error) / DECIBEL, "dB"


def text():
    """Return results.md."""
    rows = list(filters())
    for measure in (summaries, spectra, speech):
        for level in LEVELS:
            rows += measure(level)
    lines = []
    # Stable, so that levels and settings stay in order.
    for name, formula, setting, level, error, unit in sorted(rows, key=lambda row: row[:3]):
        sizes = f"{abs(error).max():.2f} | {np.sqrt(np.mean(error**2)):.2f}"
        lines.append(f"| {name} | `{formula}` | {setting} | {level} | {sizes} | {unit} |")
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    RESULTS.write_text(text())
    print(RESULTS.read_text(), end="")
