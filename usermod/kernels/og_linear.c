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

int32_t og_linear_bias(const og_linear_t *l, size_t o, int32_t e_acc) {
    if (l->b == NULL) {
        return 0;
    }
    int32_t b = og_clamp(l->b[o], OG_BIAS_MAX);
    return og_round_shift(b, e_acc - OG_BIAS_EXPONENT); // at most 2^29, shifted either way
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
