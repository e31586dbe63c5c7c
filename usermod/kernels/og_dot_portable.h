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
    size_t n, int32_t *acc) {
    for (size_t r = 0; r < rows; r++, w += stride) {
        acc[r] += dot_row(x, w, n);
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

#endif // OG_DOT_PORTABLE_H
