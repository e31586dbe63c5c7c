// SPDX-License-Identifier: MIT
#ifndef OG_RANGE_H
#define OG_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "og_fixed.h"

// The delayed scale of one int8 tensor: which exponent it gets is decided by
// the tensors before it, so that no int32 copy of a tensor is ever needed.
// Three int16 without padding: the memory of array('h', [0, 0, OG_RANGE_FRESH]).
//
// Spec: docs/numerics.md, "Ranges". Twin: host_ref/octograd_ref/range.py.
typedef struct _og_range_t {
    int16_t exponent; // of the next tensor
    int16_t maximum;  // largest magnitude of this window in steps of it, 0..127
    int16_t count;    // tensors seen in this window, 0..255, or OG_RANGE_FRESH
} og_range_t;

#define OG_RANGE_FRESH (-1)
#define OG_RANGE_WINDOW 256

// Starts a tensor whose exponent may not be below `floor`. Returns whether no
// tensor was seen yet, so that the first guess may have to be widened.
static inline bool og_range_begin(og_range_t *range, int32_t floor) {
    bool fresh = range->count == OG_RANGE_FRESH;
    if (fresh) {
        range->count = 0;
        range->maximum = 0;
    }
    if (fresh || range->exponent < floor) {
        range->exponent = (int16_t)floor;
    }
    return fresh;
}

// For the first tensor only: raises the exponent until the largest magnitude t
// fits in int8. Returns whether it had to, and the tensor has to be made again.
static inline bool og_range_widen(og_range_t *range, int32_t t) {
    int16_t before = range->exponent;
    for (; t > 127; t = og_round_shift(t, 1)) {
        range->exponent++;
    }
    return range->exponent != before;
}

// Learns from a tensor that was made with `used` and has the largest magnitude
// t, 0 <= t <= 2^30, before saturation. A tensor of zeros teaches nothing.
static inline void og_range_learn(og_range_t *range, og_range_t used, int32_t t) {
    if (t == 0) {
        return;
    }
    int32_t maximum = used.maximum > t ? used.maximum : t;
    for (; maximum > 127; maximum = og_round_shift(maximum, 1)) {
        used.exponent++;
    }
    used.count++;
    if (used.count >= OG_RANGE_WINDOW) {
        for (; maximum < 64; maximum *= 2) {
            used.exponent--;
        }
        maximum = 0;
        used.count = 0;
    }
    used.maximum = (int16_t)maximum;
    *range = used;
}

#endif // OG_RANGE_H
