// SPDX-License-Identifier: MIT
#include <stdalign.h>

#include "bench.h"
#include "og_conv2d.h"
#include "og_depthwise_conv2d.h"

// One kernel after the other, each with a shape of its own, after a first call
// that the ranges learn from: forward to int8 with bias and ReLU, back to an
// error of an activated input, and the step against a gradient of weights with
// residuals. No error is 0.

#define MAX_X 4096
#define MAX_Y 8192
#define MAX_W 16384
#define MAX_ROWS 64
#define MAX_SCRATCH 144

static alignas(4) int8_t x[MAX_X], dx[MAX_X], y[MAX_Y], dy[MAX_Y], w[MAX_W], residual[MAX_W];
static int32_t b[MAX_ROWS], scratch[MAX_SCRATCH];
static int8_t e_w;
static uint32_t rng;
static og_range_t y_range, dx_range;

typedef enum layer_kind_t { DENSE, CONV2D, DEPTHWISE } layer_kind_t;

typedef struct layer_t {
    const char *name;
    layer_kind_t kind;
    og_window_t window; // of the others
    size_t n_in, n_out; // of a row, and rows
    size_t n_x, n_y;
    uint32_t macs;
} layer_t;

// 3x3 or 1x1, same size.
#define SAME(size, kernel) { size, size, kernel, 1, 1, -(kernel) / 2, 1, 0 }
// 3x3, stride 2, same: as octograd.Conv2DTranspose has it.
#define TRANSPOSED(size) { size, 2 * size, 3, 1, -1, 0, 2, 1 }

static const layer_t layers[] = {
    { "dense", DENSE, { .in_c = 0 }, 256, 64, 256, 64, 256 * 64 },
    { "conv3x3", CONV2D, { SAME(16, 3), SAME(16, 3), 8, 16 }, 72, 16, 2048, 4096, 4096 * 72 },
    { "conv1x1", CONV2D, { SAME(16, 1), SAME(16, 1), 16, 32 }, 16, 32, 4096, 8192, 8192 * 16 },
    { "depthwise3x3", DEPTHWISE, { SAME(16, 3), SAME(16, 3), 16, 16 }, 9, 16, 4096, 4096,
      4096 * 9 },
    // Each input pixel meets each weight once.
    { "transposed3x3", CONV2D, { TRANSPOSED(8), TRANSPOSED(8), 16, 8 }, 144, 8, 1024, 2048,
      64 * 144 * 8 },
};

static const int32_t E_X = -7, E_DY = -15;
static const og_rate_t rate = { 1, 6, 0, 0 };

static void prepare(const layer_t *l) {
    bench_fill(x, l->n_x, 1);
    bench_fill(dy, l->n_y, 2);
    bench_fill(w, l->n_in * l->n_out, 3);
    bench_fill(residual, l->n_in * l->n_out, 4);
    for (size_t o = 0; o < l->n_out; o++) {
        b[o] = (int32_t)(1000 * o) - 8000;
    }
    e_w = -7;
    rng = 1;
    y_range = dx_range = (og_range_t) { 0, 0, OG_RANGE_FRESH };
}

static og_linear_t linear_of(const layer_t *l) {
    return (og_linear_t) { w, b, &e_w, 1, l->n_in, l->n_out };
}

static int32_t forward(const layer_t *l) {
    og_linear_t linear = linear_of(l);
    switch (l->kind) {
        case DENSE:
            return og_dense_forward_s8(&linear, x, E_X, OG_RELU, &y_range, &y_range, y);
        case CONV2D:
            return og_conv2d_forward_s8(&linear, &l->window, x, E_X, OG_RELU, &y_range, &y_range, y);
        default:
            return og_depthwise_conv2d_forward_s8(&linear, &l->window, x, E_X, OG_RELU, &y_range,
                &y_range, y);
    }
}

static int32_t backward_x(const layer_t *l) {
    og_linear_t linear = linear_of(l);
    linear.b = NULL;
    og_error_t error = { x, og_round_shift(6, E_X), OG_RELU, NULL, 0 };
    switch (l->kind) {
        case DENSE:
            return og_dense_backward_x_s8(&linear, dy, E_DY, &error, &dx_range, dx);
        case CONV2D:
            return og_conv2d_backward_x_s8(&linear, &l->window, dy, E_DY, &error, &dx_range, dx);
        default:
            return og_depthwise_conv2d_backward_x_s8(&linear, &l->window, dy, E_DY, &error,
                &dx_range, dx);
    }
}

static int32_t update(const layer_t *l) {
    og_weights_t weights = { w, residual, NULL, b, &e_w, &rng, l->n_in * l->n_out, l->n_out };
    switch (l->kind) {
        case DENSE:
            og_dense_update_s8(&weights, dy, x, E_DY, E_X, &rate);
            break;
        case CONV2D:
            og_conv2d_update_s8(&weights, &l->window, dy, x, E_DY, E_X, &rate, scratch);
            break;
        default:
            og_depthwise_conv2d_update_s8(&weights, &l->window, dy, x, E_DY, E_X, &rate, scratch);
    }
    return e_w;
}

static void measure(const layer_t *l, const char *operation, int32_t (*f)(const layer_t *)) {
    prepare(l);
    f(l);
    bench_start();
    int32_t exponent = f(l);
    bench_stop();
    uint32_t sum = bench_checksum(BENCH_CHECKSUM, &exponent, sizeof exponent);
    sum = bench_checksum(sum, y, f == forward ? l->n_y : 0);
    sum = bench_checksum(sum, dx, f == backward_x ? l->n_x : 0);
    sum = bench_checksum(sum, w, l->n_in * l->n_out);
    sum = bench_checksum(sum, residual, l->n_in * l->n_out);
    sum = bench_checksum(sum, b, l->n_out * sizeof b[0]);
    bench_row(l->name, operation, l->macs, sum, bench_segments - 1, bench_segments);
}

void bench_layers(void) {
    for (size_t k = 0; k < sizeof layers / sizeof layers[0]; k++) {
        measure(&layers[k], "forward", forward);
        measure(&layers[k], "backward_x", backward_x);
        measure(&layers[k], "update", update);
    }
}
