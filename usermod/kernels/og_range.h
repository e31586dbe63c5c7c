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

// Writes what a tensor is made with whose exponent may not be below `floor`.
// Returns whether no tensor was seen yet, so that the first guess may have to
// be widened.
static inline bool og_range_begin(const og_range_t *range, int32_t floor, og_range_t *used) {
    bool fresh = range->count == OG_RANGE_FRESH;
    bool raise = fresh || range->exponent < floor;
    // Field by field: a native module has no memcpy.
    used->exponent = raise ? (int16_t)floor : range->exponent;
    used->maximum = fresh ? 0 : range->maximum;
    used->count = fresh ? 0 : range->count;
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
// t, 0 <= t <= 2^30, before saturation. A fresh range waits for the first
// tensor that is not all 0.
static inline void og_range_learn(og_range_t *range, const og_range_t *used, int32_t t) {
    if (t == 0 && range->count == OG_RANGE_FRESH) {
        return;
    }
    int32_t exponent = used->exponent;
    int32_t maximum = used->maximum > t ? used->maximum : t;
    int32_t count = used->count + 1;
    for (; maximum > 127; maximum = og_round_shift(maximum, 1)) {
        exponent++;
    }
    if (count >= OG_RANGE_WINDOW) {
        // Six times, so that a tensor that rounds to nothing comes back.
        for (int32_t k = 0; k < 6 && maximum < 64; k++) {
            maximum *= 2;
            exponent--;
        }
        maximum = 0;
        count = 0;
    }
    range->exponent = (int16_t)exponent;
    range->maximum = (int16_t)maximum;
    range->count = (int16_t)count;
}

#endif // OG_RANGE_H
