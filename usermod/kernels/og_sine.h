// SPDX-License-Identifier: MIT
#ifndef OG_SINE_H
#define OG_SINE_H

#include <stdint.h>

#include "og_fixed.h"
#include "og_tables.h"

// Sines and cosines in Q15, from a table of a quarter of 1024 steps.
//
// Spec: docs/numerics.md, "Angles". Twin: host_ref/octograd_ref/sine.py.

#define OG_SINE_STEPS 1024

// 32768 sin(2 pi i / 1024), for any i.
static inline int32_t og_sine_step(uint32_t i) {
    uint32_t k = i & 255;
    int32_t v = og_table_sine[i & 256 ? 256 - k : k];
    return i & 512 ? -v : v;
}

// 32768 sin(2 pi phase / 2^32), linear between the steps, to within 1.2.
static inline int32_t og_sine(uint32_t phase) {
    int32_t low = og_sine_step(phase >> 22);
    int32_t rest = (int32_t)(phase >> 7 & 32767);
    // The next item is at most 202 away.
    return low + og_round_shift((og_sine_step((phase >> 22) + 1) - low) * rest, 15);
}

// 32768 cos(2 pi phase / 2^32).
static inline int32_t og_cosine(uint32_t phase) {
    return og_sine(phase + ((uint32_t)1 << 30));
}

#endif // OG_SINE_H
