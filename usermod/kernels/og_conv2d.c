// SPDX-License-Identifier: MIT
#include "og_conv2d.h"

// How many bytes of what an output pixel reads are gathered at a time.
#define PATCH 144

// Runs of at least as many bytes are read where they are.
#define LONG_RUN 24

// The sums of rows first .. first + n - 1 at one output pixel, run by run. Returns whether there
// was one.
static bool run_sums(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    og_run_t *run, size_t first, size_t n, const int32_t *start, int32_t *acc) {
    size_t in_c = (size_t)s->in_c;
    const int8_t *w = l->w + first * l->n_in;
    while (og_run_next(run, s)) {
        og_dot_rows_s8(x + run->pixel * in_c, w + run->tap * in_c, l->n_in, n, run->n * in_c,
            start, acc);
        start = acc;
    }
    return start == acc;
}

// Copies all that an output pixel reads, with zeros where there is nothing.
static void gather(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    const og_run_t *run, int8_t *patch) {
    size_t in_c = (size_t)s->in_c, bytes = run->n * in_c;
    size_t x_step = (size_t)s->x.n_in * in_c, patch_step = (size_t)s->x.kernel * in_c;
    if (run->n * (size_t)run->left < og_window_taps(s)) {
        for (size_t k = 0; k < l->n_in; k++) {
            patch[k] = 0;
        }
    }
    x += run->pixel * in_c;
    patch += run->tap * in_c;
    for (int32_t j = run->left; j > 0; j--) {
        // A run is one step before the first.
        x += x_step;
        patch += patch_step;
        for (size_t k = 0; k < bytes; k++) {
            patch[k] = x[k];
        }
    }
}

// The sums of rows first .. first + n - 1 at one output pixel, from `start` on.
static void pixel_sums(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    int32_t oy, int32_t ox, size_t first, size_t n, const int32_t *start, int32_t *acc) {
    og_run_t run;
    og_run_begin(&run, s, oy, ox);
    if (run.left > 1 && l->n_in <= PATCH && run.n * (size_t)s->in_c < LONG_RUN) {
        int8_t patch[PATCH];
        gather(l, s, x, &run, patch);
        og_dot_rows_s8(patch, l->w + first * l->n_in, l->n_in, n, l->n_in, start, acc);
    } else if (!run_sums(l, s, x, &run, first, n, start, acc)) {
        og_copy_s32(start, n, acc);
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
            // Items of pixels that lie side by side are made together.
            size_t held = 0, most = n == l->n_out && l->n_e == 1 ? OG_BLOCK - n : 0;
            int8_t *y_p = y + first;
            for (int32_t oy = 0; oy < s->y.n_out; oy++) {
                for (int32_t ox = 0; ox < s->x.n_out; ox++) {
                    pixel_sums(l, s, x, oy, ox, first, n, bias, acc + held);
                    held += n;
                    if (held > most || (ox + 1 == s->x.n_out && oy + 1 == s->y.n_out)) {
                        og_linear_items(l, &t, first, held, low, acc, y_p);
                        y_p += held == n ? l->n_out : held;
                        held = 0;
                    }
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
            pixel_sums(l, s, x, oy, ox, 0, l->n_out, y, y);
        }
    }
    return l->e_w[0] + e_x;
}

// Adds W^T dy over all uses of an input pixel, channels start .. start + n - 1. The readers are
// before the pixel.
static void input_sums(const og_linear_t *l, const og_window_t *s, const int8_t *dy,
    int32_t e_ref, const og_reader_t *y_begin, const og_reader_t *x_begin, size_t start, size_t n,
    int32_t *acc) {
    int32_t in_c = s->in_c, out_c = s->out_c;
    og_walk_t walk;
    og_span_t y, x;
    og_reader_t y_reader = {y_begin->o, y_begin->rest};
    for (int32_t ry = og_axis_repeats(&s->y); ry > 0; ry--) {
        og_reader_next(&y_reader, &s->y, &y);
        og_reader_t x_reader = {x_begin->o, x_begin->rest};
        for (int32_t rx = og_axis_repeats(&s->x); rx > 0; rx--) {
            og_reader_next(&x_reader, &s->x, &x);
            walk.n_j = (size_t)x.n;
            walk.d_j = x.first_step * out_c;
            walk.a_j = x.second_step * in_c;
            const int8_t *d = dy + (y.first * s->x.n_out + x.first) * out_c;
            const int8_t *w = l->w + (y.second * s->x.kernel + x.second) * in_c + (int32_t)start;
            for (int32_t k = x.n > 0 ? y.n : 0; k > 0; k--) {
                og_linear_columns(l, &walk, d, e_ref, w, n, acc);
                d += y.first_step * s->x.n_out * out_c;
                w += y.second_step * s->x.kernel * in_c;
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
        og_reader_t y_reader, x_reader;
        og_reader_begin(&y_reader, &s->y);
        for (int32_t iy = 0; iy < s->y.n_in; iy++) {
            og_reader_begin(&x_reader, &s->x);
            for (int32_t ix = 0; ix < s->x.n_in; ix++) {
                for (size_t start = 0; start < in_c; start += OG_BLOCK) {
                    size_t n = in_c - start < OG_BLOCK ? in_c - start : OG_BLOCK;
                    int32_t acc[OG_BLOCK];
                    og_clear_s32(acc, n);
                    input_sums(l, s, dy, e_ref, &y_reader, &x_reader, start, n, acc);
                    og_error_items(&t, error, k, n, acc, e_ref + e_dy, dx + k);
                    k += n;
                }
                og_reader_skip(&x_reader, &s->x);
            }
            og_reader_skip(&y_reader, &s->y);
        }
    } while (og_tensor_again(&t));
    return og_error_end(&t, range);
}

// Rows that are worked on together, and how many columns of their gradients at a time, where
// pixels have too few channels for sums of their own.
#define ROWS 4
#define COLUMNS 16

// The gradients of the biases of rows o .. o + n - 1. Returns a bit for each row of which any
// error is not 0.
static uint32_t bias_gradients(const og_window_t *s, const int8_t *dy, size_t o, size_t n,
    int32_t *g_bias) {
    static const int8_t one = 1;
    size_t pixels = og_window_outputs(s);
    og_walk_t walk = {1, pixels, 0, 0, 0, s->out_c};
    og_clear_s32(g_bias, n);
    og_dot_columns_s8(&walk, &one, dy + o, n, g_bias);
    uint32_t rows = 0;
    for (size_t r = 0; r < n; r++) {
        const int8_t *dy_o = dy + o + r, *end = dy_o + pixels * (size_t)s->out_c;
        while (dy_o < end && *dy_o == 0) {
            dy_o += s->out_c;
        }
        rows |= (uint32_t)(dy_o < end) << r;
    }
    return rows;
}

// Adds sums over output pixels that read something at a tap, as spans say: of n columns of dy,
// from row o on, and one channel c of x, or, by row, of n channels of x from c on and one row o.
static void span_sums(const og_window_t *s, const int8_t *dy, const int8_t *x,
    const og_span_t *y_span, const og_span_t *x_span, int32_t o, int32_t c, bool by_row, size_t n,
    int32_t *acc) {
    int32_t in_c = s->in_c, out_c = s->out_c;
    const int8_t *d = dy + (y_span->first * s->x.n_out + x_span->first) * out_c + o;
    const int8_t *a = x + (y_span->second * s->x.n_in + x_span->second) * in_c + c;
    int32_t d_j = y_span->first_step * s->x.n_out * out_c, d_k = x_span->first_step * out_c;
    int32_t a_j = y_span->second_step * s->x.n_in * in_c, a_k = x_span->second_step * in_c;
    og_walk_t walk;
    walk.n_j = (size_t)y_span->n;
    walk.n_k = (size_t)x_span->n;
    walk.d_j = by_row ? d_j : a_j;
    walk.d_k = by_row ? d_k : a_k;
    walk.a_j = by_row ? a_j : d_j;
    walk.a_k = by_row ? a_k : d_k;
    og_dot_columns_s8(&walk, by_row ? d : a, by_row ? a : d, n, acc);
}

// The same over all spans of a tap.
static void tap_sums(const og_window_t *s, const int8_t *dy, const int8_t *x, int32_t ky,
    int32_t kx, int32_t o, int32_t c, bool by_row, size_t n, int32_t *acc) {
    for (int32_t ry = 0; ry < og_axis_phases(&s->y); ry++) {
        og_span_t y_span;
        og_axis_sources(&s->y, ky, ry, &y_span);
        for (int32_t rx = 0; rx < og_axis_phases(&s->x) && y_span.n > 0; rx++) {
            og_span_t x_span;
            og_axis_sources(&s->x, kx, rx, &x_span);
            if (x_span.n > 0) {
                span_sums(s, dy, x, &y_span, &x_span, o, c, by_row, n, acc);
            }
        }
    }
}

// Writes the gradient of row o, |g| <= 2^29, tap by tap.
static void row_gradient(const og_window_t *s, const int8_t *dy, const int8_t *x, size_t o,
    int32_t *g) {
    size_t in_c = (size_t)s->in_c;
    og_clear_s32(g, og_window_taps(s) * in_c);
    for (int32_t ky = 0; ky < s->y.kernel; ky++) {
        for (int32_t kx = 0; kx < s->x.kernel; kx++, g += in_c) {
            tap_sums(s, dy, x, ky, kx, (int32_t)o, 0, true, in_c, g);
        }
    }
}

static void limit_gradient(const og_window_t *s, int32_t *g, size_t n) {
    if (og_window_outputs(s) > OG_GRADIENT_PRODUCTS) {
        og_update_limit(g, n);
    }
}

// Writes n columns from `start` on of the gradients of `rows` rows.
static void block_gradient(const og_window_t *s, const int8_t *dy, const int8_t *x, size_t o,
    size_t rows, size_t start, size_t n, int32_t g[ROWS][COLUMNS]) {
    for (size_t i = 0; i < n; i++) {
        int32_t k = (int32_t)(start + i), tap = k / s->in_c;
        int32_t acc[ROWS];
        og_clear_s32(acc, ROWS);
        tap_sums(s, dy, x, tap / s->x.kernel, tap % s->x.kernel, (int32_t)o, k - tap * s->in_c,
            false, rows, acc);
        for (size_t r = 0; r < rows; r++) {
            g[r][i] = acc[r];
        }
    }
}

// Moves rows o .. o + rows - 1, those that are marked, by their gradients made together. They
// are not normalised and have residuals.
static size_t update_rows(const og_weights_t *layer, const og_window_t *s, const int8_t *dy,
    const int8_t *x, size_t o, size_t rows, uint32_t marked, const og_rate_t *rate,
    int32_t shift) {
    size_t row = layer->n / layer->n_b;
    size_t clamped = 0;
    for (size_t start = 0; start < row; start += COLUMNS) {
        size_t n = row - start < COLUMNS ? row - start : COLUMNS;
        int32_t g[ROWS][COLUMNS];
        block_gradient(s, dy, x, o, rows, start, n, g);
        for (size_t r = 0; r < rows; r++) {
            if (marked >> r & 1) {
                limit_gradient(s, g[r], n);
                size_t k = (o + r) * row + start;
                clamped += og_update_weights(layer, k, g[r], n, rate, shift);
            }
        }
    }
    return clamped;
}

void og_conv2d_update_s8(const og_weights_t *layer, const og_window_t *s, const int8_t *dy,
    const int8_t *x, int32_t e_dy, int32_t e_x, const og_rate_t *rate, int32_t *scratch) {
    size_t row = layer->n / layer->n_b;
    // Else each row is by itself: its mean is wanted first, or rows draw one after the other.
    bool together = s->in_c < ROWS && !rate->normalize && layer->residual != NULL;
    size_t clamped = 0;
    og_step_t step;
    og_update_step(rate, e_dy + e_x, e_dy, *layer->e_w, 0, 1, &step);
    for (size_t o = 0; o < layer->n_b; o += ROWS) {
        size_t rows = layer->n_b - o < ROWS ? layer->n_b - o : ROWS;
        int32_t g_bias[ROWS];
        uint32_t marked = bias_gradients(s, dy, o, rows, g_bias);
        marked = layer->velocity != NULL ? (1u << ROWS) - 1 : marked;
        if (together && marked != 0) {
            clamped += update_rows(layer, s, dy, x, o, rows, marked, rate, step.weight);
        }
        for (size_t r = 0; r < rows; r++) {
            if ((marked >> r & 1) == 0) {
                continue;
            }
            if (!together) {
                row_gradient(s, dy, x, o + r, scratch);
                limit_gradient(s, scratch, row);
                clamped += og_update_row(layer, (o + r) * row, scratch, row, rate,
                    e_dy + e_x, e_dy, &step);
            }
            og_update_bias(layer, o + r, g_bias[r], rate, step.bias);
        }
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
        if (bias_gradients(s, dy, o, 1, &g_bias)) {
            row_gradient(s, dy, x, o, scratch);
            og_batch_add(sums + o * row, scratch, row, batch->e_gw - e_dy - e_x);
            og_batch_add(sums + rows * row + o, &g_bias, 1, batch->e_gb - e_dy);
        }
    }
}
