// SPDX-License-Identifier: MIT
#include "og_conv2d.h"

// How many bytes of what an output pixel reads are gathered at a time.
#define PATCH 144

// Runs of at least as many bytes are read where they are.
#define LONG_RUN 24

// Adds the products of rows first .. first + n - 1 at one output pixel, run by run.
static void run_sums(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    og_run_t *run, size_t first, size_t n, int32_t *acc) {
    size_t in_c = (size_t)s->in_c;
    const int8_t *w = l->w + first * l->n_in;
    while (og_run_next(run, s)) {
        og_dot_rows_s8(x + run->pixel * in_c, w + run->tap * in_c, l->n_in, n, run->n * in_c, acc);
    }
}

// The same, from a copy of all that the pixel reads, with zeros where there is nothing.
static void patch_sums(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    og_run_t *run, size_t first, size_t n, int32_t *acc) {
    size_t in_c = (size_t)s->in_c;
    int8_t patch[PATCH];
    size_t end = 0;
    while (og_run_next(run, s)) {
        const int8_t *x_run = x + run->pixel * in_c;
        size_t start = run->tap * in_c;
        while (end < start) {
            patch[end++] = 0;
        }
        for (start += run->n * in_c; end < start; end++) {
            patch[end] = *x_run++;
        }
    }
    if (end > 0) {
        og_dot_rows_s8(patch, l->w + first * l->n_in, l->n_in, n, end, acc);
    }
}

static void pixel_sums(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    int32_t oy, int32_t ox, size_t first, size_t n, int32_t *acc) {
    og_run_t run;
    og_run_begin(&run, s, oy, ox);
    if (run.left < 0 || l->n_in > PATCH || (size_t)s->x.kernel * (size_t)s->in_c >= LONG_RUN ||
        run.left == 1) {
        run_sums(l, s, x, &run, first, n, acc);
    } else {
        patch_sums(l, s, x, &run, first, n, acc);
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
            og_linear_biases(l, first, n, e_x, bias);
            int8_t *y_p = y + first;
            for (int32_t oy = 0; oy < s->y.n_out; oy++) {
                for (int32_t ox = 0; ox < s->x.n_out; ox++, y_p += l->n_out) {
                    og_copy_s32(bias, n, acc);
                    pixel_sums(l, s, x, oy, ox, first, n, acc);
                    og_linear_items(l, &t, first, n, low, acc, y_p);
                }
            }
        }
    } while (og_tensor_again(&t));
    return og_tensor_end(&t, learner);
}

int32_t og_conv2d_forward_s32(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    int32_t e_x, int32_t *y) {
    for (int32_t oy = 0; oy < s->y.n_out; oy++) {
        for (int32_t ox = 0; ox < s->x.n_out; ox++, y += l->n_out) {
            og_linear_biases(l, 0, l->n_out, e_x, y);
            pixel_sums(l, s, x, oy, ox, 0, l->n_out, y);
        }
    }
    return l->e_w[0] + e_x;
}

// Adds W^T dy over all uses of an input pixel in one span of columns, channels start ..
// start + n - 1.
static void span_sums(const og_linear_t *l, const og_window_t *s, const int8_t *dy,
    int32_t e_ref, int32_t iy, const og_span_t *x_span, size_t start, size_t n, int32_t *acc) {
    int32_t in_c = s->in_c, out_c = s->out_c;
    og_walk_t walk = {(size_t)x_span->n, 1, x_span->first_step * out_c, 1,
                      x_span->second_step * in_c, 1};
    for (int32_t r = 0; r < og_axis_repeats(&s->y); r++) {
        og_span_t y_span;
        og_axis_uses(&s->y, iy, r, &y_span);
        for (int32_t k = 0; k < y_span.n; k++) {
            int32_t oy = y_span.first + k * y_span.first_step;
            int32_t ky = y_span.second + k * y_span.second_step;
            int32_t pixel = oy * s->x.n_out + x_span->first;
            int32_t tap = ky * s->x.kernel + x_span->second;
            og_linear_columns(l, &walk, dy + pixel * out_c, e_ref,
                l->w + tap * in_c + (int32_t)start, n, acc);
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
                    for (int32_t r = 0; r < og_axis_repeats(&s->x); r++) {
                        og_span_t span;
                        og_axis_uses(&s->x, ix, r, &span);
                        if (span.n > 0) {
                            span_sums(l, s, dy, e_ref, iy, &span, start, n, acc);
                        }
                    }
                    og_error_items(&t, error, k, n, acc, e_ref + e_dy, dx + k);
                    k += n;
                }
            }
        }
    } while (og_tensor_again(&t));
    return og_error_end(&t, range);
}

// The gradient of the bias of row o. Returns whether any error of the row is not 0.
static bool bias_gradient(const og_window_t *s, const int8_t *dy, size_t o, int32_t *g_bias) {
    int32_t any = 0, sum = 0;
    const int8_t *dy_o = dy + o;
    for (size_t p = og_window_outputs(s); p > 0; p--, dy_o += s->out_c) {
        any |= *dy_o;
        sum += *dy_o;
    }
    *g_bias = sum;
    return any != 0;
}

// Writes the gradient of row o, |g| <= 2^29, tap by tap.
static void row_gradient(const og_window_t *s, const int8_t *dy, const int8_t *x, size_t o,
    int32_t *g) {
    int32_t in_c = s->in_c, out_c = s->out_c;
    for (int32_t ky = 0; ky < s->y.kernel; ky++) {
        for (int32_t kx = 0; kx < s->x.kernel; kx++, g += in_c) {
            og_clear_s32(g, (size_t)in_c);
            for (int32_t ry = 0; ry < og_axis_phases(&s->y); ry++) {
                og_span_t y_span;
                og_axis_sources(&s->y, ky, ry, &y_span);
                for (int32_t rx = 0; rx < og_axis_phases(&s->x) && y_span.n > 0; rx++) {
                    og_span_t x_span;
                    og_axis_sources(&s->x, kx, rx, &x_span);
                    if (x_span.n == 0) {
                        continue;
                    }
                    og_walk_t walk = {
                        (size_t)y_span.n, (size_t)x_span.n,
                        y_span.first_step * s->x.n_out * out_c, x_span.first_step * out_c,
                        y_span.second_step * s->x.n_in * in_c, x_span.second_step * in_c,
                    };
                    int32_t pixel = y_span.first * s->x.n_out + x_span.first;
                    int32_t source = y_span.second * s->x.n_in + x_span.second;
                    og_dot_columns_s8(&walk, dy + pixel * out_c + (int32_t)o, x + source * in_c,
                        (size_t)in_c, g);
                }
            }
        }
    }
}

void og_conv2d_update_s8(const og_weights_t *layer, const og_window_t *s, const int8_t *dy,
    const int8_t *x, int32_t e_dy, int32_t e_x, const og_rate_t *rate, int32_t *scratch) {
    size_t row = layer->n / layer->n_b;
    size_t clamped = 0;
    for (size_t o = 0; o < layer->n_b; o++) {
        int32_t g_bias;
        if (!bias_gradient(s, dy, o, &g_bias) && layer->velocity == NULL) {
            continue;
        }
        row_gradient(s, dy, x, o, scratch);
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
        if (bias_gradient(s, dy, o, &g_bias)) {
            row_gradient(s, dy, x, o, scratch);
            og_batch_add(sums + o * row, scratch, row, batch->e_gw - e_dy - e_x);
            og_batch_add(sums + rows * row + o, &g_bias, 1, batch->e_gb - e_dy);
        }
    }
}
