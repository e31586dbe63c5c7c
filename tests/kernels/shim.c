// SPDX-License-Identifier: MIT
// The kernels' inline functions and walks, and their records' layout, as a library for tests.
#include "og_add.h"
#include "og_conv2d.h"
#include "og_filter.h"
#include "og_loss.h"
#include "og_rng.h"
#include "og_sine.h"
#include "og_summary.h"

void shim_round_shift(size_t n, const int32_t *v, const int32_t *s, int32_t *out);
void shim_scale_q15(size_t n, const int32_t *v, const int32_t *m, int32_t *out);
void shim_sine(size_t n, const uint32_t *phase, int32_t *out);
void shim_cosine(size_t n, const uint32_t *phase, int32_t *out);
void shim_sine_step(size_t n, const uint32_t *i, int32_t *out);
void shim_clamp(size_t n, const int32_t *v, const int32_t *limit, int32_t *out);
void shim_abs(size_t n, const int32_t *v, int32_t *out);
void shim_bit_length(size_t n, const uint32_t *v, int32_t *out);
uint32_t shim_rng_next(uint32_t *state);
bool shim_range_begin(og_range_t *range, int32_t floor);
bool shim_range_widen(og_range_t *range, int32_t t);
void shim_range_learn(og_range_t *range, const og_range_t *used, int32_t t);
void shim_activation_forward(size_t n, const int32_t *v, og_activation_t activation,
    int32_t six, int32_t *out);
void shim_activation_backward(size_t n, const int32_t *d, const int8_t *y,
    og_activation_t activation, int32_t six, int32_t *out);
bool shim_activation_ok(int32_t code);
void shim_axis_source(const og_axis_t *a, int32_t *out);
size_t shim_runs(const og_window_t *s, int32_t *out);
size_t shim_uses(const og_window_t *s, int32_t *out);
size_t shim_source_spans(const og_window_t *s, int32_t *out);
size_t shim_use_spans(const og_window_t *s, int32_t *out);
size_t shim_range_bytes(void);
size_t shim_rate_bytes(void);
size_t shim_batch_bytes(void);
size_t shim_axis_bytes(void);
size_t shim_window_bytes(void);
size_t shim_linear_bytes(void);
size_t shim_error_bytes(void);
size_t shim_weights_bytes(void);
size_t shim_step_bytes(void);
size_t shim_section_bytes(void);
size_t shim_summary_bytes(void);

void shim_round_shift(size_t n, const int32_t *v, const int32_t *s, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_round_shift(v[k], s[k]);
    }
}

void shim_scale_q15(size_t n, const int32_t *v, const int32_t *m, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_scale_q15(v[k], m[k]);
    }
}

void shim_sine(size_t n, const uint32_t *phase, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_sine(phase[k]);
    }
}

void shim_cosine(size_t n, const uint32_t *phase, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_cosine(phase[k]);
    }
}

void shim_sine_step(size_t n, const uint32_t *i, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_sine_step(i[k]);
    }
}

void shim_clamp(size_t n, const int32_t *v, const int32_t *limit, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_clamp(v[k], limit[k]);
    }
}

void shim_abs(size_t n, const int32_t *v, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_abs(v[k]);
    }
}

void shim_bit_length(size_t n, const uint32_t *v, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_bit_length(v[k]);
    }
}

uint32_t shim_rng_next(uint32_t *state) {
    return og_rng_next(state);
}

bool shim_range_begin(og_range_t *range, int32_t floor) {
    og_range_t used;
    bool fresh = og_range_begin(range, floor, &used);
    *range = used;
    return fresh;
}

bool shim_range_widen(og_range_t *range, int32_t t) {
    return og_range_widen(range, t);
}

void shim_range_learn(og_range_t *range, const og_range_t *used, int32_t t) {
    og_range_learn(range, used, t);
}

void shim_activation_forward(size_t n, const int32_t *v, og_activation_t activation,
    int32_t six, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_activation_forward(v[k], activation, six);
    }
}

void shim_activation_backward(size_t n, const int32_t *d, const int8_t *y,
    og_activation_t activation, int32_t six, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_activation_backward(d[k], y[k], activation, six);
    }
}

bool shim_activation_ok(int32_t code) {
    return og_activation_ok(code);
}

void shim_axis_source(const og_axis_t *a, int32_t *out) {
    for (int32_t o = 0; o < a->n_out; o++) {
        for (int32_t k = 0; k < a->kernel; k++) {
            *out++ = og_axis_source(a, o, k);
        }
    }
}

// Writes -1 for every tap of every output pixel.
static void clear(const og_window_t *s, int32_t *out) {
    for (size_t k = 0; k < og_window_outputs(s) * og_window_taps(s); k++) {
        out[k] = -1;
    }
}

// Writes a source, and returns whether there was one.
static size_t note(int32_t *out, size_t source) {
    size_t again = *out != -1;
    *out = (int32_t)source;
    return again;
}

// What each output pixel reads at each tap, by runs, and how many were found more than once.
size_t shim_runs(const og_window_t *s, int32_t *out) {
    size_t again = 0, taps = og_window_taps(s);
    clear(s, out);
    for (int32_t oy = 0; oy < s->y.n_out; oy++) {
        for (int32_t ox = 0; ox < s->x.n_out; ox++, out += taps) {
            og_run_t run;
            og_run_begin(&run, s, oy, ox);
            while (og_run_next(&run, s)) {
                for (size_t k = 0; k < run.n; k++) {
                    again += note(out + run.tap + k, run.pixel + k);
                }
            }
        }
    }
    return again;
}

// The same, by uses.
size_t shim_uses(const og_window_t *s, int32_t *out) {
    size_t again = 0, taps = og_window_taps(s);
    clear(s, out);
    for (int32_t iy = 0; iy < s->y.n_in; iy++) {
        for (int32_t ix = 0; ix < s->x.n_in; ix++) {
            og_use_t use;
            og_use_begin(&use, s, iy, ix);
            while (og_use_next(&use, s, iy, ix)) {
                again += note(out + use.pixel * taps + use.tap, (size_t)(iy * s->x.n_in + ix));
            }
        }
    }
    return again;
}

// Notes all pairs of two spans, of a tap or, without one (-1), of an input.
static size_t note_spans(const og_window_t *s, const og_span_t *y, const og_span_t *x,
    int32_t ky, int32_t kx, int32_t iy, int32_t ix, int32_t *out) {
    size_t again = 0;
    for (int32_t j = 0; j < y->n; j++) {
        for (int32_t k = 0; k < x->n; k++) {
            int32_t oy = y->first + j * y->first_step, ox = x->first + k * x->first_step;
            int32_t v = y->second + j * y->second_step, u = x->second + k * x->second_step;
            int32_t tap = ky < 0 ? v * s->x.kernel + u : ky * s->x.kernel + kx;
            int32_t source = ky < 0 ? iy * s->x.n_in + ix : v * s->x.n_in + u;
            int32_t pixel = oy * s->x.n_out + ox;
            again += note(out + pixel * (int32_t)og_window_taps(s) + tap, (size_t)source);
        }
    }
    return again;
}

// The same, by spans of outputs for each tap.
size_t shim_source_spans(const og_window_t *s, int32_t *out) {
    size_t again = 0;
    clear(s, out);
    for (int32_t k = 0; k < (int32_t)og_window_taps(s); k++) {
        int32_t ky = k / s->x.kernel, kx = k % s->x.kernel;
        for (int32_t r = 0; r < og_axis_phases(&s->y) * og_axis_phases(&s->x); r++) {
            og_span_t y, x;
            og_axis_sources(&s->y, ky, r / og_axis_phases(&s->x), &y);
            og_axis_sources(&s->x, kx, r % og_axis_phases(&s->x), &x);
            again += note_spans(s, &y, &x, ky, kx, 0, 0, out);
        }
    }
    return again;
}

// The same, by spans of outputs and taps for each input.
size_t shim_use_spans(const og_window_t *s, int32_t *out) {
    size_t again = 0;
    clear(s, out);
    og_reader_t y_reader;
    og_reader_begin(&y_reader, &s->y);
    for (int32_t iy = 0; iy < s->y.n_in; iy++, og_reader_skip(&y_reader, &s->y)) {
        og_reader_t x_reader;
        og_reader_begin(&x_reader, &s->x);
        for (int32_t ix = 0; ix < s->x.n_in; ix++, og_reader_skip(&x_reader, &s->x)) {
            og_reader_t y_rest = y_reader;
            for (int32_t ry = 0; ry < og_axis_repeats(&s->y); ry++) {
                og_span_t y, x;
                og_reader_next(&y_rest, &s->y, &y);
                og_reader_t x_rest = x_reader;
                for (int32_t rx = 0; rx < og_axis_repeats(&s->x); rx++) {
                    og_reader_next(&x_rest, &s->x, &x);
                    again += note_spans(s, &y, &x, -1, -1, iy, ix, out);
                }
            }
        }
    }
    return again;
}

size_t shim_range_bytes(void) {
    return sizeof(og_range_t);
}

size_t shim_rate_bytes(void) {
    return sizeof(og_rate_t);
}

size_t shim_batch_bytes(void) {
    return sizeof(og_batch_t);
}

size_t shim_axis_bytes(void) {
    return sizeof(og_axis_t);
}

size_t shim_window_bytes(void) {
    return sizeof(og_window_t);
}

size_t shim_linear_bytes(void) {
    return sizeof(og_linear_t);
}

size_t shim_error_bytes(void) {
    return sizeof(og_error_t);
}

size_t shim_weights_bytes(void) {
    return sizeof(og_weights_t);
}

size_t shim_step_bytes(void) {
    return sizeof(og_step_t);
}

size_t shim_section_bytes(void) {
    return sizeof(og_section_t);
}

size_t shim_summary_bytes(void) {
    return sizeof(og_summary_t);
}
