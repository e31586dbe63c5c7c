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
    // From the ends on, so that one index is enough.
    x += run->pixel * in_c + bytes;
    patch += run->tap * in_c + bytes;
    for (int32_t j = run->left; j > 0; j--) {
        // A run is one step before the first.
        x += x_step;
        patch += patch_step;
        int32_t k = -(int32_t)bytes;
        do {
            patch[k] = x[k];
            __asm__ volatile (""); // a call of memcpy() would cost more than a few bytes
        } while (++k < 0);
    }
}

// The sums of rows first .. first + n - 1 at an output pixel of a line, from `start` on.
static void pixel_sums(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    const og_run_t *line, int32_t ox, size_t first, size_t n, const int32_t *start,
    int32_t *acc) {
    og_run_t run;
    og_run_pixel(&run, line, s, ox);
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
                og_run_t line;
                og_run_line(&line, s, oy);
                for (int32_t ox = 0; ox < s->x.n_out; ox++) {
                    pixel_sums(l, s, x, &line, ox, first, n, bias, acc + held);
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
        og_run_t line;
        og_run_line(&line, s, oy);
        for (int32_t ox = 0; ox < s->x.n_out; ox++, y += l->n_out) {
            og_linear_biases(l, 0, l->n_out, e_x, y);
            pixel_sums(l, s, x, &line, ox, 0, l->n_out, y, y);
        }
    }
    return l->e_w[0] + e_x;
}

// What the error of an image is made of, and where on the axes an input pixel is.
typedef struct back_t {
    const og_linear_t *l;
    const og_window_t *s;
    const int8_t *dy, *w;    // from the first row on that is not all 0
    int32_t e_ref;
    int32_t dy_line, w_line; // items from one line of pixels, or taps, to the next
    og_walk_t walk;          // over taps that lie in a line, and rows
    og_span_t y, x;          // the outputs that read it, and their taps
} back_t;

static void back_begin(back_t *b, const og_linear_t *l, const og_window_t *s, const int8_t *dy,
    size_t repeats) {
    size_t first = 0;
    b->l = l;
    b->s = s;
    b->e_ref = og_linear_reference(l, og_window_taps(s) * repeats * l->n_out);
    b->walk.n_k = l->n_e == 1 ? og_linear_rows(dy, og_window_outputs(s), l->n_out, &first) :
        l->n_out;
    b->walk.d_k = 1;
    b->walk.a_k = (int32_t)l->n_in;
    b->dy = dy + first;
    b->w = l->w + first * l->n_in;
    b->dy_line = s->x.n_out * s->out_c;
    b->w_line = s->x.kernel * s->in_c;
}

// Adds W^T dy over the uses of an input pixel that a span of each axis has, n channels from
// `start` on. Not a part of its callers, which have no registers left.
static __attribute__((noinline)) void span_sums(back_t *b, size_t start, size_t n, int32_t *acc) {
    const og_window_t *s = b->s;
    const int8_t *dy = b->dy + b->y.first * b->dy_line + b->x.first * s->out_c;
    const int8_t *w = b->w + b->y.second * b->w_line + b->x.second * s->in_c + start;
    int32_t d_i = b->y.first_step * b->dy_line, w_i = b->y.second_step * b->w_line;
    int32_t lines = b->x.n > 0 && b->walk.n_k > 0 ? b->y.n : 0;
    b->walk.n_j = (size_t)b->x.n;
    b->walk.d_j = b->x.first_step * s->out_c;
    b->walk.a_j = b->x.second_step * s->in_c;
    if (b->x.n == 1 && lines > 1) {
        // One walk down instead of one to each line.
        b->walk.n_j = (size_t)lines;
        b->walk.d_j = d_i;
        b->walk.a_j = w_i;
        lines = 1;
    }
    for (; lines > 0; lines--) {
        if (b->l->n_e == 1) {
            og_dot_columns_s8(&b->walk, dy, w, n, acc);
        } else {
            og_linear_columns(b->l, &b->walk, dy, b->e_ref, w, n, acc);
        }
        dy += d_i;
        w += w_i;
    }
}

// The same over all spans. The readers are before the pixel.
static void input_sums(back_t *b, const og_reader_t *y_begin, const og_reader_t *x_begin,
    size_t start, size_t n, int32_t *acc) {
    const og_window_t *s = b->s;
    og_reader_t y_reader = {y_begin->o, y_begin->rest};
    for (int32_t ry = og_axis_repeats(&s->y); ry > 0; ry--) {
        og_reader_next(&y_reader, &s->y, &b->y);
        og_reader_t x_reader = {x_begin->o, x_begin->rest};
        for (int32_t rx = og_axis_repeats(&s->x); rx > 0; rx--) {
            og_reader_next(&x_reader, &s->x, &b->x);
            span_sums(b, start, n, acc);
        }
    }
}

// An error that is being made, and the sums of its pixels from `begin` on; those behind the first
// `held` sums are 0.
typedef struct errors_t {
    og_tensor_t t;
    const og_error_t *error;
    int32_t e_sum;
    int8_t *dx;
    size_t begin, held;
    int32_t acc[OG_BLOCK];
} errors_t;

// Makes the first n errors of those whose sums are held.
static void make_errors(errors_t *e, size_t n) {
    og_error_items(&e->t, e->error, e->begin, n, e->acc, e->e_sum, e->dx + e->begin);
    size_t rest = 0;
    for (size_t k = n; k < e->held; k++, rest++) {
        e->acc[rest] = e->acc[k];
    }
    size_t end = e->held > n ? e->held : n;
    og_clear_s32(e->acc + rest, end - rest);
    e->begin += n;
    e->held = rest;
}

// Pixel by pixel, from the sums of all its uses; items of pixels that lie side by side are made
// together.
static void pixel_errors(back_t *b, size_t repeats, errors_t *e) {
    const og_window_t *s = b->s;
    size_t in_c = (size_t)s->in_c;
    // With one span for a position, the readers go on by themselves.
    og_reader_t y_reader, x_reader;
    og_reader_begin(&y_reader, &s->y);
    for (int32_t iy = 0; iy < s->y.n_in; iy++) {
        if (repeats == 1) {
            og_reader_next(&y_reader, &s->y, &b->y);
        }
        og_reader_begin(&x_reader, &s->x);
        for (int32_t ix = 0; ix < s->x.n_in; ix++) {
            if (repeats == 1) {
                og_reader_next(&x_reader, &s->x, &b->x);
            }
            for (size_t start = 0; start < in_c; start += OG_BLOCK) {
                size_t n = in_c - start < OG_BLOCK ? in_c - start : OG_BLOCK;
                if (e->held + n > OG_BLOCK) {
                    make_errors(e, e->held);
                }
                int32_t *acc = e->acc + e->held;
                e->held += n;
                if (repeats == 1) {
                    span_sums(b, start, n, acc);
                } else {
                    input_sums(b, &y_reader, &x_reader, start, n, acc);
                }
            }
            if (repeats > 1) {
                og_reader_skip(&x_reader, &s->x);
            }
        }
        if (repeats > 1) {
            og_reader_skip(&y_reader, &s->y);
        }
    }
}

// Line by line, where the kernel moves over the image as it is: what an output pixel adds to a
// line lies side by side, as its weights do. There is room for a kernel's line.
static void line_errors(back_t *b, errors_t *e) {
    const og_window_t *s = b->s;
    int32_t in_c = s->in_c, n_in = s->x.n_in, kernel = s->x.kernel;
    int32_t offset = s->x.offset, stride = s->x.stride;
    size_t line = 0; // first item of the line
    og_reader_t reader;
    og_reader_begin(&reader, &s->y);
    for (int32_t iy = 0; iy < s->y.n_in; iy++, line += (size_t)(n_in * in_c)) {
        og_reader_next(&reader, &s->y, &b->y);
        if (b->y.n == 0 || b->walk.n_k == 0) {
            continue;
        }
        const int8_t *dy = b->dy + b->y.first * b->dy_line;
        const int8_t *w = b->w + b->y.second * b->w_line;
        b->walk.n_j = (size_t)b->y.n;
        b->walk.d_j = b->y.first_step * b->dy_line;
        b->walk.a_j = b->y.second_step * b->w_line;
        for (int32_t ox = 0, ix = offset; ox < s->x.n_out; ox++, ix += stride, dy += s->out_c) {
            int32_t kx = ix < 0 ? -ix : 0;
            int32_t taps = (n_in - ix < kernel ? n_in - ix : kernel) - kx;
            if (taps <= 0) {
                continue;
            }
            size_t first = line + (size_t)((ix + kx) * in_c), n = (size_t)(taps * in_c);
            // What lies before has all its sums.
            while (first + n - e->begin > OG_BLOCK) {
                make_errors(e, first - e->begin < OG_BLOCK ? first - e->begin : OG_BLOCK);
            }
            first -= e->begin;
            og_linear_columns(b->l, &b->walk, dy, b->e_ref, w + kx * in_c, n, e->acc + first);
            e->held = first + n;
        }
    }
}

int32_t og_conv2d_backward_x_s8(const og_linear_t *l, const og_window_t *s, const int8_t *dy,
    int32_t e_dy, const og_error_t *error, og_range_t *range, int8_t *dx) {
    size_t repeats = (size_t)(og_axis_repeats(&s->y) * og_axis_repeats(&s->x));
    size_t n = og_window_inputs(s) * (size_t)s->in_c;
    back_t b;
    back_begin(&b, l, s, dy, repeats);
    errors_t e;
    e.error = error;
    e.e_sum = b.e_ref + e_dy;
    e.dx = dx;
    og_error_begin(&e.t, error, range, e.e_sum);
    do {
        e.begin = 0;
        e.held = 0;
        og_clear_s32(e.acc, OG_BLOCK);
        if (og_window_is_plain(s) && s->x.kernel * s->in_c <= OG_BLOCK) {
            line_errors(&b, &e);
        } else {
            pixel_errors(&b, repeats, &e);
        }
        while (e.begin < n) {
            make_errors(&e, n - e.begin < OG_BLOCK ? n - e.begin : OG_BLOCK);
        }
    } while (og_tensor_again(&e.t));
    return og_error_end(&e.t, range);
}
