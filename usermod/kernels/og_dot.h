// SPDX-License-Identifier: MIT
#ifndef OG_DOT_H
#define OG_DOT_H

#include <stddef.h>
#include <stdint.h>

// The inner loops that every layer shares, over contiguous bytes.
// Products are at most 2^14, so n <= 2^15 of them sum to at most 2^29.

// Longest vector of any layer, in items.
#define OG_MAX_LENGTH ((size_t)1 << 15)

// How many int32 sums a kernel keeps on its stack: 128 bytes.
#define OG_BLOCK 32

// sum a[k] * b[k]
static inline int32_t og_dot_s8(const int8_t *a, const int8_t *b, size_t n) {
    int32_t acc = 0;
    for (size_t k = 0; k < n; k++) {
        acc += a[k] * b[k];
    }
    return acc;
}

// acc[k] += a[k] * factor
static inline void og_add_scaled_s8(const int8_t *a, int32_t factor, size_t n, int32_t *acc) {
    for (size_t k = 0; k < n; k++) {
        acc[k] += a[k] * factor;
    }
}

// acc[k] += a[k] * b[k]
static inline void og_add_products_s8(const int8_t *a, const int8_t *b, size_t n, int32_t *acc) {
    for (size_t k = 0; k < n; k++) {
        acc[k] += a[k] * b[k];
    }
}

static inline void og_clear_s32(int32_t *acc, size_t n) {
    for (size_t k = 0; k < n; k++) {
        acc[k] = 0;
    }
}

#endif // OG_DOT_H
