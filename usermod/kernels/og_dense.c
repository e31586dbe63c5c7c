// SPDX-License-Identifier: MIT
#include "og_dense.h"

// The sum of row o at exponent e_acc, |sum| <= 2^30.
static int32_t row_sum(const og_linear_t *l, const int8_t *x, size_t o, int32_t e_acc) {
    return og_dot_s8(x, l->w + o * l->n_in, l->n_in) + og_linear_bias(l, o, e_acc);
}

int32_t og_dense_forward_s8(const og_linear_t *l, const int8_t *x, int32_t e_x,
    og_activation_t activation, const og_range_t *range, og_range_t *learner, int8_t *y) {
    int32_t low, high;
    og_linear_exponents(l, &low, &high);
    og_tensor_t t;
    og_tensor_begin(&t, range, low + e_x, activation);
    do {
        for (size_t o = 0; o < l->n_out; o++) {
            int32_t e_row = og_linear_exponent(l, o);
            int32_t sum = row_sum(l, x, o, e_row + e_x);
            y[o] = og_tensor_item(&t, sum, e_row - low);
        }
    } while (og_tensor_again(&t));
    return og_tensor_end(&t, learner);
}

int32_t og_dense_forward_s32(const og_linear_t *l, const int8_t *x, int32_t e_x, int32_t *y) {
    int32_t e_acc = l->e_w[0] + e_x;
    for (size_t o = 0; o < l->n_out; o++) {
        y[o] = row_sum(l, x, o, e_acc);
    }
    return e_acc;
}

int32_t og_dense_backward_x_s8(const og_linear_t *l, const int8_t *dy, int32_t e_dy,
    const og_error_t *error, og_range_t *range, int8_t *dx) {
    int32_t e_ref = og_linear_reference(l, l->n_out);
    og_tensor_t t;
    og_error_begin(&t, error, range, e_ref + e_dy);
    do {
        // Rows outside, a block of columns inside: the transposed product reads
        // rows only, and its int32 sums fit on the stack.
        for (size_t start = 0; start < l->n_in; start += OG_BLOCK) {
            size_t n = l->n_in - start < OG_BLOCK ? l->n_in - start : OG_BLOCK;
            int32_t acc[OG_BLOCK];
            og_clear_s32(acc, n);
            for (size_t o = 0; o < l->n_out; o++) {
                if (dy[o] != 0) {
                    int32_t d = og_round_shift(dy[o], e_ref - og_linear_exponent(l, o));
                    og_add_scaled_s8(l->w + o * l->n_in + start, d, n, acc);
                }
            }
            for (size_t i = 0; i < n; i++) {
                dx[start + i] = og_error_item(&t, error, start + i, acc[i], e_ref + e_dy);
            }
        }
    } while (og_tensor_again(&t));
    return og_error_end(&t, range);
}

// The gradients of a block of one row, at most 2^14 in magnitude.
static void block_gradient(int32_t d, const int8_t *x, size_t n, int32_t *g) {
    for (size_t i = 0; i < n; i++) {
        g[i] = d * x[i];
    }
}

void og_dense_update_s8(const og_weights_t *layer, const int8_t *dy, const int8_t *x,
    int32_t e_dy, int32_t e_x, const og_rate_t *rate) {
    size_t n_in = layer->n / layer->n_b;
    uint32_t sum_x = 0; // at most 2^22
    for (size_t i = 0; rate->normalize && i < n_in; i++) {
        sum_x += (uint32_t)og_abs(x[i]);
    }
    size_t clamped = 0;
    for (size_t o = 0; o < layer->n_b; o++) {
        if (dy[o] == 0 && layer->velocity == NULL) {
            continue;
        }
        og_step_t step;
        og_update_step(rate, e_dy + e_x, e_dy, *layer->e_w,
            (uint32_t)og_abs(dy[o]) * sum_x, (uint32_t)n_in, &step);
        for (size_t start = 0; start < n_in; start += OG_BLOCK) {
            size_t n = n_in - start < OG_BLOCK ? n_in - start : OG_BLOCK;
            int32_t g[OG_BLOCK];
            block_gradient(dy[o], x + start, n, g);
            clamped += og_update_weights(layer, o * n_in + start, g, n, rate, step.weight);
        }
        og_update_bias(layer, o, dy[o], rate, step.bias);
    }
    og_update_make_room(layer, clamped);
}

void og_dense_gradient_s8(const int8_t *dy, const int8_t *x, size_t n_in, size_t n_out,
    int32_t e_dy, int32_t e_x, og_batch_t *batch, int32_t *sums) {
    og_batch_begin(batch, e_dy + e_x, e_dy, sums, n_out * n_in + n_out);
    for (size_t o = 0; o < n_out; o++) {
        if (dy[o] == 0) {
            continue;
        }
        for (size_t start = 0; start < n_in; start += OG_BLOCK) {
            size_t n = n_in - start < OG_BLOCK ? n_in - start : OG_BLOCK;
            int32_t g[OG_BLOCK];
            block_gradient(dy[o], x + start, n, g);
            og_batch_add(sums + o * n_in + start, g, n, batch->e_gw - e_dy - e_x);
        }
        int32_t g = dy[o];
        og_batch_add(sums + n_out * n_in + o, &g, 1, batch->e_gb - e_dy);
    }
}
