// SPDX-License-Identifier: MIT
#include "og_conv2d.h"

// Rows that are worked on together, and how many columns of their gradients at a time, where
// pixels have too few channels for sums of their own.
#define ROWS 8
#define COLUMNS 9

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

// Adds sums over output pixels that read something at a tap: of n columns of dy, from row o on,
// and one channel c of x, or, by row, of n channels of x from c on and one row o.
static void tap_sums(const og_window_t *s, const int8_t *dy, const int8_t *x, int32_t ky,
    int32_t kx, size_t o, int32_t c, bool by_row, size_t n, int32_t *acc) {
    int32_t in_c = s->in_c, out_c = s->out_c;
    int32_t d_line = s->x.n_out * out_c, a_line = s->x.n_in * in_c;
    for (int32_t ry = og_axis_phases(&s->y) - 1; ry >= 0; ry--) {
        og_span_t y, line;
        og_axis_sources(&s->y, ky, ry, &y);
        for (int32_t rx = og_axis_phases(&s->x) - 1; rx >= 0; rx--) {
            og_axis_sources(&s->x, kx, rx, &line);
            if (y.n == 0 || line.n == 0) {
                continue;
            }
            const int8_t *d = dy + y.first * d_line + line.first * out_c + o;
            const int8_t *a = x + y.second * a_line + line.second * in_c + c;
            og_walk_t walk;
            walk.n_j = (size_t)y.n;
            walk.n_k = (size_t)line.n;
            int32_t d_j = y.first_step * d_line, a_j = y.second_step * a_line;
            int32_t d_k = line.first_step * out_c, a_k = line.second_step * in_c;
            walk.d_j = by_row ? d_j : a_j;
            walk.a_j = by_row ? a_j : d_j;
            walk.d_k = by_row ? d_k : a_k;
            walk.a_k = by_row ? a_k : d_k;
            og_dot_columns_s8(&walk, by_row ? d : a, by_row ? a : d, n, acc);
        }
    }
}

// The sums of row o and all taps of a line, where the window moves over the image as it is. What
// its taps read lies side by side then, and output pixels that have all taps share a walk.
static void line_sums(const og_window_t *s, const int8_t *dy, const int8_t *x, int32_t ky,
    size_t o, int32_t *acc) {
    int32_t in_c = s->in_c, out_c = s->out_c, kernel = s->x.kernel, stride = s->x.stride;
    int32_t n_in = s->x.n_in, n_out = s->x.n_out;
    og_span_t y;
    og_axis_sources(&s->y, ky, 0, &y);
    if (y.n == 0) {
        return;
    }
    og_walk_t walk;
    walk.n_j = (size_t)y.n;
    walk.d_j = y.first_step * n_out * out_c;
    walk.a_j = y.second_step * n_in * in_c;
    walk.d_k = out_c;
    walk.a_k = stride * in_c;
    dy += y.first * n_out * out_c + (int32_t)o;
    x += y.second * n_in * in_c;
    int32_t ix = s->x.offset;
    for (int32_t ox = 0, n; ox < n_out; ox += n, dy += n * out_c, ix += n * stride) {
        int32_t kx = ix < 0 ? -ix : 0;
        int32_t taps = (n_in - ix < kernel ? n_in - ix : kernel) - kx;
        n = 1;
        while (taps == kernel && ox + n < n_out && ix + n * stride + kernel <= n_in) {
            n++;
        }
        if (taps > 0) {
            walk.n_k = (size_t)n;
            og_dot_columns_s8(&walk, dy, x + (ix + kx) * in_c, (size_t)(taps * in_c),
                acc + kx * in_c);
        }
    }
}

// Writes the gradient of row o, |g| <= 2^29.
static void row_gradient(const og_window_t *s, const int8_t *dy, const int8_t *x, size_t o,
    int32_t *g) {
    size_t in_c = (size_t)s->in_c;
    og_clear_s32(g, og_window_taps(s) * in_c);
    for (int32_t ky = 0; ky < s->y.kernel; ky++) {
        if (og_window_is_plain(s)) {
            line_sums(s, dy, x, ky, o, g);
            g += (size_t)s->x.kernel * in_c;
            continue;
        }
        for (int32_t kx = 0; kx < s->x.kernel; kx++, g += in_c) {
            tap_sums(s, dy, x, ky, kx, o, 0, true, in_c, g);
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
        int32_t ky = tap / s->x.kernel, kx = tap - ky * s->x.kernel;
        tap_sums(s, dy, x, ky, kx, o, k - tap * s->in_c, false, rows, acc);
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
    int32_t columns = og_window_is_plain(s) ? s->x.kernel * s->in_c : s->in_c;
    bool together = columns < ROWS && !rate->normalize && layer->residual != NULL;
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
