// SPDX-License-Identifier: MIT
#include "og_conv2d.h"

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
        rows |= (uint32_t)og_linear_any(dy + o + r, pixels, (size_t)s->out_c) << r;
    }
    return rows;
}

// Adds sums over output pixels that read something at taps of a line, kx .. kx_end - 1, n sums
// for each: of n columns of dy, from row o on, and one channel c of x, or, by row, of n channels
// of x from c on and one row o.
static void line_sums(const og_window_t *s, const int8_t *dy, const int8_t *x, int32_t ky,
    int32_t kx, int32_t kx_end, int32_t o, int32_t c, bool by_row, size_t n, int32_t *acc) {
    int32_t in_c = s->in_c, out_c = s->out_c;
    int32_t d_line = s->x.n_out * out_c, a_line = s->x.n_in * in_c;
    int32_t x_phases = og_axis_phases(&s->x);
    for (int32_t ry = og_axis_phases(&s->y) - 1; ry >= 0; ry--) {
        og_span_t span;
        og_axis_sources(&s->y, ky, ry, &span);
        if (span.n == 0) {
            continue;
        }
        const int8_t *d_first = dy + span.first * d_line + o;
        const int8_t *a_first = x + span.second * a_line + c;
        int32_t d_j = span.first_step * d_line, a_j = span.second_step * a_line;
        og_walk_t walk;
        walk.n_j = (size_t)span.n;
        walk.d_j = by_row ? d_j : a_j;
        walk.a_j = by_row ? a_j : d_j;
        int32_t *sums = acc;
        for (int32_t k = kx; k < kx_end; k++, sums += n) {
            for (int32_t rx = x_phases - 1; rx >= 0; rx--) {
                og_axis_sources(&s->x, k, rx, &span);
                if (span.n == 0) {
                    continue;
                }
                const int8_t *d = d_first + span.first * out_c;
                const int8_t *a = a_first + span.second * in_c;
                int32_t d_k = span.first_step * out_c, a_k = span.second_step * in_c;
                walk.n_k = (size_t)span.n;
                walk.d_k = by_row ? d_k : a_k;
                walk.a_k = by_row ? a_k : d_k;
                og_dot_columns_s8(&walk, by_row ? d : a, by_row ? a : d, n, sums);
            }
        }
    }
}

// Writes the gradient of row o, |g| <= 2^29, tap by tap.
static void row_gradient(const og_window_t *s, const int8_t *dy, const int8_t *x, size_t o,
    int32_t *g) {
    size_t in_c = (size_t)s->in_c, line = (size_t)s->x.kernel * in_c;
    og_clear_s32(g, og_window_taps(s) * in_c);
    for (int32_t ky = 0; ky < s->y.kernel; ky++, g += line) {
        line_sums(s, dy, x, ky, 0, s->x.kernel, (int32_t)o, 0, true, in_c, g);
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
        int32_t ky = tap / s->x.kernel, kx = tap - ky * s->x.kernel;
        line_sums(s, dy, x, ky, kx, kx + 1, (int32_t)o, k - tap * s->in_c, false, rows, acc);
        for (size_t r = 0; r < rows; r++) {
            g[r][i] = acc[r];
        }
    }
}

// Moves rows o .. o + rows - 1, those that are marked, by their gradients made together. They
// are not normalised and have residuals. By itself, as its frame is large.
static __attribute__((noinline)) size_t update_rows(const og_weights_t *layer,
    const og_window_t *s, const int8_t *dy, const int8_t *x, size_t o, size_t rows,
    uint32_t marked, const og_rate_t *rate, int32_t shift) {
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
    size_t first = 0, end = layer->n_b;
    if (layer->velocity == NULL) {
        end = og_linear_rows(dy, og_window_outputs(s), end, &first);
        end += first;
    }
    for (size_t o = first; o < end; o += ROWS) {
        size_t rows = end - o < ROWS ? end - o : ROWS;
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
