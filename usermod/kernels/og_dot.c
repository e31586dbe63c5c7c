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
#else
#include "og_dot_portable.h"
#endif

void OG_HOT(og_dot_rows_s8) og_dot_rows_s8(const int8_t *x, const int8_t *w, size_t stride,
    size_t rows, size_t n, const int32_t *start, int32_t *acc) {
    dot_rows(x, w, stride, rows, n, start, acc);
}

// The sum of one column, or of one channel with equal steps.
static int32_t dot_column(const og_walk_t *walk, const int8_t *d, const int8_t *a) {
    int32_t sum = 0;
    for (size_t j = 0; j < walk->n_j; j++, d += walk->d_j, a += walk->a_j) {
        const int8_t *d_k = d, *a_k = a;
        for (size_t k = walk->n_k; k > 0; k--, d_k += walk->d_k, a_k += walk->a_k) {
            sum += *d_k * *a_k;
        }
    }
    return sum;
}

void OG_HOT(og_dot_columns_s8) og_dot_columns_s8(const og_walk_t *walk, const int8_t *d,
    const int8_t *a, size_t n, int32_t *acc) {
    size_t c = 0;
#ifdef OG_COLUMNS_8
    for (; c + 8 <= n; c += 8) {
        dot_columns_8(walk, d, a + c, acc + c);
    }
#endif
    for (; c + 4 <= n; c += 4) {
        dot_columns_4(walk, d, a + c, acc + c);
    }
    for (; c < n; c++) {
        acc[c] += dot_column(walk, d, a + c);
    }
}

void OG_HOT(og_dot_channels_s8) og_dot_channels_s8(const og_walk_t *walk, const int8_t *d,
    const int8_t *a, size_t n, int32_t *acc) {
    size_t c = 0;
    for (; c + 4 <= n; c += 4) {
        dot_channels_4(walk, d + c, a + c, acc + c);
    }
    for (; c < n; c++) {
        acc[c] += dot_column(walk, d + c, a + c);
    }
}

size_t OG_HOT(og_round_items_s8) og_round_items_s8(const int32_t *sums, const int8_t *mask,
    size_t n, int32_t shift, int32_t limit, int8_t *y) {
    if (n == 0) {
        return 0;
    }
    return (mask == NULL ? round_items : round_masked)(sums, n, shift, limit, y, mask);
}

size_t OG_HOT(og_rectify_items_s8) og_rectify_items_s8(const int32_t *sums, size_t n,
    int32_t shift, int32_t limit, int8_t *y) {
    return n == 0 ? 0 : rectify_items(sums, n, shift, limit, y, NULL);
}

bool OG_HOT(og_move_products_s8) og_move_products_s8(int8_t *w, int8_t *residual,
    const int8_t *x, size_t n, int32_t factor, int32_t shift) {
    return move_products(w, residual, x, n, factor, shift);
}

bool OG_HOT(og_move_weights_s8) og_move_weights_s8(int8_t *w, int8_t *residual,
    const int32_t *g, size_t n, int32_t factor, int32_t shift) {
    return move_weights(w, residual, g, n, factor, shift);
}
