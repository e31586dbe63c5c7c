// SPDX-License-Identifier: MIT
#include "og_dot.h"

#if defined(OG_PORTABLE)
#include "og_dot_portable.h"
#elif defined(__ARM_ARCH_6M__)
#include "og_dot_thumb1.h"
#elif defined(__ARM_FEATURE_MVE)
#include "og_dot_helium.h"
#elif defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_UNALIGNED)
#include "og_dot_dsp.h"
#elif defined(__riscv) || defined(__XTENSA__) || defined(__arm__)
#include "og_dot_registers.h"
#else
#include "og_dot_portable.h"
#endif

#ifndef OG_OWN_ROWS
void OG_HOT(og_dot_rows_s8) og_dot_rows_s8(const int8_t *x, const int8_t *w, size_t stride,
    size_t rows, size_t n, const int32_t *start, int32_t *acc) {
    dot_rows(x, w, stride, rows, n, start, acc);
}
#endif

void OG_HOT(og_dot_columns_s8) og_dot_columns_s8(const og_walk_t *walk, const int8_t *d,
    const int8_t *a, size_t n, int32_t *acc) {
    dot_columns(walk, d, a, n, acc);
}

void OG_HOT(og_dot_channels_s8) og_dot_channels_s8(const og_walk_t *walk, const int8_t *d,
    const int8_t *a, size_t n, int32_t *acc) {
    dot_channels(walk, d, a, n, acc);
}

size_t OG_HOT(og_round_items_s8) og_round_items_s8(const int32_t *sums, const int8_t *mask,
    size_t n, int32_t shift, int32_t limit, int8_t *y) {
    return round_items(sums, mask, n, shift, limit, y);
}

size_t OG_HOT(og_rectify_items_s8) og_rectify_items_s8(const int32_t *sums, size_t n,
    int32_t shift, int32_t limit, int8_t *y) {
    return rectify_items(sums, n, shift, limit, y);
}

bool OG_HOT(og_move_products_s8) og_move_products_s8(int8_t *w, int8_t *residual,
    const int8_t *x, size_t n, int32_t factor, int32_t shift) {
    return move_products(w, residual, x, n, factor, shift);
}

bool OG_HOT(og_move_weights_s8) og_move_weights_s8(int8_t *w, int8_t *residual,
    const int32_t *g, size_t n, int32_t factor, int32_t shift) {
    return move_weights(w, residual, g, n, factor, shift);
}
