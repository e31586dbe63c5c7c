// SPDX-License-Identifier: MIT
#ifndef OG_DOT_FOURS_H
#define OG_DOT_FOURS_H

// Columns and channels of og_dot.c by fours, for cores that have loops of so many, and one at a
// time where there are fewer. Columns are of a list of what is not 0 of the first tensor, which is
// looked at once for all of them then, and a line ends nowhere.

// Adds n columns of a list.
static OG_HOT(og_dot) void add_columns(const factor_t *list, const factor_t *end, size_t n, int32_t *acc) {
    if (list == end) {
        return;
    }
    size_t fours = n >> 2;
    if (fours > 0) {
        columns_fours(list, end, fours, acc);
    }
    for (size_t c = fours << 2; c < n; c++) {
        int32_t sum = acc[c];
        for (const factor_t *f = list; f < end; f++) {
            sum += f->d * f->a[c];
        }
        acc[c] = sum;
    }
}

static inline OG_HOT(og_dot) void dot_columns(const og_walk_t *walk, const int8_t *d,
    const int8_t *a, size_t n, int32_t *acc) {
    factor_t list[FACTORS];
    factors_t f;
    f.end = list;
    f.d_k = walk->d_k;
    f.a_k = walk->a_k;
    for (size_t left = walk->n_k; left > 0; left -= f.n_k) {
        f.n_k = left < FACTORS ? left : FACTORS;
        f.full = list + FACTORS - f.n_k;
        f.d = d;
        f.a = a;
        d += (int32_t)f.n_k * f.d_k;
        a += (int32_t)f.n_k * f.a_k;
        f.d_leap = walk->d_j - (int32_t)f.n_k * f.d_k;
        f.a_leap = walk->a_j - (int32_t)f.n_k * f.a_k;
        f.n_j = walk->n_j;
        for (list_lines(&f); f.n_j > 0; list_lines(&f)) {
            add_columns(list, f.end, n, acc);
            f.end = list;
        }
    }
    add_columns(list, f.end, n, acc);
}

// The sum of one channel.
static int32_t dot_channel(const og_walk_t *walk, const int8_t *d, const int8_t *a) {
    int32_t sum = 0;
    for (size_t j = 0; j < walk->n_j; j++, d += walk->d_j, a += walk->a_j) {
        const int8_t *d_k = d, *a_k = a;
        for (size_t k = walk->n_k; k > 0; k--, d_k += walk->d_k, a_k += walk->a_k) {
            sum += *d_k * *a_k;
        }
    }
    return sum;
}

static inline void dot_channels(const og_walk_t *walk, const int8_t *d, const int8_t *a, size_t n,
    int32_t *acc) {
    size_t fours = n >> 2;
    if (fours > 0) {
        channels_fours(walk, d, a, acc, fours);
    }
    for (size_t c = fours << 2; c < n; c++) {
        acc[c] += dot_channel(walk, d + c, a + c);
    }
}

#endif // OG_DOT_FOURS_H
