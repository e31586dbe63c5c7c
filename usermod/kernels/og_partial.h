// SPDX-License-Identifier: MIT
#ifndef OG_PARTIAL_H
#define OG_PARTIAL_H

#include <stddef.h>
#include <stdint.h>

// Keeps the channels of an error that matter most, and makes the others 0, so
// that neither the update nor the backward pass below spends work on them.
// Deutel et al. 2024, "On-Device Training of Fully Quantized Deep Neural
// Networks on Cortex-M Microcontrollers", dynamic partial gradient updates.
//
//   dy        in, out  (n_pixels, channels)  s8
//   fraction  in       1..32768 (Q15)        of the channels to keep
//   scores    scratch  (channels,)           s32
//
// n_pixels * channels <= OG_MAX_LENGTH, both at least 1. Returns how many
// channels are kept, 1..channels: those with the largest sums of magnitudes,
// the first of equals. Any bytes are safe.
//
// Spec: docs/numerics.md, "Partial updates". Twin: host_ref/octograd_ref/partial.py.
size_t og_partial_keep_s8(int8_t *dy, size_t n_pixels, size_t channels, int32_t fraction,
    int32_t *scores);

#endif // OG_PARTIAL_H
