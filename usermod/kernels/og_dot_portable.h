// SPDX-License-Identifier: MIT
#ifndef OG_DOT_PORTABLE_H
#define OG_DOT_PORTABLE_H

// The inner loops of og_dot.c in plain C. With OG_OWN_DOTS only those of single rows, items and
// moves.

static inline int32_t dot_row(const int8_t *x, const int8_t *w, size_t n) {
    int32_t sum = 0;
    for (size_t k = 0; k < n; k++) {
        sum += x[k] * w[k];
    }
    return sum;
}

#ifndef OG_OWN_DOTS

static inline void dot_rows(const int8_t *x, const int8_t *w, size_t stride, size_t rows,
    size_t n, const int32_t *start, int32_t *acc) {
    for (size_t r = 0; r < rows; r++, w += stride) {
        acc[r] = start[r] + dot_row(x, w, n);
    }
}

static inline void dot_columns(const og_walk_t *walk, const int8_t *d, const int8_t *a, size_t n,
    int32_t *acc) {
    for (size_t j = walk->n_j; j > 0; j--, d += walk->d_j, a += walk->a_j) {
        const int8_t *d_k = d, *a_k = a;
        for (size_t k = walk->n_k; k > 0; k--, d_k += walk->d_k, a_k += walk->a_k) {
            if (*d_k != 0) {
                og_add_scaled_s8(a_k, *d_k, n, acc);
            }
        }
    }
}

static inline void dot_channels(const og_walk_t *walk, const int8_t *d, const int8_t *a, size_t n,
    int32_t *acc) {
    for (size_t j = walk->n_j; j > 0; j--, d += walk->d_j, a += walk->a_j) {
        const int8_t *d_k = d, *a_k = a;
        for (size_t k = walk->n_k; k > 0; k--, d_k += walk->d_k, a_k += walk->a_k) {
            for (size_t c = 0; c < n; c++) {
                acc[c] += d_k[c] * a_k[c];
            }
        }
    }
}

#endif // OG_OWN_DOTS

static inline size_t round_items(const int32_t *sums, const int8_t *mask, size_t n,
    int32_t shift, int32_t limit, int8_t *y) {
    size_t k = 0;
    for (; k < n; k++) {
        int32_t v = mask != NULL && mask[k] <= 0 ? 0 : (sums[k] + (1 << (shift - 1))) >> shift;
        if (og_abs(v) > limit) {
            break;
        }
        y[k] = (int8_t)v;
    }
    return k;
}

static inline size_t rectify_items(const int32_t *sums, size_t n, int32_t shift, int32_t limit,
    int8_t *y) {
    size_t k = 0;
    for (; k < n; k++) {
        int32_t v = sums[k] <= 0 ? 0 : (sums[k] + (1 << (shift - 1))) >> shift;
        v += v == 0 && sums[k] > 0;
        if (v > limit) {
            break;
        }
        y[k] = (int8_t)v;
    }
    return k;
}

static inline bool move_products(int8_t *w, int8_t *residual, const int8_t *x, size_t n,
    int32_t factor, int32_t shift) {
    bool clamped = false;
    for (size_t i = 0; i < n; i++) {
        clamped |= og_move(w + i, residual + i, og_round_shift(factor * x[i], shift));
    }
    return clamped;
}

static inline bool move_weights(int8_t *w, int8_t *residual, const int32_t *g, size_t n,
    int32_t factor, int32_t shift) {
    bool clamped = false;
    for (size_t i = 0; i < n; i++) {
        clamped |= og_move(w + i, residual + i, og_round_shift(factor * g[i], shift));
    }
    return clamped;
}

#endif // OG_DOT_PORTABLE_H
