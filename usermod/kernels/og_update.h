// SPDX-License-Identifier: MIT
#ifndef OG_UPDATE_H
#define OG_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "og_fixed.h"

// Stochastic gradient descent on 16-bit weights that are held as two int8:
// 256 * w + residual, at most OG_WEIGHT_MAX in magnitude, where w is the byte
// that every other kernel reads, and only the update touches the residual.
// Without a residual (NULL) it is drawn at random instead, which is stochastic
// rounding of one-byte weights.
//
// Spec: docs/numerics.md, "Update". Twin: host_ref/octograd_ref/update.py.

#define OG_BIAS_EXPONENT (-16)
#define OG_BIAS_MAX ((int32_t)1 << 29)
#define OG_WEIGHT_EXPONENT_MAX 127

// The largest 16-bit weight whose upper byte, rounded, is at most 127.
#define OG_WEIGHT_MAX (127 * 256 + 127)

// The learning rate factor * 2^-shift, and whether each row's gradient is
// divided by about its mean magnitude first (for fine-tuning).
// Three int16: the memory of array('h', [factor, shift, normalize]).
typedef struct _og_rate_t {
    int16_t factor;    // 1..15
    int16_t shift;     // 0..30
    int16_t normalize; // 0 or 1
} og_rate_t;

// The shifts that turn one row's gradient sums into steps.
typedef struct _og_step_t {
    int32_t weight; // right shift of a weight's gradient
    int32_t bias;   // right shift of the bias's gradient
} og_step_t;

// How far to shift a row whose gradients by the weights sum up to `sum_abs` in
// magnitude over `n` weights (read only when rate.normalize is set, n >= 1).
og_step_t og_update_step(og_rate_t rate, int32_t e_dy, int32_t e_x, int32_t e_w,
    uint32_t sum_abs, uint32_t n);

// Moves part of a row of weights against its gradient.
//
//   g         in      (n,)  s32  factor * gradient, |g| <= 2^30
//   shift     in                 og_step_t.weight
//   rng       in/out  ()    u32  one draw for every four weights, if no residual
//   w         in/out  (n,)  s8
//   residual  in/out  (n,)  s8   or NULL
//
// Returns whether a weight left its range and was clamped.
bool og_update_weights_s8(const int32_t *g, size_t n, int32_t shift, uint32_t *rng,
    int8_t *w, int8_t *residual);

// A bias after one step: g is factor * gradient, |g| <= 2^30.
static inline int32_t og_update_bias(int32_t b, int32_t g, int32_t shift) {
    // |b| <= 2^29 and |step| <= 2^30 after clamping.
    return og_clamp(og_clamp(b, OG_BIAS_MAX) - og_round_shift(g, shift), OG_BIAS_MAX);
}

// Halves all n weights of a layer and raises its exponent by one, after a
// weight left its range. At OG_WEIGHT_EXPONENT_MAX nothing is done.
void og_update_halve_s8(size_t n, uint32_t *rng, int8_t *w, int8_t *residual, int8_t *e_w);

#endif // OG_UPDATE_H
