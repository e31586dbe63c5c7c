// SPDX-License-Identifier: MIT
#include "og_dense.h"

// The sum of row o at exponent e_acc, |sum| <= 2^30.
static int32_t row_sum(const int8_t *x, const int8_t *w_o, int32_t b_o, size_t n_in,
    int32_t e_acc) {
    // At most 2^29, shifted either way.
    int32_t bias = og_round_shift(og_clamp(b_o, OG_BIAS_MAX), e_acc - OG_BIAS_EXPONENT);
    return og_dot_s8(x, w_o, n_in) + bias;
}

// Writes y and returns its largest magnitude before saturation.
static int32_t forward_pass(const int8_t *x, const int8_t *w, const int32_t *b,
    size_t n_in, size_t n_out, int32_t e_acc, int32_t e_y, og_activation_t activation, int8_t *y) {
    int32_t largest = 0;
    for (size_t o = 0; o < n_out; o++) {
        int32_t acc = row_sum(x, w + o * n_in, b[o], n_in, e_acc);
        y[o] = og_activation_forward_s8(acc, e_y - e_acc, activation, &largest);
    }
    return largest;
}

int32_t og_dense_forward_s8(const int8_t *x, const int8_t *w, const int32_t *b,
    size_t n_in, size_t n_out, int32_t e_x, int32_t e_w, og_activation_t activation,
    bool training, og_range_t *range, int8_t *y) {
    int32_t e_acc = e_w + e_x;
    og_range_t r;
    bool fresh = og_range_begin(range, e_acc, &r);
    int32_t largest = forward_pass(x, w, b, n_in, n_out, e_acc, r.exponent, activation, y);
    if (fresh && og_range_widen(&r, largest)) {
        largest = forward_pass(x, w, b, n_in, n_out, e_acc, r.exponent, activation, y);
    }
    if (training) {
        og_range_learn(range, &r, largest);
    }
    return r.exponent;
}

int32_t og_dense_forward_s32(const int8_t *x, const int8_t *w, const int32_t *b,
    size_t n_in, size_t n_out, int32_t e_x, int32_t e_w, int32_t *y) {
    int32_t e_acc = e_w + e_x;
    for (size_t o = 0; o < n_out; o++) {
        y[o] = row_sum(x, w + o * n_in, b[o], n_in, e_acc);
    }
    return e_acc;
}

// Writes dx and returns its largest magnitude before saturation; sets *any if
// a sum is not 0.
static int32_t backward_x_pass(const int8_t *dy, const int8_t *w, const int8_t *x,
    size_t n_in, size_t n_out, int32_t shift, og_activation_t activation, int8_t *dx, bool *any) {
    int32_t largest = 0;
    // Rows outside, a block of columns inside: the transposed product reads
    // rows only, and its int32 sums fit on the stack.
    for (size_t start = 0; start < n_in; start += OG_BLOCK) {
        size_t n = n_in - start < OG_BLOCK ? n_in - start : OG_BLOCK;
        int32_t acc[OG_BLOCK];
        for (size_t i = 0; i < n; i++) {
            acc[i] = 0;
        }
        for (size_t o = 0; o < n_out; o++) {
            if (dy[o] != 0) {
                og_add_scaled_s8(w + o * n_in + start, dy[o], n, acc);
            }
        }
        for (size_t i = 0; i < n; i++) {
            int32_t sum = og_activation_backward(acc[i], x[start + i], activation);
            *any |= sum != 0;
            dx[start + i] = og_activation_forward_s8(sum, shift, OG_LINEAR, &largest);
        }
    }
    return largest;
}

int32_t og_dense_backward_x_s8(const int8_t *dy, const int8_t *w, const int8_t *x,
    size_t n_in, size_t n_out, int32_t e_dy, int32_t e_w, og_activation_t activation,
    og_range_t *range, int8_t *dx) {
    og_range_t r;
    // A range of errors is held relative to the exponent of their sums.
    bool fresh = og_range_begin(range, 0, &r);
    bool any = false;
    int32_t largest = backward_x_pass(dy, w, x, n_in, n_out, r.exponent, activation, dx, &any);
    if (fresh && og_range_widen(&r, largest)) {
        largest = backward_x_pass(dy, w, x, n_in, n_out, r.exponent, activation, dx, &any);
    }
    if (any) {
        og_range_learn(range, &r, largest);
    }
    return e_w + e_dy + r.exponent;
}

void og_dense_update_s8(const int8_t *dy, const int8_t *x, size_t n_in, size_t n_out,
    int32_t e_dy, int32_t e_x, og_rate_t rate, uint32_t *rng,
    int8_t *w, int8_t *residual, int32_t *b, int8_t *e_w) {
    uint32_t sum_x = 0; // at most 2^22
    if (rate.normalize) {
        for (size_t i = 0; i < n_in; i++) {
            sum_x += (uint32_t)og_abs(x[i]);
        }
    }
    bool clamped = false;
    for (size_t o = 0; o < n_out; o++) {
        if (dy[o] == 0) {
            continue;
        }
        og_step_t step = og_update_step(rate, e_dy, e_x, *e_w,
            (uint32_t)og_abs(dy[o]) * sum_x, (uint32_t)n_in);
        int32_t factor = rate.factor * dy[o]; // |factor * x| <= 15 * 2^14
        for (size_t start = 0; start < n_in; start += OG_BLOCK) {
            size_t n = n_in - start < OG_BLOCK ? n_in - start : OG_BLOCK;
            int32_t g[OG_BLOCK];
            for (size_t i = 0; i < n; i++) {
                g[i] = factor * x[start + i];
            }
            size_t k = o * n_in + start;
            clamped |= og_update_weights_s8(g, n, step.weight, rng, w + k,
                residual == NULL ? NULL : residual + k);
        }
        b[o] = og_update_bias(b[o], factor, step.bias);
    }
    if (clamped) {
        og_update_halve_s8(n_in * n_out, rng, w, residual, e_w);
    }
}
