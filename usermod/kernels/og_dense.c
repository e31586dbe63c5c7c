// SPDX-License-Identifier: MIT
#include "og_dense.h"

// The sums of rows first .. first + n - 1, |sum| <= 2^30, each at its row's exponent plus e_x.
static void row_sums(const og_linear_t *l, const int8_t *x, int32_t e_x, size_t first, size_t n,
    int32_t *acc) {
    og_linear_biases(l, first, n, e_x, acc);
    og_dot_rows_s8(x, l->w + first * l->n_in, l->n_in, n, l->n_in, acc, acc);
}

int32_t og_dense_forward_s8(const og_linear_t *l, const int8_t *x, int32_t e_x,
    og_activation_t activation, const og_range_t *range, og_range_t *learner, int8_t *y) {
    int32_t low, high;
    og_linear_exponents(l, &low, &high);
    og_tensor_t t;
    og_tensor_begin(&t, range, low + e_x, activation);
    do {
        for (size_t first = 0; first < l->n_out; first += OG_BLOCK) {
            size_t n = l->n_out - first < OG_BLOCK ? l->n_out - first : OG_BLOCK;
            int32_t acc[OG_BLOCK];
            row_sums(l, x, e_x, first, n, acc);
            og_linear_items(l, &t, first, n, low, acc, y + first);
        }
    } while (og_tensor_again(&t));
    return og_tensor_end(&t, learner);
}

int32_t og_dense_forward_s32(const og_linear_t *l, const int8_t *x, int32_t e_x, int32_t *y) {
    row_sums(l, x, e_x, 0, l->n_out, y);
    return l->e_w[0] + e_x;
}

int32_t og_dense_backward_x_s8(const og_linear_t *l, const int8_t *dy, int32_t e_dy,
    const og_error_t *error, og_range_t *range, int8_t *dx) {
    int32_t e_ref = og_linear_reference(l, l->n_out);
    og_walk_t walk; // of all rows once
    walk.n_j = 1;
    walk.n_k = l->n_out;
    walk.d_j = walk.a_j = 0;
    walk.d_k = 1;
    walk.a_k = (int32_t)l->n_in;
    og_tensor_t t;
    og_error_begin(&t, error, range, e_ref + e_dy);
    do {
        // Rows outside, a block of columns inside: the transposed product reads
        // rows only, and its int32 sums fit on the stack.
        for (size_t start = 0; start < l->n_in; start += OG_BLOCK) {
            size_t n = l->n_in - start < OG_BLOCK ? l->n_in - start : OG_BLOCK;
            int32_t acc[OG_BLOCK];
            og_clear_s32(acc, n);
            og_linear_columns(l, &walk, dy, e_ref, l->w + start, n, acc);
            og_error_items(&t, error, start, n, acc, e_ref + e_dy, dx + start);
        }
    } while (og_tensor_again(&t));
    return og_error_end(&t, range);
}

void og_dense_update_s8(const og_weights_t *layer, const int8_t *dy, const int8_t *x,
    int32_t e_dy, int32_t e_x, const og_rate_t *rate) {
    size_t n_in = layer->n / layer->n_b;
    uint32_t sum_x = 0; // at most 2^22
    for (size_t i = 0; rate->normalize && i < n_in; i++) {
        sum_x += (uint32_t)og_abs(x[i]);
    }
    size_t clamped = 0;
    og_step_t step;
    og_update_step(rate, e_dy + e_x, e_dy, *layer->e_w, 0, 1, &step);
    for (size_t o = 0; o < layer->n_b; o++) {
        int32_t d = dy[o];
        if (d == 0 && layer->velocity == NULL) {
            continue;
        }
        if (rate->normalize) {
            og_update_step(rate, e_dy + e_x, e_dy, *layer->e_w, (uint32_t)og_abs(d) * sum_x,
                (uint32_t)n_in, &step);
        }
        clamped += og_update_products(layer, o * n_in, d, x, n_in, rate, step.weight);
        og_update_bias(layer, o, d, rate, step.bias);
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
            og_products_s8(dy[o], x + start, n, g);
            og_batch_add(sums + o * n_in + start, g, n, batch->e_gw - e_dy - e_x);
        }
        int32_t g = dy[o];
        og_batch_add(sums + n_out * n_in + o, &g, 1, batch->e_gb - e_dy);
    }
}
