// SPDX-License-Identifier: MIT
#include "og_dense.h"

void og_linear_exponents(const og_linear_t *l, int32_t *low, int32_t *high) {
    *low = *high = l->e_w[0];
    for (size_t o = 1; o < l->n_e; o++) {
        int32_t e = l->e_w[o];
        *low = e < *low ? e : *low;
        *high = e > *high ? e : *high;
    }
}

int32_t og_linear_reference(const og_linear_t *l, size_t readings) {
    int32_t low, high;
    og_linear_exponents(l, &low, &high);
    int32_t bits = 0;
    while (bits < 7 && (readings << (bits + 1)) <= OG_MAX_LENGTH) {
        bits++;
    }
    return low > high - bits ? low : high - bits;
}

void og_linear_biases(const og_linear_t *l, size_t first, size_t n, int32_t e_x, int32_t *acc) {
    for (size_t o = first; o < first + n; o++, acc++) {
        *acc = 0;
        if (l->b != NULL) {
            int32_t shift = og_linear_exponent(l, o) + e_x - OG_BIAS_EXPONENT;
            *acc = og_round_by(og_clamp(l->b[o], OG_BIAS_MAX), shift);
        }
    }
}

void og_linear_items(const og_linear_t *l, og_tensor_t *t, size_t first, size_t n, int32_t low,
    const int32_t *acc, int8_t *y) {
    if (l->n_e == 1) {
        og_tensor_items(t, acc, n, 0, y);
        return;
    }
    for (size_t o = 0; o < n; o++) {
        og_tensor_items(t, acc + o, 1, og_linear_exponent(l, first + o) - low, y + o);
    }
}

void og_linear_columns(const og_linear_t *l, const og_walk_t *walk, const int8_t *dy,
    int32_t e_ref, const int8_t *w, size_t n, int32_t *acc) {
    if (l->n_e == 1) {
        og_dot_columns_s8(walk, dy, w, n, acc);
        return;
    }
    for (size_t j = 0; j < walk->n_j; j++, dy += walk->d_j, w += walk->a_j) {
        const int8_t *w_o = w;
        for (size_t o = 0; o < l->n_out; o++, w_o += l->n_in) {
            if (dy[o] != 0) {
                int32_t d = og_round_by(dy[o], e_ref - og_linear_exponent(l, o));
                og_add_scaled_s8(w_o, d, n, acc);
            }
        }
    }
}

bool og_linear_any(const int8_t *dy, size_t n, size_t rows) {
    do {
        if (*dy != 0) {
            return true;
        }
        dy += rows;
    } while (--n > 0);
    return false;
}

size_t og_linear_rows(const int8_t *dy, size_t n, size_t rows, size_t *first) {
    size_t o = 0, left = rows;
    while (left > 0 && !og_linear_any(dy + o, n, rows)) {
        o++;
        left--;
    }
    while (left > 0 && !og_linear_any(dy + o + left - 1, n, rows)) {
        left--;
    }
    *first = o;
    return left;
}
