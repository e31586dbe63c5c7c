// SPDX-License-Identifier: MIT
#include "og_add.h"
#include "og_rng.h"

int32_t og_add_forward_s8(const int8_t *a, const int8_t *b, size_t n, int32_t e_a, int32_t e_b,
    og_activation_t activation, const og_range_t *range, og_range_t *learner, int8_t *z) {
    int32_t low = e_a < e_b ? e_a : e_b;
    int32_t high = e_a < e_b ? e_b : e_a;
    // The finer exponent, or 15 below the coarser: |acc| <= 2 * 2^7 * 2^15.
    int32_t e_acc = low > high - 15 ? low : high - 15;
    og_tensor_t t;
    og_tensor_begin(&t, range, e_acc, activation);
    do {
        for (size_t k = 0; k < n; k++) {
            int32_t acc = og_round_shift(a[k], e_acc - e_a) + og_round_shift(b[k], e_acc - e_b);
            og_tensor_items(&t, &acc, 1, 0, z + k);
        }
    } while (og_tensor_again(&t));
    return og_tensor_end(&t, learner);
}

void og_activation_backward_s8(const int8_t *dy, const int8_t *y, size_t n, int32_t e_y,
    og_activation_t activation, int8_t *dx) {
    int32_t six = og_round_shift(6, e_y);
    for (size_t k = 0; k < n; k++) {
        int32_t d = og_activation_backward(dy[k], y[k], activation, six);
        dx[k] = (int8_t)og_clamp(og_round_shift(d, og_activation_drop(activation)), 127);
    }
}

void og_dropout_s8(const int8_t *x, size_t n, uint32_t keep, int32_t scale, uint32_t *rng,
    int8_t *y) {
    for (size_t k = 0; k < n; k++) {
        bool kept = (og_rng_next(rng) >> 16) < keep;
        y[k] = kept ? (int8_t)og_clamp(og_round_shift(x[k] * scale, 8), 127) : 0;
    }
}
