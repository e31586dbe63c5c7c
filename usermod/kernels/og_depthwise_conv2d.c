// SPDX-License-Identifier: MIT
#include "og_depthwise_conv2d.h"

int32_t og_depthwise_conv2d_forward_s8(const og_linear_t *l, const og_window_t *s,
    const int8_t *x, int32_t e_x, og_activation_t activation, const og_range_t *range,
    og_range_t *learner, int8_t *y) {
    size_t channels = l->n_out;
    int32_t low, high;
    og_linear_exponents(l, &low, &high);
    og_tensor_t t;
    og_tensor_begin(&t, range, low + e_x, activation);
    do {
        for (size_t first = 0; first < channels; first += OG_BLOCK) {
            size_t n = channels - first < OG_BLOCK ? channels - first : OG_BLOCK;
            int32_t bias[OG_BLOCK], acc[OG_BLOCK];
            for (size_t c = 0; c < n; c++) {
                bias[c] = og_linear_bias(l, first + c, og_linear_exponent(l, first + c) + e_x);
            }
            int8_t *y_p = y + first;
            for (int32_t oy = 0; oy < s->y.n_out; oy++) {
                for (int32_t ox = 0; ox < s->x.n_out; ox++, y_p += channels) {
                    for (size_t c = 0; c < n; c++) {
                        acc[c] = bias[c];
                    }
                    og_run_t run;
                    og_run_begin(&run);
                    while (og_run_next(&run, s, oy, ox)) {
                        const int8_t *x_t = x + run.pixel * channels + first;
                        const int8_t *w_t = l->w + run.tap * channels + first;
                        for (size_t k = 0; k < run.n; k++, x_t += channels, w_t += channels) {
                            og_add_products_s8(x_t, w_t, n, acc);
                        }
                    }
                    for (size_t c = 0; c < n; c++) {
                        int32_t above = og_linear_exponent(l, first + c) - low;
                        y_p[c] = og_tensor_item(&t, acc[c], above);
                    }
                }
            }
        }
    } while (og_tensor_again(&t));
    return og_tensor_end(&t, learner);
}

int32_t og_depthwise_conv2d_backward_x_s8(const og_linear_t *l, const og_window_t *s,
    const int8_t *dy, int32_t e_dy, const og_error_t *error, og_range_t *range, int8_t *dx) {
    size_t channels = l->n_out;
    int32_t low, high;
    og_linear_exponents(l, &low, &high);
    og_tensor_t t;
    og_error_begin(&t, error, range, low + e_dy);
    do {
        size_t k = 0;
        for (int32_t iy = 0; iy < s->y.n_in; iy++) {
            for (int32_t ix = 0; ix < s->x.n_in; ix++) {
                for (size_t first = 0; first < channels; first += OG_BLOCK) {
                    size_t n = channels - first < OG_BLOCK ? channels - first : OG_BLOCK;
                    int32_t acc[OG_BLOCK];
                    og_clear_s32(acc, n);
                    og_use_t use;
                    og_use_begin(&use, s, iy, ix);
                    while (og_use_next(&use, s, iy, ix)) {
                        og_add_products_s8(dy + use.pixel * channels + first,
                            l->w + use.tap * channels + first, n, acc);
                    }
                    for (size_t c = 0; c < n; c++, k++) {
                        int32_t sum = og_round_shift(acc[c], low - og_linear_exponent(l, first + c));
                        dx[k] = og_error_item(&t, error, k, sum, low + e_dy);
                    }
                }
            }
        }
    } while (og_tensor_again(&t));
    return og_error_end(&t, range);
}

// Writes the gradient of all weights, |g| <= 2^29. Returns whether any error
// is not 0.
static bool layer_gradient(const og_window_t *s, const int8_t *dy, const int8_t *x, int32_t *g) {
    size_t channels = (size_t)s->in_c;
    bool any = false;
    og_clear_s32(g, og_window_taps(s) * channels);
    const int8_t *dy_p = dy;
    for (int32_t oy = 0; oy < s->y.n_out; oy++) {
        for (int32_t ox = 0; ox < s->x.n_out; ox++, dy_p += channels) {
            og_run_t run;
            og_run_begin(&run);
            while (og_run_next(&run, s, oy, ox)) {
                for (size_t k = 0; k < run.n; k++) {
                    og_add_products_s8(dy_p, x + (run.pixel + k) * channels, channels,
                        g + (run.tap + k) * channels);
                }
            }
            for (size_t c = 0; c < channels && !any; c++) {
                any = dy_p[c] != 0;
            }
        }
    }
    return any;
}

// sum_p dy[p][c]
static int32_t bias_gradient(const og_window_t *s, const int8_t *dy, size_t c) {
    int32_t g = 0;
    for (size_t p = 0; p < og_window_outputs(s); p++) {
        g += dy[p * (size_t)s->in_c + c];
    }
    return g;
}

void og_depthwise_conv2d_update_s8(const og_weights_t *layer, const og_window_t *s,
    const int8_t *dy, const int8_t *x, int32_t e_dy, int32_t e_x, const og_rate_t *rate,
    int32_t *scratch) {
    if (!layer_gradient(s, dy, x, scratch) && layer->velocity == NULL) {
        return;
    }
    og_step_t step;
    size_t clamped = og_update_row(layer, 0, scratch, layer->n, rate, e_dy + e_x, e_dy, &step);
    for (size_t c = 0; c < layer->n_b; c++) {
        og_update_bias(layer, c, bias_gradient(s, dy, c), rate, step.bias);
    }
    og_update_make_room(layer, clamped);
}

void og_depthwise_conv2d_gradient_s8(const og_window_t *s, const int8_t *dy, const int8_t *x,
    int32_t e_dy, int32_t e_x, int32_t *scratch, og_batch_t *batch, int32_t *sums) {
    size_t channels = (size_t)s->in_c;
    size_t n = og_window_taps(s) * channels;
    og_batch_begin(batch, e_dy + e_x, e_dy, sums, n + channels);
    if (!layer_gradient(s, dy, x, scratch)) {
        return;
    }
    og_batch_add(sums, scratch, n, batch->e_gw - e_dy - e_x);
    for (size_t c = 0; c < channels; c++) {
        int32_t g = bias_gradient(s, dy, c);
        og_batch_add(sums + n + c, &g, 1, batch->e_gb - e_dy);
    }
}
