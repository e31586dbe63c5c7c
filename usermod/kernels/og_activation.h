// SPDX-License-Identifier: MIT
#ifndef OG_ACTIVATION_H
#define OG_ACTIVATION_H

#include <stdbool.h>
#include <stdint.h>

#include "og_fixed.h"
#include "og_tables.h"

// What is applied to a layer's sums before they are stored as int8, and how the
// gradient passes it on the way back.
//
// Spec: docs/numerics.md, "Activations". Twin: host_ref/octograd_ref/activation.py.
typedef enum _og_activation_t {
    OG_LINEAR = 0,
    OG_RELU = 1,
    OG_RELU6 = 2,
    OG_SIGMOID = 3,
    OG_TANH = 4,
    OG_LEAKY = 8, // + k, 1 <= k <= 7: slope 2^-k below zero
} og_activation_t;

static inline bool og_activation_ok(int32_t code) {
    return (code >= OG_LINEAR && code <= OG_TANH) || (code > OG_LEAKY && code <= OG_LEAKY + 7);
}

// A table's output has a fixed exponent and needs no range.
#define OG_TABLE_EXPONENT (-7)

static inline bool og_activation_is_table(og_activation_t activation) {
    return activation == OG_SIGMOID || activation == OG_TANH;
}

// Whether the sign of an output decides what passes on the way back.
static inline bool og_activation_rectifies(og_activation_t activation) {
    return activation == OG_RELU || activation == OG_RELU6 || activation > OG_LEAKY;
}

// How far the derivative lowers the exponent of a gradient.
static inline int32_t og_activation_drop(og_activation_t activation) {
    return og_activation_is_table(activation) ? 8 : 0;
}

// v is a sum after the rounding shift; `six` is 6.0 at the tensor's exponent.
static inline int32_t og_activation_forward(int32_t v, og_activation_t activation, int32_t six) {
    switch (activation) {
        case OG_LINEAR:
            return v;
        case OG_RELU:
            return v < 0 ? 0 : v;
        case OG_RELU6:
            return v < 0 ? 0 : v > six ? six : v;
        case OG_SIGMOID:
        case OG_TANH: {
            int32_t i = og_clamp(v, 128);
            i = i > 127 ? 127 : i;
            return (activation == OG_SIGMOID ? og_table_sigmoid : og_table_tanh)[i + 128];
        }
        default:
            return v < 0 ? og_round_shift(v, (int32_t)activation - OG_LEAKY) : v;
    }
}

// The gradient by the sums from the gradient d by the stored output y; after a
// table it is og_activation_drop() finer. |d| <= 2^30, and so is the result.
static inline int32_t og_activation_backward(int32_t d, int32_t y, og_activation_t activation,
    int32_t six) {
    switch (activation) {
        case OG_LINEAR:
            return d;
        case OG_RELU:
            return y > 0 ? d : 0;
        case OG_RELU6:
            return y > 0 && y < six ? d : 0;
        case OG_SIGMOID:
            // The slope is at most 2^9 in magnitude for any byte.
            return og_clamp(d, (int32_t)1 << 21) * ((y * (128 - y) + 32) >> 6);
        case OG_TANH:
            return og_clamp(d, (int32_t)1 << 21) * ((16384 - y * y + 32) >> 6);
        default:
            return y > 0 ? d : og_round_shift(d, (int32_t)activation - OG_LEAKY);
    }
}

#endif // OG_ACTIVATION_H
