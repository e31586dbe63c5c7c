// SPDX-License-Identifier: MIT
#ifndef OG_SPECTRUM_H
#define OG_SPECTRUM_H

#include <stddef.h>
#include <stdint.h>

// The spectrum of a window of samples, by a fast Fourier transform in int32.
//
// Spec: docs/numerics.md, "Spectra". Twin: host_ref/octograd_ref/spectrum.py.

#define OG_SPECTRUM_MIN_LOG2 3
#define OG_SPECTRUM_MAX_LOG2 10

// Of a power spectrum's exponent.
#define OG_POWER_EXPONENT_MIN (-10)
#define OG_POWER_EXPONENT_MAX 14

// Of the power of two that is the unit of a band's magnitude.
#define OG_BAND_UNIT_MAX 8

// Power by frequency: |X|^2 = power * 4^e, where e is what is returned.
//
//   x      in   every stride-th of (n,)  s16  2 <= n <= N = 2^log2_n
//   power  out  (N + 2,)                 u32  N / 2 + 1 bins, at most 2^31, and zeros
//
// The window's mean is taken off, it is weighted by a Hann window of n samples
// (periodic), and zeros are appended up to N, 8 to 1024. Bin k is the frequency
// k / N of the sampling rate. Powers below that of the largest one by more than
// 2^30 are 0. -10 <= e <= 14.
//
// As |x - mean| < 2^16 and the weights sum up to n / 2, no sum is larger than
// N * 2^15; with the 13 - log2_n bits of a fraction that is 2^28.
int32_t og_power_spectrum_s16(const int16_t *x, size_t n, size_t stride, int32_t log2_n,
    uint32_t *power);

// The root of the mean square of what is in each of some bands, in units of
// 2^unit counts: that of a sine of amplitude A is A / sqrt(2).
//
//   power  in   (N / 2 + 1,)   u32  of n samples, with exponent e
//   edges  in   (n_bands + 1,) s16  band b has bins edges[b] to edges[b + 1] - 1; 0 to N / 2 + 1
//   out    out  (n_bands,)     s16  at most 32767
void og_band_magnitude_s16(const uint32_t *power, int32_t e, size_t n, int32_t log2_n,
    const int16_t *edges, size_t n_bands, int32_t unit, int16_t *out);

#endif // OG_SPECTRUM_H
