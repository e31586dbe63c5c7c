// SPDX-License-Identifier: MIT
#include "og_pool.h"
#include "og_dot.h"

// A mean is a sum times 2^22 / n, at an exponent 22 less.
#define RECIPROCAL_BITS 22

void og_max_pool2d_forward_s8(const og_window_t *s, const int8_t *x, int8_t *y, uint8_t *index) {
    size_t channels = (size_t)s->in_c;
    size_t k = 0;
    for (int32_t oy = 0; oy < s->y.n_out; oy++) {
        for (int32_t ox = 0; ox < s->x.n_out; ox++) {
            for (size_t c = 0; c < channels; c++, k++) {
                int32_t best = -129; // below any byte
                index[k] = 0;
                og_run_t run;
                og_run_begin(&run, s, oy, ox);
                while (og_run_next(&run, s)) {
                    for (size_t i = 0; i < run.n; i++) {
                        int32_t v = x[(run.pixel + i) * channels + c];
                        if (v > best) {
                            best = v;
                            index[k] = (uint8_t)(run.tap + i);
                        }
                    }
                }
                y[k] = (int8_t)(best < -128 ? -128 : best);
            }
        }
    }
}

void og_max_pool2d_route_s8(const og_window_t *s, const int8_t *dy, const uint8_t *index,
    int8_t *dx) {
    size_t channels = (size_t)s->in_c;
    for (size_t i = 0; i < og_window_inputs(s) * channels; i++) {
        dx[i] = 0;
    }
    size_t k = 0;
    for (int32_t oy = 0; oy < s->y.n_out; oy++) {
        for (int32_t ox = 0; ox < s->x.n_out; ox++) {
            for (size_t c = 0; c < channels; c++, k++) {
                int32_t ky = index[k] / s->x.kernel;
                int32_t iy = og_axis_source(&s->y, oy, ky);
                int32_t ix = og_axis_source(&s->x, ox, index[k] % s->x.kernel);
                // Any byte is safe as an index.
                if (ky < s->y.kernel && iy >= 0 && ix >= 0) {
                    dx[(size_t)(iy * s->x.n_in + ix) * channels + c] = dy[k];
                }
            }
        }
    }
}

// Adds what channels first .. first + n - 1 of an input pixel have won.
static void add_won(const og_window_t *s, const int8_t *dy, const uint8_t *index,
    int32_t iy, int32_t ix, size_t first, size_t n, int32_t *acc) {
    og_use_t use;
    og_use_begin(&use, s, iy, ix);
    while (og_use_next(&use, s, iy, ix)) {
        size_t k = use.pixel * (size_t)s->in_c + first;
        for (size_t c = 0; c < n; c++) {
            acc[c] += index[k + c] == use.tap ? dy[k + c] : 0;
        }
    }
}

// Adds the errors of all windows that hold a pixel.
static void add_shared(const og_window_t *s, const int8_t *dy, int32_t iy, int32_t ix,
    size_t first, size_t n, int32_t *acc) {
    og_use_t use;
    og_use_begin(&use, s, iy, ix);
    while (og_use_next(&use, s, iy, ix)) {
        og_add_scaled_s8(dy + use.pixel * (size_t)s->in_c + first, 1, n, acc);
    }
}

int32_t og_max_pool2d_backward_x_s8(const og_window_t *s, const int8_t *dy, const uint8_t *index,
    int32_t e_dy, const og_error_t *error, og_range_t *range, int8_t *dx) {
    size_t channels = (size_t)s->in_c;
    og_tensor_t t;
    og_error_begin(&t, error, range, e_dy);
    do {
        size_t k = 0;
        for (int32_t iy = 0; iy < s->y.n_in; iy++) {
            for (int32_t ix = 0; ix < s->x.n_in; ix++) {
                for (size_t first = 0; first < channels; first += OG_BLOCK) {
                    size_t n = channels - first < OG_BLOCK ? channels - first : OG_BLOCK;
                    int32_t acc[OG_BLOCK];
                    og_clear_s32(acc, n);
                    add_won(s, dy, index, iy, ix, first, n, acc);
                    og_error_items(&t, error, k, n, acc, e_dy, dx + k);
                    k += n;
                }
            }
        }
    } while (og_tensor_again(&t));
    return og_error_end(&t, range);
}

// 2^22 / n, to the nearest.
static int32_t reciprocal(const og_window_t *s) {
    uint32_t n = (uint32_t)og_window_taps(s);
    return (int32_t)((((uint32_t)2 << RECIPROCAL_BITS) / n + 1) >> 1);
}

int32_t og_average_pool2d_forward_s8(const og_window_t *s, const int8_t *x, int32_t e_x,
    const og_range_t *range, og_range_t *learner, int8_t *y) {
    size_t channels = (size_t)s->in_c;
    int32_t factor = reciprocal(s);
    int32_t e_acc = e_x - RECIPROCAL_BITS;
    og_tensor_t t;
    og_tensor_begin(&t, range, e_acc, OG_LINEAR);
    do {
        size_t k = 0;
        for (int32_t oy = 0; oy < s->y.n_out; oy++) {
            for (int32_t ox = 0; ox < s->x.n_out; ox++) {
                for (size_t c = 0; c < channels; c++, k++) {
                    int32_t sum = 0;
                    og_run_t run;
                    og_run_begin(&run, s, oy, ox);
                    while (og_run_next(&run, s)) {
                        for (size_t i = 0; i < run.n; i++) {
                            sum += x[(run.pixel + i) * channels + c];
                        }
                    }
                    // |sum| <= 128 n and factor <= 2^22 / n + 1/2: below 2^30.
                    sum *= factor;
                    og_tensor_items(&t, &sum, 1, 0, y + k);
                }
            }
        }
    } while (og_tensor_again(&t));
    return og_tensor_end(&t, learner);
}

int32_t og_average_pool2d_backward_x_s8(const og_window_t *s, const int8_t *dy, int32_t e_dy,
    const og_error_t *error, og_range_t *range, int8_t *dx) {
    int32_t factor = reciprocal(s);
    int32_t e_sum = e_dy - RECIPROCAL_BITS;
    size_t channels = (size_t)s->in_c;
    og_tensor_t t;
    og_error_begin(&t, error, range, e_sum);
    do {
        size_t k = 0;
        for (int32_t iy = 0; iy < s->y.n_in; iy++) {
            for (int32_t ix = 0; ix < s->x.n_in; ix++) {
                for (size_t first = 0; first < channels; first += OG_BLOCK) {
                    size_t n = channels - first < OG_BLOCK ? channels - first : OG_BLOCK;
                    int32_t acc[OG_BLOCK];
                    og_clear_s32(acc, n);
                    add_shared(s, dy, iy, ix, first, n, acc);
                    for (size_t c = 0; c < n; c++) {
                        // A pixel is in at most n windows, so the bound of the forward pass holds.
                        acc[c] = og_clamp(acc[c] * factor, (int32_t)1 << 29);
                    }
                    og_error_items(&t, error, k, n, acc, e_sum, dx + k);
                    k += n;
                }
            }
        }
    } while (og_tensor_again(&t));
    return og_error_end(&t, range);
}
