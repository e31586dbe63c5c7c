// SPDX-License-Identifier: MIT
#include <stddef.h>

#include "cases.h"
#include "og_conv2d.h"
#include "og_dense.h"
#include "og_depthwise_conv2d.h"
#include "og_rng.h"

#define MOST 4608 // an image of 21 x 21 x 10 is the largest

static uint32_t state, digest;
static int8_t arena[3][MOST + 8], out[MOST], w[MOST], residual[MOST];
static int32_t acc[MOST / 4], bias[64], scratch[MOST / 4];

static int32_t draw(int32_t low, int32_t high) {
    return low + (int32_t)og_rng_below(&state, (uint32_t)(high - low + 1));
}

static void note(const void *p, size_t n) {
    const uint8_t *bytes = p;
    for (size_t k = 0; k < n; k++) {
        digest = (digest ^ bytes[k]) * 16777619u;
    }
}

// Any bytes, small ones, mostly zeros, or all -128.
static void fill(int8_t *p, size_t n) {
    int32_t kind = draw(0, 4), shift = draw(0, 7);
    for (size_t k = 0; k < n; k++) {
        int32_t v = draw(-128, 127) >> (kind == 1 ? shift : 0);
        p[k] = (int8_t)(kind == 2 && draw(0, 3) > 0 ? 0 : kind == 3 ? -128 : v);
    }
}

static void fill_words(int32_t *p, size_t n) {
    int32_t shift = draw(2, 30);
    for (size_t k = 0; k < n; k++) {
        p[k] = (int32_t)og_rng_next(&state) >> shift;
    }
}

// One of three tensors of n bytes, at any address; the last of them with nothing behind it.
static int8_t *tensor(int32_t i, size_t n) {
    int8_t *p = arena[i] + draw(0, 7);
    if (i == 0 && last_bytes != NULL) {
        p = last_bytes - n;
    }
    fill(p, n);
    return p;
}

static void rows(void) {
    size_t n = (size_t)draw(1, 70), n_rows = (size_t)draw(1, 9), stride = n + (size_t)draw(0, 3);
    int32_t swap = draw(0, 1);
    int8_t *x = tensor(swap, n), *a = tensor(1 - swap, stride * (n_rows - 1) + n);
    fill_words(acc, n_rows);
    og_dot_rows_s8(x, a, stride, n_rows, n, acc, acc);
    note(acc, 4 * n_rows);
}

static void walks(void) {
    size_t n = (size_t)draw(1, 20);
    bool channels = draw(0, 1) == 1;
    og_walk_t walk = {(size_t)draw(1, 5), (size_t)draw(1, 70), 0, draw(1, 5), 0, draw(1, 5)};
    walk.d_j = draw(0, 9);
    walk.a_j = draw(0, 9);
    int32_t j = (int32_t)walk.n_j - 1, k = (int32_t)walk.n_k - 1, swap = draw(0, 1);
    size_t n_d = (size_t)(j * walk.d_j + k * walk.d_k) + (channels ? n : 1);
    size_t n_a = (size_t)(j * walk.a_j + k * walk.a_k) + n;
    int8_t *d = tensor(swap, n_d), *a = tensor(1 - swap, n_a);
    fill_words(acc, n);
    (channels ? og_dot_channels_s8 : og_dot_columns_s8)(&walk, d, a, n, acc);
    note(acc, 4 * n);
}

static void items(void) {
    size_t n = (size_t)draw(0, 70);
    int32_t shift = draw(1, 30), limit = draw(0, 127);
    const int8_t *mask = draw(0, 1) == 1 ? tensor(0, n) : NULL;
    int8_t *y = tensor(1, n);
    fill_words(acc, n);
    size_t done = draw(0, 1) == 1 ? og_rectify_items_s8(acc, n, shift, limit, y) :
        og_round_items_s8(acc, mask, n, shift, limit, y);
    note(&done, 4);
    note(y, n);
}

static void moves(void) {
    size_t n = (size_t)draw(1, 70);
    int32_t which = draw(0, 2);
    int8_t *x = tensor(which, n), *high = tensor((which + 1) % 3, n);
    int8_t *low = tensor((which + 2) % 3, n);
    int32_t shift = draw(0, 30), factor = draw(-1920, 1920);
    fill_words(acc, n);
    for (size_t k = 0; k < n; k++) {
        acc[k] >>= 3;
    }
    bool clamped = draw(0, 1) == 1 ? og_move_products_s8(high, low, x, n, factor, shift) :
        og_move_weights_s8(high, low, acc, n, draw(1, 15), shift);
    note(&clamped, 1);
    note(high, n);
    note(low, n);
}

static void draw_axis(og_axis_t *a, int32_t kind) {
    int32_t n_in = draw(1, 7), kernel = draw(1, 4), step = draw(1, 3);
    int32_t pad = kernel < 3 ? 0 : 1;
    a->n_in = (int16_t)n_in;
    a->kernel = (int16_t)kernel;
    a->stride = (int16_t)(kind == 0 ? step : 1);
    a->divisor = (int16_t)(kind == 0 ? 1 : step);
    a->sign = (int16_t)(kind == 1 ? -1 : 1);
    a->exact = kind == 1;
    a->offset = (int16_t)(kind == 1 ? pad : -pad);
    a->n_out = (int16_t)(kind == 0 ? (n_in + step - 1) / step : n_in * step);
}

// All three operations of a layer.
static void layer(bool depthwise, bool dense) {
    og_window_t s;
    int32_t kind = draw(0, 2);
    draw_axis(&s.y, kind);
    draw_axis(&s.x, kind);
    s.in_c = (int16_t)draw(1, 9);
    s.out_c = depthwise ? s.in_c : (int16_t)draw(1, 10);
    size_t n_in = og_window_inputs(&s) * (size_t)s.in_c, n_out;
    size_t row = og_window_taps(&s) * (size_t)(depthwise ? 1 : s.in_c);
    n_out = og_window_outputs(&s) * (size_t)s.out_c;
    if (dense) {
        row = n_in = (size_t)draw(1, 70);
        n_out = (size_t)s.out_c;
    }
    size_t n_w = row * (size_t)s.out_c;
    int32_t last = draw(0, 2);
    int8_t *x = tensor(last, n_in), *dy = tensor((last + 1) % 3, n_out);
    int8_t e_w = -7;
    fill(w, n_w);
    fill(residual, n_w);
    fill_words(bias, (size_t)s.out_c);
    og_range_t range = {(int16_t)draw(-14, 0), 0, (int16_t)draw(-1, 3)};
    og_activation_t activation = (og_activation_t)draw(OG_LINEAR, OG_RELU6);
    og_linear_t l = {w, bias, &e_w, 1, row, (size_t)s.out_c};
    og_error_t error = {x, 6, activation, NULL, 0};
    int32_t e = dense ? og_dense_forward_s8(&l, x, -7, activation, &range, &range, out) :
        (depthwise ? og_depthwise_conv2d_forward_s8 : og_conv2d_forward_s8)(&l, &s, x, -7,
        activation, &range, &range, out);
    note(&e, 4);
    note(out, n_out);
    e = dense ? og_dense_backward_x_s8(&l, dy, -9, &error, &range, out) :
        (depthwise ? og_depthwise_conv2d_backward_x_s8 : og_conv2d_backward_x_s8)(&l, &s, dy, -9,
        &error, &range, out);
    note(&e, 4);
    note(out, n_in);
    uint32_t rng = 1;
    og_weights_t weights = {w, draw(0, 3) > 0 ? residual : NULL, NULL, bias, &e_w, &rng, n_w,
                            (size_t)s.out_c};
    og_rate_t rate = {(int16_t)draw(1, 15), (int16_t)draw(0, 12), draw(0, 5) == 0, 0};
    if (dense) {
        og_dense_update_s8(&weights, dy, x, -14, -7, &rate);
    } else {
        (depthwise ? og_depthwise_conv2d_update_s8 : og_conv2d_update_s8)(&weights, &s, dy, x, -14,
            -7, &rate, scratch);
    }
    note(w, n_w);
    note(residual, n_w);
    note(bias, 4 * (size_t)s.out_c);
}

uint32_t og_cases(uint32_t seed) {
    state = og_rng_seed(seed);
    digest = 2166136261u;
    rows();
    walks();
    items();
    moves();
    layer(false, false);
    layer(true, false);
    layer(false, true);
    return digest;
}
