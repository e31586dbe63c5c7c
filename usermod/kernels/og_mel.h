// SPDX-License-Identifier: MIT
#ifndef OG_MEL_H
#define OG_MEL_H

#include <stddef.h>
#include <stdint.h>

// How loud a spectrum is in overlapping triangular bands, and the cosine
// transform of that. Davis and Mermelstein 1980, "Comparison of parametric
// representations for monosyllabic word recognition in continuously spoken
// sentences", IEEE Trans. ASSP 28(4).
//
// Spec: docs/numerics.md, "Mel bands". Twin: host_ref/octograd_ref/mel.py.

#define OG_COSINE_MAX 128

// 256 log2 of the power in each band, 0 below a power of 1.
//
//   power    in   (edges[n_bands + 1],)  u32  at most 2^31, with exponent e
//   edges    in   (n_bands + 2,)         s16  rising; band b rises in bins edges[b] to
//                                             edges[b + 1] - 1 and falls in those to edges[b + 2] - 1
//   weights  in   (edges[n_bands + 1],)  s16  of each bin in the band that rises, in Q15; what is
//                                             left of 1 goes to the band that falls
//   out      out  (n_bands,)             s16
void og_mel_energy_s16(const uint32_t *power, int32_t e, const int16_t *edges, size_t n_bands,
    const int16_t *weights, int16_t *out);

// The first n_out items of a cosine transform (type II) of n_in items:
// y[j] = 2 / n_in sum_m x[m] cos(pi j (2 m + 1) / (2 n_in)), saturated at +-32767.
// x (n_in,) s16, y (n_out,) s16, n_out <= n_in <= 128.
void og_cosine_transform_s16(const int16_t *x, size_t n_in, int16_t *y, size_t n_out);

#endif // OG_MEL_H
