// SPDX-License-Identifier: MIT
#ifndef OG_DOT_FOURS_H
#define OG_DOT_FOURS_H

// Columns and channels of og_dot.c by fours, for cores that have loops of so many, and one at a
// time where there are fewer.

// The sum of one column, or of one channel.
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

static inline void dot_columns(const og_walk_t *walk, const int8_t *d, const int8_t *a, size_t n,
    int32_t *acc) {
    size_t fours = n >> 2;
    if (fours > 0) {
        columns_fours(walk, d, a, acc, fours);
    }
    for (size_t c = fours << 2; c < n; c++) {
        acc[c] += dot_column(walk, d, a + c);
    }
}

static inline void dot_channels(const og_walk_t *walk, const int8_t *d, const int8_t *a, size_t n,
    int32_t *acc) {
    size_t fours = n >> 2;
    if (fours > 0) {
        channels_fours(walk, d, a, acc, fours);
    }
    for (size_t c = fours << 2; c < n; c++) {
        acc[c] += dot_column(walk, d + c, a + c);
    }
}

#endif // OG_DOT_FOURS_H
