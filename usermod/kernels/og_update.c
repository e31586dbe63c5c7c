// SPDX-License-Identifier: MIT
#include "og_update.h"
#include "og_rng.h"

// The low byte of weight k of a run, stored or drawn: each draw serves four
// weights, low byte first.
static int32_t low_byte(const int8_t *residual, size_t k, uint32_t *rng) {
    if (residual != NULL) {
        return residual[k];
    }
    uint32_t s = (k & 3) == 0 ? og_rng_next(rng) : *rng;
    return (int8_t)(s >> (8 * (k & 3)));
}

// Stores a 16-bit weight, |w16| <= OG_WEIGHT_MAX.
static void store(int32_t w16, size_t k, int8_t *w, int8_t *residual) {
    int32_t high = og_round_shift(w16, 8);
    w[k] = (int8_t)high;
    if (residual != NULL) {
        residual[k] = (int8_t)(w16 - 256 * high);
    }
}

og_step_t og_update_step(og_rate_t rate, int32_t e_dy, int32_t e_x, int32_t e_w,
    uint32_t sum_abs, uint32_t n) {
    if (!rate.normalize) {
        return (og_step_t) {
            .weight = e_w - 8 - e_dy - e_x + rate.shift,
            .bias = OG_BIAS_EXPONENT - e_dy + rate.shift,
        };
    }
    // 2^size is about the mean magnitude of the row's gradient, so the error's
    // own exponent drops out. sum_abs / n <= 2^30, so 3/2 of it fits.
    uint32_t mean = sum_abs / n;
    int32_t size = og_bit_length(mean + (mean >> 1)) - 1;
    size = size < 0 ? 0 : size;
    return (og_step_t) {
        .weight = size - 8 + e_w + rate.shift,
        .bias = OG_BIAS_EXPONENT + rate.shift + size + e_x,
    };
}

bool og_update_weights_s8(const int32_t *g, size_t n, int32_t shift, uint32_t *rng,
    int8_t *w, int8_t *residual) {
    bool clamped = false;
    for (size_t k = 0; k < n; k++) {
        int32_t low = low_byte(residual, k, rng);
        int32_t step = og_round_shift(g[k], shift);
        if (step == 0) {
            continue;
        }
        // |256 w + low| <= 2^15 + 2^7 and |step| <= 2^30.
        int32_t w16 = w[k] * 256 + low - step;
        int32_t limited = og_clamp(w16, OG_WEIGHT_MAX);
        clamped |= limited != w16;
        store(limited, k, w, residual);
    }
    return clamped;
}

void og_update_halve_s8(size_t n, uint32_t *rng, int8_t *w, int8_t *residual, int8_t *e_w) {
    if (*e_w >= OG_WEIGHT_EXPONENT_MAX) {
        return;
    }
    for (size_t k = 0; k < n; k++) {
        int32_t w16 = w[k] * 256 + low_byte(residual, k, rng);
        store(og_round_shift(w16, 1), k, w, residual);
    }
    (*e_w)++;
}
