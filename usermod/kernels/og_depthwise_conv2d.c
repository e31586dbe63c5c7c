// SPDX-License-Identifier: MIT
#include "og_depthwise_conv2d.h"

// Adds the products of n channels at an output pixel of a line, from the first that x and w are
// of. The walk has all steps. Not a part of its caller, whose frame is large as it is.
static __attribute__((noinline)) void pixel_sums(const og_window_t *s, og_walk_t *walk,
    const int8_t *x, const int8_t *w, const og_run_t *line, int32_t ox, size_t n, int32_t *acc) {
    og_run_t run;
    og_run_pixel(&run, line, s, ox);
    // Runs that lie under each other are one walk.
    walk->n_j = run.left > 0 ? (size_t)run.left : 1;
    while (og_run_next(&run, s)) {
        walk->n_k = run.n;
        og_dot_channels_s8(walk, x + run.pixel * (size_t)walk->d_k,
            w + run.tap * (size_t)walk->d_k, n, acc);
        if (run.left >= 0) {
            break;
        }
    }
}

int32_t og_depthwise_conv2d_forward_s8(const og_linear_t *l, const og_window_t *s,
    const int8_t *x, int32_t e_x, og_activation_t activation, const og_range_t *range,
    og_range_t *learner, int8_t *y) {
    size_t channels = l->n_out;
    int32_t low, high;
    og_linear_exponents(l, &low, &high);
    og_tensor_t t;
    og_tensor_begin(&t, range, low + e_x, activation);
    og_walk_t walk;
    walk.d_k = walk.a_k = s->in_c;
    walk.d_j = s->x.n_in * s->in_c;
    walk.a_j = s->x.kernel * s->in_c;
    do {
        for (size_t first = 0; first < channels; first += OG_BLOCK) {
            size_t n = channels - first < OG_BLOCK ? channels - first : OG_BLOCK;
            int32_t bias[OG_BLOCK], acc[OG_BLOCK];
            og_linear_biases(l, first, n, e_x, bias);
            // Items of pixels that lie side by side are made together.
            size_t held = 0, most = n == channels && l->n_e == 1 ? OG_BLOCK - n : 0;
            int8_t *y_p = y + first;
            for (int32_t oy = 0; oy < s->y.n_out; oy++) {
                og_run_t line;
                og_run_line(&line, s, oy);
                for (int32_t ox = 0; ox < s->x.n_out; ox++) {
                    og_copy_s32(bias, n, acc + held);
                    pixel_sums(s, &walk, x + first, l->w + first, &line, ox, n, acc + held);
                    held += n;
                    if (held > most || (ox + 1 == s->x.n_out && oy + 1 == s->y.n_out)) {
                        og_linear_items(l, &t, first, held, low, acc, y_p);
                        y_p += held == n ? channels : held;
                        held = 0;
                    }
                }
            }
        }
    } while (og_tensor_again(&t));
    return og_tensor_end(&t, learner);
}

// Adds the products of channels first .. first + n - 1 over all uses of one input pixel. The
// readers are before the pixel.
static void pixel_errors(const og_linear_t *l, const og_window_t *s, const int8_t *dy,
    const og_reader_t *y_begin, const og_reader_t *x_begin, size_t first, size_t n, int32_t *acc) {
    int32_t channels = s->in_c;
    og_reader_t y_reader = {y_begin->o, y_begin->rest};
    for (int32_t ry = 0; ry < og_axis_repeats(&s->y); ry++) {
        og_span_t y;
        og_reader_next(&y_reader, &s->y, &y);
        og_reader_t x_reader = {x_begin->o, x_begin->rest};
        for (int32_t rx = 0; rx < og_axis_repeats(&s->x) && y.n > 0; rx++) {
            og_span_t x;
            og_reader_next(&x_reader, &s->x, &x);
            if (x.n == 0) {
                continue;
            }
            og_walk_t walk = {
                (size_t)y.n, (size_t)x.n,
                y.first_step * s->x.n_out * channels, x.first_step * channels,
                y.second_step * s->x.kernel * channels, x.second_step * channels,
            };
            int32_t pixel = y.first * s->x.n_out + x.first;
            int32_t tap = y.second * s->x.kernel + x.second;
            og_dot_channels_s8(&walk, dy + pixel * channels + (int32_t)first,
                l->w + tap * channels + (int32_t)first, n, acc);
        }
    }
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
        og_reader_t y_reader, x_reader;
        og_reader_begin(&y_reader, &s->y);
        for (int32_t iy = 0; iy < s->y.n_in; iy++) {
            og_reader_begin(&x_reader, &s->x);
            for (int32_t ix = 0; ix < s->x.n_in; ix++) {
                for (size_t first = 0; first < channels; first += OG_BLOCK) {
                    size_t n = channels - first < OG_BLOCK ? channels - first : OG_BLOCK;
                    int32_t acc[OG_BLOCK];
                    og_clear_s32(acc, n);
                    pixel_errors(l, s, dy, &y_reader, &x_reader, first, n, acc);
                    for (size_t c = 0; c < n; c++) {
                        int32_t e_row = og_linear_exponent(l, first + c);
                        acc[c] = e_row == low ? acc[c] : og_round_by(acc[c], low - e_row);
                    }
                    og_error_items(&t, error, k, n, acc, low + e_dy, dx + k);
                    k += n;
                }
                og_reader_skip(&x_reader, &s->x);
            }
            og_reader_skip(&y_reader, &s->y);
        }
    } while (og_tensor_again(&t));
    return og_error_end(&t, range);
}

// Writes the gradient of all weights, |g| <= 2^29, tap by tap. Returns whether any error is not 0.
static bool layer_gradient(const og_window_t *s, const int8_t *dy, const int8_t *x, int32_t *g) {
    int32_t channels = s->in_c;
    size_t n = og_window_outputs(s) * (size_t)channels, k = 0;
    while (k < n && dy[k] == 0) {
        k++;
    }
    for (int32_t ky = 0; ky < s->y.kernel; ky++) {
        for (int32_t kx = 0; kx < s->x.kernel; kx++, g += channels) {
            og_clear_s32(g, (size_t)channels);
            for (int32_t ry = 0; ry < og_axis_phases(&s->y) && k < n; ry++) {
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
                        y_span.first_step * s->x.n_out * channels, x_span.first_step * channels,
                        y_span.second_step * s->x.n_in * channels, x_span.second_step * channels,
                    };
                    int32_t pixel = y_span.first * s->x.n_out + x_span.first;
                    int32_t source = y_span.second * s->x.n_in + x_span.second;
                    og_dot_channels_s8(&walk, dy + pixel * channels, x + source * channels,
                        (size_t)channels, g);
                }
            }
        }
    }
    return k < n;
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
    if (og_window_outputs(s) > OG_GRADIENT_PRODUCTS) {
        og_update_limit(scratch, layer->n);
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
