// SPDX-License-Identifier: MIT
// The kernels' inline functions, and their records' layout, as a library for tests.
#include "og_dense.h"
#include "og_loss.h"
#include "og_rng.h"

void shim_round_shift(const int32_t *v, const int32_t *s, size_t n, int32_t *out);
void shim_clamp(const int32_t *v, const int32_t *limit, size_t n, int32_t *out);
void shim_abs(const int32_t *v, size_t n, int32_t *out);
void shim_bit_length(const uint32_t *v, size_t n, int32_t *out);
uint32_t shim_rng_next(uint32_t *state);
bool shim_range_begin(og_range_t *range, int32_t floor);
bool shim_range_widen(og_range_t *range, int32_t t);
void shim_range_learn(og_range_t *range, const og_range_t *used, int32_t t);
int32_t shim_update_bias(int32_t b, int32_t g, int32_t shift);
int32_t shim_activation_forward_s8(const int32_t *acc, size_t n, int32_t shift,
    int32_t activation, int8_t *y);
void shim_activation_backward(const int32_t *dy, const int8_t *y, size_t n, int32_t activation,
    int32_t *dx);
int32_t shim_dot_s8(const int8_t *a, const int8_t *b, size_t n);
size_t shim_range_bytes(void);
size_t shim_rate_bytes(void);

void shim_round_shift(const int32_t *v, const int32_t *s, size_t n, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_round_shift(v[k], s[k]);
    }
}

void shim_clamp(const int32_t *v, const int32_t *limit, size_t n, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_clamp(v[k], limit[k]);
    }
}

void shim_abs(const int32_t *v, size_t n, int32_t *out) {
    for (size_t k = 0; k < n; k++) {
        out[k] = og_abs(v[k]);
    }
}

void shim_bit_length(const uint32_t *v, size_t n, int32_t *out) {
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

int32_t shim_update_bias(int32_t b, int32_t g, int32_t shift) {
    return og_update_bias(b, g, shift);
}

int32_t shim_activation_forward_s8(const int32_t *acc, size_t n, int32_t shift,
    int32_t activation, int8_t *y) {
    int32_t largest = 0;
    for (size_t k = 0; k < n; k++) {
        y[k] = og_activation_forward_s8(acc[k], shift, (og_activation_t)activation, &largest);
    }
    return largest;
}

void shim_activation_backward(const int32_t *dy, const int8_t *y, size_t n, int32_t activation,
    int32_t *dx) {
    for (size_t k = 0; k < n; k++) {
        dx[k] = og_activation_backward(dy[k], y[k], (og_activation_t)activation);
    }
}

int32_t shim_dot_s8(const int8_t *a, const int8_t *b, size_t n) {
    return og_dot_s8(a, b, n);
}

size_t shim_range_bytes(void) {
    return sizeof(og_range_t);
}

size_t shim_rate_bytes(void) {
    return sizeof(og_rate_t);
}
