// SPDX-License-Identifier: MIT
#ifndef OG_DOT_HELIUM_H
#define OG_DOT_HELIUM_H

// The inner loops of og_dot.c for Cortex-M55 and others with Helium (MVE): 16
// products of bytes are one instruction, and so are four of words that were
// loaded from bytes. What is behind the end of a vector is masked, not loaded.
#include <arm_mve.h>

#define OG_OWN_DOTS
#include "og_dot_dsp.h"

// Four rows: 2 instructions for 16 products, and one load of x for all four.
static inline void dot_rows_4(const int8_t *x, const int8_t *w0, size_t stride, size_t n,
    const int32_t *start, int32_t *acc) {
    const int8_t *w1 = w0 + stride, *w2 = w1 + stride, *w3 = w2 + stride;
    int32_t s0 = start[0], s1 = start[1], s2 = start[2], s3 = start[3];
    size_t k = 0;
    for (; k + 16 <= n; k += 16) {
        int8x16_t v = vldrbq_s8(x + k);
        s0 = vmladavaq_s8(s0, v, vldrbq_s8(w0 + k));
        s1 = vmladavaq_s8(s1, v, vldrbq_s8(w1 + k));
        s2 = vmladavaq_s8(s2, v, vldrbq_s8(w2 + k));
        s3 = vmladavaq_s8(s3, v, vldrbq_s8(w3 + k));
    }
    if (k < n) {
        // Masked items are loaded as 0.
        mve_pred16_t rest = vctp8q((uint32_t)(n - k));
        int8x16_t v = vldrbq_z_s8(x + k, rest);
        s0 = vmladavaq_s8(s0, v, vldrbq_z_s8(w0 + k, rest));
        s1 = vmladavaq_s8(s1, v, vldrbq_z_s8(w1 + k, rest));
        s2 = vmladavaq_s8(s2, v, vldrbq_z_s8(w2 + k, rest));
        s3 = vmladavaq_s8(s3, v, vldrbq_z_s8(w3 + k, rest));
    }
    acc[0] = s0, acc[1] = s1, acc[2] = s2, acc[3] = s3;
}

static inline int32_t dot_row(const int8_t *x, const int8_t *w, size_t n) {
    int32_t s = 0;
    for (size_t k = 0; k < n; k += 16) {
        mve_pred16_t rest = vctp8q((uint32_t)(n - k));
        s = vmladavaq_s8(s, vldrbq_z_s8(x + k, rest), vldrbq_z_s8(w + k, rest));
    }
    return s;
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

// A load and a multiplication for 4 products; eight columns share the rest of the loop.
static inline __attribute__((always_inline)) void columns(const factor_t *list,
    const factor_t *end, size_t c, bool eight, int32_t *acc) {
    int32x4_t s = vldrwq_s32(acc), s_4 = eight ? vldrwq_s32(acc + 4) : s;
    for (const factor_t *f = list; f < end; f++) {
        const int8_t *a = f->a + c;
        s = vmlaq_n_s32(s, vldrbq_s32(a), f->d);
        s_4 = eight ? vmlaq_n_s32(s_4, vldrbq_s32(a + 4), f->d) : s_4;
    }
    vstrwq_s32(acc, s);
    if (eight) {
        vstrwq_s32(acc + 4, s_4);
    }
}

static inline void columns_fours(const factor_t *list, const factor_t *end, size_t fours,
    int32_t *acc) {
    size_t c = 0;
    for (; fours >= 2; fours -= 2, c += 8) {
        columns(list, end, c, true, acc + c);
    }
    if (fours > 0) {
        columns(list, end, c, false, acc + c);
    }
}

// Two loads and a multiplication and addition for 4 products.
static inline void channels(const og_walk_t *walk, const int8_t *d, const int8_t *a,
    int32_t *acc) {
    int32x4_t s = vldrwq_s32(acc);
    int32_t d_k = walk->d_k, a_k = walk->a_k;
    for (size_t j = walk->n_j; j > 0; j--, d += walk->d_j, a += walk->a_j) {
        const int8_t *d_i = d, *a_i = a;
        for (size_t k = walk->n_k; k > 0; k--, d_i += d_k, a_i += a_k) {
            s = vaddq_s32(s, vmulq_s32(vldrbq_s32(d_i), vldrbq_s32(a_i)));
        }
    }
    vstrwq_s32(acc, s);
}

static inline void channels_fours(const og_walk_t *walk, const int8_t *d, const int8_t *a,
    int32_t *acc, size_t fours) {
    for (size_t c = 0; c < fours << 2; c += 4) {
        channels(walk, d + c, a + c, acc + c);
    }
}

#include "og_dot_fours.h"

#endif // OG_DOT_HELIUM_H
