// SPDX-License-Identifier: MIT
#ifndef OG_SUMMARY_H
#define OG_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

// What is said of a channel, in this order: mean, standard deviation (of a
// population) and peak (largest magnitude) in counts, energy as 256 log2 of the
// mean square, and how often the sign changes.
typedef struct _og_summary_t {
    int16_t mean;
    int16_t deviation;
    int16_t energy;
    int16_t crossings;
    int16_t peak;
} og_summary_t;

#define OG_SUMMARY_FIELDS 5

// Sums a window up, each channel by itself.
//
//   x    in   (n, channels)  s16  n * channels <= 32768
//   out  out  (channels,)
//
// Mean and deviation are exact to half a count. Reads x twice.
//
// Spec: docs/numerics.md, "Summary of a window".
// Twin: host_ref/octograd_ref/summary.py.
void og_summary_s16(const int16_t *x, size_t n, size_t channels, og_summary_t *out);

#endif // OG_SUMMARY_H
