// SPDX-License-Identifier: MIT
#ifndef OG_DOT_REGISTERS_H
#define OG_DOT_REGISTERS_H

// The inner loops of og_dot.c in C for cores without instructions for small
// integers, but with registers for four sums: RISC-V, Xtensa, Cortex-M3. What
// is loaded for one sum serves four.
#define OG_OWN_DOTS
#include "og_dot_portable.h"
#include "og_dot_factors.h"

// Item k of x times item k of four rows.
#define OG_ROWS_STEP(k) \
    v = x[k]; \
    s0 += v * w0[k]; \
    s1 += v * w1[k]; \
    s2 += v * w2[k]; \
    s3 += v * w3[k];

static inline void dot_rows_4(const int8_t *x, const int8_t *w0, size_t stride, size_t n,
    const int32_t *start, int32_t *acc) {
    const int8_t *w1 = w0 + stride, *w2 = w1 + stride, *w3 = w2 + stride;
    const int8_t *end = x + n, *last = x + (n & ~(size_t)3);
    int32_t s0 = start[0], s1 = start[1], s2 = start[2], s3 = start[3], v;
    for (; x < last; x += 4, w0 += 4, w1 += 4, w2 += 4, w3 += 4) {
        OG_ROWS_STEP(0) OG_ROWS_STEP(1) OG_ROWS_STEP(2) OG_ROWS_STEP(3)
    }
    for (; x < end; x++, w0++, w1++, w2++, w3++) {
        OG_ROWS_STEP(0)
    }
    acc[0] = s0, acc[1] = s1, acc[2] = s2, acc[3] = s3;
}

static inline void dot_rows(const int8_t *x, const int8_t *w, size_t stride, size_t rows,
    size_t n, const int32_t *start, int32_t *acc) {
    size_t r = 0;
    for (; r + 4 <= rows; r += 4, w += 4 * stride) {
        dot_rows_4(x, w, stride, n, start + r, acc + r);
    }
    for (; r < rows; r++, w += stride) {
        acc[r] = start[r] + dot_row(x, w, n);
    }
}

static inline void list_lines(factors_t *f) {
    factor_t *end = f->end;
    const int8_t *d = f->d, *a = f->a;
    for (; f->n_j > 0 && end <= f->full; f->n_j--, d += f->d_leap, a += f->a_leap) {
        for (size_t k = f->n_k; k > 0; k--, d += f->d_k, a += f->a_k) {
            if (*d != 0) {
                end->a = a;
                end->d = *d;
                end++;
            }
        }
    }
    f->end = end;
    f->d = d;
    f->a = a;
}

static inline void columns_fours(const factor_t *list, const factor_t *end, size_t fours,
    int32_t *acc) {
    for (size_t c = 0; c < fours << 2; c += 4, acc += 4) {
        int32_t s0 = acc[0], s1 = acc[1], s2 = acc[2], s3 = acc[3];
        for (const factor_t *f = list; f < end; f++) {
            const int8_t *a = f->a + c;
            s0 += f->d * a[0];
            s1 += f->d * a[1];
            s2 += f->d * a[2];
            s3 += f->d * a[3];
        }
        acc[0] = s0, acc[1] = s1, acc[2] = s2, acc[3] = s3;
    }
}

static inline void channels_fours(const og_walk_t *walk, const int8_t *d, const int8_t *a,
    int32_t *acc, size_t fours) {
    for (; fours > 0; fours--, d += 4, a += 4, acc += 4) {
        const int8_t *d_j = d, *a_j = a;
        int32_t s0 = acc[0], s1 = acc[1], s2 = acc[2], s3 = acc[3];
        for (size_t j = walk->n_j; j > 0; j--, d_j += walk->d_j, a_j += walk->a_j) {
            const int8_t *d_k = d_j, *a_k = a_j;
            for (size_t k = walk->n_k; k > 0; k--, d_k += walk->d_k, a_k += walk->a_k) {
                s0 += d_k[0] * a_k[0];
                s1 += d_k[1] * a_k[1];
                s2 += d_k[2] * a_k[2];
                s3 += d_k[3] * a_k[3];
            }
        }
        acc[0] = s0, acc[1] = s1, acc[2] = s2, acc[3] = s3;
    }
}

#include "og_dot_fours.h"

#endif // OG_DOT_REGISTERS_H
