// SPDX-License-Identifier: MIT
#include "og_conv2d.h"

// Adds the products of rows first .. first + n - 1 at one output pixel.
static void pixel_sums(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    int32_t oy, int32_t ox, size_t first, size_t n, int32_t *acc) {
    size_t in_c = (size_t)s->in_c;
    og_run_t run;
    og_run_begin(&run);
    while (og_run_next(&run, s, oy, ox)) {
        const int8_t *x_run = x + run.pixel * in_c;
        const int8_t *w_run = l->w + first * l->n_in + run.tap * in_c;
        for (size_t o = 0; o < n; o++, w_run += l->n_in) {
            acc[o] += og_dot_s8(x_run, w_run, run.n * in_c);
        }
    }
}

int32_t og_conv2d_forward_s8(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    int32_t e_x, og_activation_t activation, const og_range_t *range, og_range_t *learner,
    int8_t *y) {
    int32_t low, high;
    og_linear_exponents(l, &low, &high);
    og_tensor_t t;
    og_tensor_begin(&t, range, low + e_x, activation);
    do {
        for (size_t first = 0; first < l->n_out; first += OG_BLOCK) {
            size_t n = l->n_out - first < OG_BLOCK ? l->n_out - first : OG_BLOCK;
            int32_t bias[OG_BLOCK], acc[OG_BLOCK];
            for (size_t o = 0; o < n; o++) {
                bias[o] = og_linear_bias(l, first + o, og_linear_exponent(l, first + o) + e_x);
            }
            int8_t *y_p = y + first;
            for (int32_t oy = 0; oy < s->y.n_out; oy++) {
                for (int32_t ox = 0; ox < s->x.n_out; ox++, y_p += l->n_out) {
                    for (size_t o = 0; o < n; o++) {
                        acc[o] = bias[o];
                    }
                    pixel_sums(l, s, x, oy, ox, first, n, acc);
                    for (size_t o = 0; o < n; o++) {
                        int32_t above = og_linear_exponent(l, first + o) - low;
                        y_p[o] = og_tensor_item(&t, acc[o], above);
                    }
                }
            }
        }
    } while (og_tensor_again(&t));
    return og_tensor_end(&t, learner);
}

int32_t og_conv2d_forward_s32(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    int32_t e_x, int32_t *y) {
    int32_t e_acc = l->e_w[0] + e_x;
    for (int32_t oy = 0; oy < s->y.n_out; oy++) {
        for (int32_t ox = 0; ox < s->x.n_out; ox++, y += l->n_out) {
            for (size_t o = 0; o < l->n_out; o++) {
                y[o] = og_linear_bias(l, o, e_acc);
            }
            pixel_sums(l, s, x, oy, ox, 0, l->n_out, y);
        }
    }
    return e_acc;
}

// Adds W^T dy over all uses of one input pixel, channels start .. start + n - 1.
static void input_sums(const og_linear_t *l, const og_window_t *s, const int8_t *dy,
    int32_t e_ref, int32_t iy, int32_t ix, size_t start, size_t n, int32_t *acc) {
    og_use_t use;
    og_use_begin(&use, s, iy, ix);
    while (og_use_next(&use, s, iy, ix)) {
        const int8_t *dy_p = dy + use.pixel * l->n_out;
        const int8_t *w_o = l->w + use.tap * (size_t)s->in_c + start;
        for (size_t o = 0; o < l->n_out; o++, w_o += l->n_in) {
            if (dy_p[o] != 0) {
                int32_t d = og_round_shift(dy_p[o], e_ref - og_linear_exponent(l, o));
                og_add_scaled_s8(w_o, d, n, acc);
            }
        }
    }
}

int32_t og_conv2d_backward_x_s8(const og_linear_t *l, const og_window_t *s, const int8_t *dy,
    int32_t e_dy, const og_error_t *error, og_range_t *range, int8_t *dx) {
    size_t uses = og_window_taps(s) * (size_t)(og_axis_repeats(&s->y) * og_axis_repeats(&s->x));
    int32_t e_ref = og_linear_reference(l, uses * l->n_out);
    size_t in_c = (size_t)s->in_c;
    og_tensor_t t;
    og_error_begin(&t, error, range, e_ref + e_dy);
    do {
        size_t k = 0;
        for (int32_t iy = 0; iy < s->y.n_in; iy++) {
            for (int32_t ix = 0; ix < s->x.n_in; ix++) {
                for (size_t start = 0; start < in_c; start += OG_BLOCK) {
                    size_t n = in_c - start < OG_BLOCK ? in_c - start : OG_BLOCK;
                    int32_t acc[OG_BLOCK];
                    og_clear_s32(acc, n);
                    input_sums(l, s, dy, e_ref, iy, ix, start, n, acc);
                    for (size_t c = 0; c < n; c++, k++) {
                        dx[k] = og_error_item(&t, error, k, acc[c], e_ref + e_dy);
                    }
                }
            }
        }
    } while (og_tensor_again(&t));
    return og_error_end(&t, range);
}

// Writes the gradient of row o, |g| <= 2^29, and that of its bias. Returns
// whether any error of the row is not 0.
static bool row_gradient(const og_window_t *s, const int8_t *dy, const int8_t *x, size_t o,
    int32_t *g, int32_t *g_bias) {
    size_t in_c = (size_t)s->in_c;
    bool any = false, pointwise = og_window_pointwise(s);
    *g_bias = 0;
    og_clear_s32(g, og_window_taps(s) * in_c);
    const int8_t *dy_o = dy + o;
    for (int32_t oy = 0; oy < s->y.n_out; oy++) {
        for (int32_t ox = 0; ox < s->x.n_out; ox++, dy_o += s->out_c) {
            if (*dy_o == 0) {
                continue;
            }
            any = true;
            *g_bias += *dy_o;
            if (pointwise) {
                // Without the map: 8 instead of 18 instructions a product of 16 channels on x86-64.
                og_add_scaled_s8(x + (size_t)(oy * s->x.n_in + ox) * in_c, *dy_o, in_c, g);
                continue;
            }
            og_run_t run;
            og_run_begin(&run);
            while (og_run_next(&run, s, oy, ox)) {
                og_add_scaled_s8(x + run.pixel * in_c, *dy_o, run.n * in_c, g + run.tap * in_c);
            }
        }
    }
    return any;
}

void og_conv2d_update_s8(const og_weights_t *layer, const og_window_t *s, const int8_t *dy,
    const int8_t *x, int32_t e_dy, int32_t e_x, const og_rate_t *rate, int32_t *scratch) {
    size_t row = layer->n / layer->n_b;
    size_t clamped = 0;
    for (size_t o = 0; o < layer->n_b; o++) {
        int32_t g_bias;
        if (!row_gradient(s, dy, x, o, scratch, &g_bias) && layer->velocity == NULL) {
            continue;
        }
        og_step_t step;
        clamped += og_update_row(layer, o * row, scratch, row, rate, e_dy + e_x, e_dy, &step);
        og_update_bias(layer, o, g_bias, rate, step.bias);
    }
    og_update_make_room(layer, clamped);
}

void og_conv2d_gradient_s8(const og_window_t *s, const int8_t *dy, const int8_t *x,
    int32_t e_dy, int32_t e_x, int32_t *scratch, og_batch_t *batch, int32_t *sums) {
    size_t row = og_window_taps(s) * (size_t)s->in_c;
    size_t rows = (size_t)s->out_c;
    og_batch_begin(batch, e_dy + e_x, e_dy, sums, rows * row + rows);
    for (size_t o = 0; o < rows; o++) {
        int32_t g_bias;
        if (row_gradient(s, dy, x, o, scratch, &g_bias)) {
            og_batch_add(sums + o * row, scratch, row, batch->e_gw - e_dy - e_x);
            og_batch_add(sums + rows * row + o, &g_bias, 1, batch->e_gb - e_dy);
        }
    }
}
