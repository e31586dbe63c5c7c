// SPDX-License-Identifier: MIT
#ifndef OG_UPDATE_H
#define OG_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "og_dot.h"
#include "og_fixed.h"

// Gradient descent on 16-bit weights that are held as two int8:
// 256 * w + residual, at most OG_WEIGHT_MAX in magnitude, where w is the byte
// that every other kernel reads, and only the update touches the residual.
// Without a residual (NULL) it is drawn at random instead, which is stochastic
// rounding of one-byte weights.
//
// Spec: docs/numerics.md, "Update" and what follows it.
// Twin: host_ref/octograd_ref/update.py.

#define OG_BIAS_EXPONENT (-16)
#define OG_BIAS_MAX ((int32_t)1 << 29)
#define OG_WEIGHT_EXPONENT_MAX 127

// One-byte weights of which this share is clamped stay in their range: a wider
// one has coarser steps, and so more noise.
#define OG_STOPPED_SHIFT 8

// Gradients are limited to this before they are multiplied by the rate's factor.
#define OG_GRADIENT_MAX ((int32_t)1 << 26)

// How a layer is to move. Four int16: the memory of
// array('h', [factor, shift, normalize, momentum]).
typedef struct _og_rate_t {
    int16_t factor;    // 1..15: the learning rate is factor * 2^-shift
    int16_t shift;     // 0..30
    int16_t normalize; // 1: divide each row's gradient by about its mean magnitude
    int16_t momentum;  // m: momentum 1 - 2^-m, 1..7, or 0 for none
} og_rate_t;

#define OG_RATE_FIELDS 4

// What a layer's update changes; the caller's memory.
typedef struct _og_weights_t {
    int8_t *w;         // (n,)
    int8_t *residual;  // (n,) or NULL for one-byte weights
    int16_t *velocity; // (n + n_b,), weights before biases, or NULL without momentum
    int32_t *b;        // (n_b,) or NULL without biases
    int8_t *e_w;       // one item
    uint32_t *rng;     // the model's generator, used if residual is NULL
    size_t n, n_b;
} og_weights_t;

// Shifts that make steps of a row's gradients.
typedef struct _og_step_t {
    int32_t weight;
    int32_t bias;
} og_step_t;

// e_gw and e_gb are the exponents of the gradients by weights and biases. With
// rate->normalize, the row's gradients sum up to `sum_abs` in magnitude over
// `n` >= 1 weights.
void og_update_step(const og_rate_t *rate, int32_t e_gw, int32_t e_gb, int32_t e_w,
    uint32_t sum_abs, uint32_t n, og_step_t *step);

// Moves weights k .. k + n - 1, of a row that began a multiple of 4 before,
// against their gradients g (n,) s32, |g| <= OG_GRADIENT_MAX. Returns how many
// one-byte weights were clamped, or of 16-bit ones whether any was.
size_t og_update_weights(const og_weights_t *layer, size_t k, const int32_t *g, size_t n,
    const og_rate_t *rate, int32_t shift);

// The same against products, g[i] = d * x[i].
size_t og_update_products(const og_weights_t *layer, size_t k, int32_t d, const int8_t *x, size_t n,
    const og_rate_t *rate, int32_t shift);

// Limits gradients to OG_GRADIENT_MAX, which sums of up to so many products are within.
#define OG_GRADIENT_PRODUCTS 4096
void og_update_limit(int32_t *g, size_t n);

// Moves a whole row of weights, k .. k + n - 1; writes the shifts it used.
size_t og_update_row(const og_weights_t *layer, size_t k, const int32_t *g, size_t n,
    const og_rate_t *rate, int32_t e_gw, int32_t e_gb, og_step_t *step);

// Moves bias o against its gradient, |g| <= 2^26 after limiting.
void og_update_bias(const og_weights_t *layer, size_t o, int32_t g, const og_rate_t *rate,
    int32_t shift);

// Halves all weights of a layer and raises its exponent by one. At
// OG_WEIGHT_EXPONENT_MAX nothing is done.
void og_update_halve(const og_weights_t *layer);

// Halves a layer's weights if too many were clamped in one update: any weight
// of 16 bits, or more than a share of 2^-OG_STOPPED_SHIFT of one-byte weights.
void og_update_make_room(const og_weights_t *layer, size_t clamped);

// Weight decay: takes 2^-8 of itself from each weight.
void og_update_decay(const og_weights_t *layer);

// Consolidation: takes from each weight a share of its way from where it was,
// rate->factor * 2^-rate->shift if its importance were 128. Other fields of
// the rate have no effect. importance and anchor are (n,) s8; the anchors'
// exponent is e_anchor. Any bytes are safe.
//
// Spec: docs/numerics.md, "Elastic weight consolidation".
void og_update_pull(const og_weights_t *layer, const og_rate_t *rate, const int8_t *importance,
    const int8_t *anchor, int32_t e_anchor);

// Gradients summed over a batch, at exponents of their own.
typedef struct _og_batch_t {
    int16_t e_gw;
    int16_t e_gb;
    int16_t begun; // 0: the next sample begins the sums
} og_batch_t;

#define OG_BATCH_FIELDS 3

// Begins a batch with a first sample's exponents, unless it has begun.
// sums is (n,) s32 and cleared.
void og_batch_begin(og_batch_t *batch, int32_t e_gw, int32_t e_gb, int32_t *sums, size_t n);

// sums[k] += g[k] at the sums' exponent; `shift` is theirs minus g's.
void og_batch_add(int32_t *sums, const int32_t *g, size_t n, int32_t shift);

// Moves a layer against the sums of a batch, which are limited: (n,) by the weights in rows of
// `row` items, then (n_b,) by the biases, and ends the batch. With one row for
// all, each bias is its own; else row o has bias o.
void og_batch_apply(const og_weights_t *layer, int32_t *sums, og_batch_t *batch,
    size_t row, const og_rate_t *rate);

#endif // OG_UPDATE_H
