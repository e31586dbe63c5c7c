"""Spectra, in bands and in mel bands, and their cepstra."""

from array import array

import border
from border import digest, locked, noise, refused

import _octograd_features as features
import octograd as og

# Results.
x = border.random("h", 20, 9000)
out, y = array("h", bytes(6)), array("h", bytes(40))
power, edges = array("I", bytes(4 * 18)), array("h", [0, 3, 5, 9])
e_power = features.power_spectrum(x, 2, 1, power)
features.band_magnitude(power, e_power, 10, edges, -1, out)
print(e_power, list(power), list(out))
mel, cepstrum = array("h", bytes(4)), array("h", bytes(14))
features.mel_energy(power, e_power, edges, x[:9], mel)
features.cosine_transform(x, cepstrum)
print(list(mel), list(cepstrum))

# What is no buffer, no int, too short, too long or out of range.
for bad in (
    None,
    5,
    bytes(40),
    array("b", bytes(40)),
    array("i", x),
    array("h"),
    array("h", x[:19]),
):
    refused("x", features.power_spectrum, bad, 2, 0, power)
for bad in (None, 0, -1, 4097, 2.0, True, "2"):
    refused("channels", features.power_spectrum, x, bad, 0, power)
for bad in (None, -1, 2, 1.0):
    refused("channel", features.power_spectrum, x, 2, bad, power)
for bad in (None, bytes(72), array("i", bytes(72)), array("I"), array("I", bytes(4 * 17))):
    refused("power", features.power_spectrum, x, 2, 0, bad)
    refused("power", features.band_magnitude, bad, 0, 10, edges, 0, out)
    refused("power", features.mel_energy, bad, 0, edges, y, out)
refused("power", features.power_spectrum, x, 2, 0, array("I", bytes(4 * 6)))
refused("x", features.power_spectrum, x, 2, 0, array("I", bytes(4 * 10)))
refused("x", features.power_spectrum, x[:2], 2, 0, power)
for bad in (None, -11, 15, 0.0, True):
    refused("e_power", features.band_magnitude, power, bad, 10, edges, 0, out)
    refused("e_power", features.mel_energy, power, bad, edges, x, out)
for bad in (None, 1, 17, 0, 4.0):
    refused("n", features.band_magnitude, power, 0, bad, edges, 0, out)
for bad in (None, -9, 9, 1.0):
    refused("unit", features.band_magnitude, power, 0, 10, edges, bad, out)
for bad in (
    None,
    bytes(8),
    array("b", bytes(4)),
    array("h", [0, 1, 2]),
    array("h", [0, 1, 2, 3, 4]),
):
    refused("edges", features.band_magnitude, power, 0, 10, bad, 0, out)
for bad in ((0, 3, 5, 10), (-1, 3, 5, 9), (0, 3, 2, 9), (32767, 3, 5, 9)):
    refused("edges", features.band_magnitude, power, 0, 10, array("h", bad), 0, out)
    refused("edges", features.mel_energy, power, 0, array("h", bad), x, out[:2])
for bad in (None, bytes(6), array("b", bytes(3)), array("h")):
    refused("out", features.band_magnitude, power, 0, 10, edges, 0, bad)
    refused("out", features.mel_energy, power, 0, edges, x, bad)
for bad in (None, bytes(18), array("h", bytes(16)), array("h", bytes(20))):
    refused("weights", features.mel_energy, power, 0, edges, bad, out[:2])
for bad in (None, bytes(8), array("h"), array("h", bytes(2 * 129))):
    refused("x", features.cosine_transform, bad, out)
for bad in (None, bytes(6), array("h"), array("h", bytes(8))):
    refused("out", features.cosine_transform, array("h", [1, 2, 3]), bad)
print(digest([x, out, power]))

# Spectra.
for rate, size, edges, unit in (
    (50, 2, (0, 10), 0),
    (50, 8, (0, 10, 25), 0),
    (400, 100, (3, 10, 30.5, 100, 200), -4),
    (8000, 1024, (100, 1000, 4000), 2),
):
    spectrum = og.Spectrum(rate, size, edges, channels=2, unit=unit)
    out = array("h", bytes(2 * spectrum.n_out))
    x = noise(2 * size, 2000, 300)
    for channel in (0, 1):
        spectrum.extract_into(x, out, channel)
        print(spectrum, list(spectrum.edges), list(out), digest([spectrum._power]))

# Mel bands.
for rate, size, options in (
    (16000, 400, {}),
    (8000, 256, {"bands": 20, "low": 80, "high": 3999.5, "coefficients": 20}),
    (8000, 200, {"bands": 1, "coefficients": 1}),
    (100, 30, {"bands": 3, "low": 0, "coefficients": 2}),
):
    mfcc = og.MFCC(rate, size, **options)
    mel, out = mfcc.mel, array("h", bytes(2 * mfcc.n_out))
    print(mfcc, list(mel.edges), digest([mel.edges, mel.weights]))
    for limit, tone in ((0, 0), (1, 0), (300, 500), (32767, 0)):
        x = noise(size, limit, tone)
        mfcc.extract_into(x, out)
        print(limit, list(out), list(mfcc.energies[:4]), digest([mfcc.energies]))


# Nothing is allocated.
def extract(extractor, x, out):
    """Extract as a program does."""
    for _ in range(3):
        extractor.extract_into(x, out)


x = noise(400, 3000, 100)
for extractor in (
    og.Spectrum(16000, 400, (0, 1000, 8000)),
    og.LogMel(16000, 400),
    og.MFCC(16000, 400),
):
    out = array("h", bytes(2 * extractor.n_out))
    locked(extractor, extract, extractor, x, out)
    print(digest([out]))

# Refusals of the library.
for value in (None, 0, 0.5, 1000001, "50", True, float("nan"), float("inf")):
    refused("rate", og.Spectrum, value, 8, (0, 0.1))
    refused("rate", og.LogMel, value, 8)
for value in (0, 4097, None, 1.0):
    refused("channels", og.Spectrum, 50, 8, (0, 9), channels=value)
for value in (1, 1025, None, 8.0):
    refused("size", og.Spectrum, 50, value, (0, 9))
    refused("size", og.MFCC, 8000, value)
for value in (None, 5, (), (1,), (1, 1), (3, 2), (0, 1, 2), (0, 26), (-1, 3), (0, None)):
    refused("edges", og.Spectrum, 50, 8, value)
for value in (-9, 9, None):
    refused("unit", og.Spectrum, 50, 8, (0, 9), unit=value)
for value in (0, 129, None):
    refused("bands", og.LogMel, 8000, 200, bands=value)
refused("bands", og.LogMel, 8000, 200, bands=128)
for value in (4000, -1, None, "1", 5000.5):
    refused("low", og.LogMel, 8000, 200, low=value)
for value in (4000.5, 0, "1", -1):
    refused("high", og.LogMel, 8000, 200, high=value)
for value in (0, 41, None):
    refused("coefficients", og.MFCC, 8000, 400, coefficients=value)
mfcc, out = og.MFCC(16000, 400), array("h", bytes(26))
for value in (None, noise(399, 9), noise(401, 9)):
    refused("x", mfcc.extract_into, value, out)
refused("x", mfcc.extract_into, bytes(400), out)
for value in (array("h", bytes(24)), array("h", bytes(28)), bytes(13), array("b", bytes(13))):
    refused("out", mfcc.extract_into, noise(400, 9), value)
spectrum = og.Spectrum(50, 8, (0, 9, 25), channels=2)
for value in (2, -1, None):
    refused("channel", spectrum.extract_into, noise(16, 9), array("h", bytes(4)), value)
refused("x", spectrum.extract_into, noise(8, 9), array("h", bytes(4)))
refused("out", spectrum.extract_into, noise(16, 9), array("h", bytes(2)))
