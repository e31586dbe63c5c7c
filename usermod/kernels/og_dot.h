// SPDX-License-Identifier: MIT
#ifndef OG_DOT_H
#define OG_DOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "og_fixed.h"

// The inner loops that every layer shares. og_dot.c takes those of the core it
// is compiled for, from one header each: og_dot_thumb1.h, og_dot_dsp.h,
// og_dot_helium.h, og_dot_registers.h. With OG_PORTABLE, and on all other cores,
// it takes those of og_dot_portable.h, which every other one equals.
//
// Products are at most 2^14, so 2^15 of them sum up to at most 2^29. Nothing
// is read but the items that the contracts name, and no alignment is wanted.

// Longest vector of any layer, in items.
#define OG_MAX_LENGTH ((size_t)1 << 15)

// How many int32 sums a kernel keeps on its stack: 128 bytes.
#define OG_BLOCK 32

// Puts a function into RAM in a firmware of an RP2040, whose flash is slow.
#ifdef OG_HOT_SECTION
#define OG_HOT(name) __attribute__((section(".time_critical." #name)))
#else
#define OG_HOT(name)
#endif

// Forward: acc[r] = start[r] + sum_k x[k] * w[r * stride + k], k < n, r < rows. `start` may be acc.
void og_dot_rows_s8(const int8_t *x, const int8_t *w, size_t stride, size_t rows, size_t n,
    const int32_t *start, int32_t *acc);

// Two nested loops over two tensors, by steps in items.
typedef struct _og_walk_t {
    size_t n_j, n_k;
    int32_t d_j, d_k; // of the first tensor
    int32_t a_j, a_k; // of the second
} og_walk_t;

// Backward and update: acc[c] += sum_jk d[j * d_j + k * d_k] * a[j * a_j + k * a_k + c],
// c < n. A zero in d costs next to nothing.
void og_dot_columns_s8(const og_walk_t *walk, const int8_t *d, const int8_t *a, size_t n,
    int32_t *acc);

// Depthwise: acc[c] += sum_jk d[j * d_j + k * d_k + c] * a[j * a_j + k * a_k + c], c < n.
void og_dot_channels_s8(const og_walk_t *walk, const int8_t *d, const int8_t *a, size_t n,
    int32_t *acc);

// Requantisation: y[k] = round_shift(sums[k], shift), 1 <= shift <= 30, up to the first that is
// larger than `limit`, 0 <= limit <= 127, in magnitude. Where mask[k] is not above 0, unless the
// mask is NULL, the sum counts as 0. Returns how many there are before it.
size_t og_round_items_s8(const int32_t *sums, const int8_t *mask, size_t n, int32_t shift,
    int32_t limit, int8_t *y);

// The same of a rectified tensor: 0 for sums that are not above 0, else at least 1.
size_t og_rectify_items_s8(const int32_t *sums, size_t n, int32_t shift, int32_t limit, int8_t *y);

// The largest 16-bit weight whose upper byte, rounded, is at most 127.
#define OG_WEIGHT_MAX (127 * 256 + 127)

// Update: takes round_shift(factor * x[k], shift) from each weight, 0 <= shift <= 30, n >= 1; the
// products are at most 2^30 in magnitude. Returns whether a weight was clamped.
bool og_move_products_s8(int8_t *w, int8_t *residual, const int8_t *x, size_t n, int32_t factor,
    int32_t shift);
bool og_move_weights_s8(int8_t *w, int8_t *residual, const int32_t *g, size_t n, int32_t factor,
    int32_t shift);

// Takes one step, |step| <= 2^30, from a weight and its residual.
static inline bool og_move(int8_t *w, int8_t *residual, int32_t step) {
    if (step == 0) {
        return false;
    }
    // |256 w + residual| <= 2^15 + 2^7.
    int32_t w16 = *w * 256 + *residual - step;
    int32_t limited = og_clamp(w16, OG_WEIGHT_MAX);
    *w = (int8_t)((limited + 128) >> 8);
    // The lowest byte of a number is the residual as it is.
    *residual = (int8_t)(limited & 255);
    return limited != w16;
}

// acc[k] += a[k] * factor
static inline void og_add_scaled_s8(const int8_t *a, int32_t factor, size_t n, int32_t *acc) {
    for (size_t k = 0; k < n; k++) {
        acc[k] += a[k] * factor;
    }
}

// g[k] = d * x[k]
static inline void og_products_s8(int32_t d, const int8_t *x, size_t n, int32_t *g) {
    for (size_t k = 0; k < n; k++) {
        g[k] = d * x[k];
    }
}

static inline void og_copy_s32(const int32_t *from, size_t n, int32_t *to) {
    for (size_t k = 0; k < n; k++) {
        to[k] = from[k];
    }
}

static inline void og_clear_s32(int32_t *acc, size_t n) {
    for (size_t k = 0; k < n; k++) {
        acc[k] = 0;
    }
}

#endif // OG_DOT_H
