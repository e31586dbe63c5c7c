// SPDX-License-Identifier: MIT
#ifndef OG_DOT_PORTABLE_H
#define OG_DOT_PORTABLE_H

// The inner loops of og_dot.c in plain C.

static inline int32_t dot_row(const int8_t *x, const int8_t *w, size_t n) {
    int32_t sum = 0;
    for (size_t k = 0; k < n; k++) {
        sum += x[k] * w[k];
    }
    return sum;
}

static inline void dot_rows(const int8_t *x, const int8_t *w, size_t stride, size_t rows,
    size_t n, const int32_t *start, int32_t *acc) {
    for (size_t r = 0; r < rows; r++, w += stride) {
        acc[r] = start[r] + dot_row(x, w, n);
    }
}

static inline void dot_columns_4(const og_walk_t *walk, const int8_t *d, const int8_t *a,
    int32_t *acc) {
    int32_t s0 = acc[0], s1 = acc[1], s2 = acc[2], s3 = acc[3];
    for (size_t j = 0; j < walk->n_j; j++, d += walk->d_j, a += walk->a_j) {
        const int8_t *d_k = d, *a_k = a;
        for (size_t k = 0; k < walk->n_k; k++, d_k += walk->d_k, a_k += walk->a_k) {
            int32_t factor = *d_k;
            if (factor != 0) {
                s0 += factor * a_k[0];
                s1 += factor * a_k[1];
                s2 += factor * a_k[2];
                s3 += factor * a_k[3];
            }
        }
    }
    acc[0] = s0, acc[1] = s1, acc[2] = s2, acc[3] = s3;
}

static inline void dot_channels_4(const og_walk_t *walk, const int8_t *d, const int8_t *a,
    int32_t *acc) {
    int32_t s0 = acc[0], s1 = acc[1], s2 = acc[2], s3 = acc[3];
    for (size_t j = 0; j < walk->n_j; j++, d += walk->d_j, a += walk->a_j) {
        const int8_t *d_k = d, *a_k = a;
        for (size_t k = 0; k < walk->n_k; k++, d_k += walk->d_k, a_k += walk->a_k) {
            s0 += d_k[0] * a_k[0];
            s1 += d_k[1] * a_k[1];
            s2 += d_k[2] * a_k[2];
            s3 += d_k[3] * a_k[3];
        }
    }
    acc[0] = s0, acc[1] = s1, acc[2] = s2, acc[3] = s3;
}

static inline size_t round_masked(const int32_t *sums, size_t n, int32_t shift, int32_t limit,
    int8_t *y, const int8_t *mask) {
    int32_t half = (int32_t)1 << (shift - 1);
    size_t k = 0;
    for (; k < n; k++) {
        int32_t v = mask != NULL && mask[k] <= 0 ? 0 : (sums[k] + half) >> shift;
        if ((uint32_t)(v + limit) > 2 * (uint32_t)limit) {
            break;
        }
        y[k] = (int8_t)v;
    }
    return k;
}

static inline size_t round_items(const int32_t *sums, size_t n, int32_t shift, int32_t limit,
    int8_t *y, const int8_t *mask) {
    return round_masked(sums, n, shift, limit, y, mask);
}

static inline size_t rectify_items(const int32_t *sums, size_t n, int32_t shift, int32_t limit,
    int8_t *y, const int8_t *mask) {
    (void)mask;
    int32_t half = (int32_t)1 << (shift - 1);
    size_t k = 0;
    for (; k < n; k++) {
        int32_t v = 0;
        if (sums[k] > 0) {
            v = (sums[k] + half) >> shift;
            v += v == 0;
        }
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
