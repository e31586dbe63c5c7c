// SPDX-License-Identifier: MIT
#ifndef OG_WINDOW_H
#define OG_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Which input pixel an output pixel reads at a tap of the kernel: one map for
// convolutions of any stride and padding, transposed ones, ones of an upsampled
// image, and pooling. Images are (height, width, channels).
//
// Spec: docs/numerics.md, "Geometry". Twin: host_ref/octograd_ref/window.py.

// One axis. Output position o reads at tap k the input position
// (o * stride + sign * k + offset) / divisor, if it exists.
typedef struct _og_axis_t {
    int16_t n_in;
    int16_t n_out;
    int16_t kernel;
    int16_t stride;
    int16_t sign;    // 1 or -1
    int16_t offset;
    int16_t divisor;
    int16_t exact;   // 1: only quotients without remainder exist
} og_axis_t;

// Eighteen int16 without padding: the memory of an array('h').
typedef struct _og_window_t {
    og_axis_t y;
    og_axis_t x;
    int16_t in_c;
    int16_t out_c;
} og_window_t;

#define OG_WINDOW_FIELDS 18

static inline size_t og_window_inputs(const og_window_t *s) {
    return (size_t)s->y.n_in * (size_t)s->x.n_in;
}

static inline size_t og_window_outputs(const og_window_t *s) {
    return (size_t)s->y.n_out * (size_t)s->x.n_out;
}

static inline size_t og_window_taps(const og_window_t *s) {
    return (size_t)s->y.kernel * (size_t)s->x.kernel;
}

// Whether the kernel moves over the image as it is, so that taps that lie side by side read what
// lies side by side.
static inline bool og_window_is_plain(const og_window_t *s) {
    return s->y.divisor + s->x.divisor == 2 && s->y.sign + s->x.sign == 2;
}

// The input position, or -1.
static inline int32_t og_axis_source(const og_axis_t *a, int32_t o, int32_t k) {
    int32_t u = o * a->stride + a->sign * k + a->offset;
    if (u < 0) {
        return -1;
    }
    if (a->divisor != 1) {
        int32_t i = u / a->divisor;
        if (a->exact && i * a->divisor != u) {
            return -1;
        }
        u = i;
    }
    return u < a->n_in ? u : -1;
}

// The output position that reads input position i at tap k, or -1. After
// upsampling there are up to `divisor` of them: r = 0 .. divisor - 1.
static inline int32_t og_axis_target(const og_axis_t *a, int32_t i, int32_t k, int32_t r) {
    int32_t v = i * a->divisor + r - a->offset - a->sign * k;
    if (v < 0) {
        return -1;
    }
    if (a->stride != 1) {
        int32_t o = v / a->stride;
        if (o * a->stride != v) {
            return -1;
        }
        v = o;
    }
    return v < a->n_out ? v : -1;
}

// How many r there are.
static inline int32_t og_axis_repeats(const og_axis_t *a) {
    return a->exact ? 1 : a->divisor;
}

// The taps first .. end - 1, outside of which no tap reads input position i.
static inline void og_axis_taps(const og_axis_t *a, int32_t i, int32_t *first, int32_t *end) {
    // o * stride + sign * k lies in low .. high, and o in 0 .. n_out - 1.
    int32_t low = i * a->divisor - a->offset;
    int32_t high = low + og_axis_repeats(a) - 1;
    int32_t span = (a->n_out - 1) * a->stride;
    int32_t k_low = a->sign == 1 ? low - span : -high;
    int32_t k_high = a->sign == 1 ? high : span - low;
    *first = k_low > 0 ? k_low : 0;
    *end = k_high < a->kernel ? k_high + 1 : a->kernel;
}

// Pairs of positions along one axis: first + j * first_step with
// second + j * second_step, for j = 0 .. n - 1.
typedef struct _og_span_t {
    int32_t n;
    int32_t first, second;
    int32_t first_step, second_step;
} og_span_t;

// The output positions that read something at tap k, with what they read. There
// are og_axis_phases() spans of them, r = 0 .., some empty.
int32_t og_axis_phases(const og_axis_t *a);
void og_axis_sources(const og_axis_t *a, int32_t k, int32_t r, og_span_t *span);

// Walks over the input positions of an axis, with the output positions that read
// each and the taps where they do: og_axis_repeats() spans for a position, some empty.
typedef struct _og_reader_t {
    int32_t o, rest; // o * stride + rest, 0 <= rest < stride, is what a tap of 0 wants
} og_reader_t;

void og_reader_begin(og_reader_t *reader, const og_axis_t *a);
void og_reader_next(og_reader_t *reader, const og_axis_t *a, og_span_t *span);

// Goes on to the next position without its spans.
static inline void og_reader_skip(og_reader_t *reader, const og_axis_t *a) {
    reader->rest += a->divisor;
    for (; reader->rest >= a->stride; reader->rest -= a->stride) {
        reader->o++;
    }
}

// Walks over what one output pixel reads, in runs of neighbouring taps whose
// input pixels are neighbours too, so that a run is contiguous in both.
typedef struct _og_run_t {
    size_t pixel;    // first input pixel of this run
    size_t tap;      // first tap
    size_t n;        // number of taps and pixels
    int32_t left;    // of the runs of a window that moves over the image as it is, or -1
    int32_t oy, ox, ky, kx; // else: the output, and where the next run is looked for
} og_run_t;

void og_run_begin(og_run_t *run, const og_window_t *s, int32_t oy, int32_t ox);

// The same in two parts: what the pixels of a line share, and one of them, which the line may be.
void og_run_line(og_run_t *line, const og_window_t *s, int32_t oy);
void og_run_pixel(og_run_t *run, const og_run_t *line, const og_window_t *s, int32_t ox);

bool og_run_search(og_run_t *run, const og_window_t *s);

static inline bool og_run_next(og_run_t *run, const og_window_t *s) {
    if (run->left < 0) {
        return og_run_search(run, s);
    }
    run->pixel += (size_t)s->x.n_in;
    run->tap += (size_t)s->x.kernel;
    return run->left-- > 0;
}

// Walks over the (output pixel, tap) pairs that read one input pixel.
typedef struct _og_use_t {
    int32_t ky, kx, ry, rx; // where the next is looked for
    int32_t ky_end, kx_first, kx_end;
    size_t pixel;           // output pixel
    size_t tap;
} og_use_t;

void og_use_begin(og_use_t *use, const og_window_t *s, int32_t iy, int32_t ix);
bool og_use_next(og_use_t *use, const og_window_t *s, int32_t iy, int32_t ix);

#endif // OG_WINDOW_H
