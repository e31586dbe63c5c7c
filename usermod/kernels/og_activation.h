// SPDX-License-Identifier: MIT
#ifndef OG_ACTIVATION_H
#define OG_ACTIVATION_H

#include <stdint.h>

#include "og_fixed.h"

// What is applied to a layer's sums before they are stored as int8.
//
// Spec: docs/numerics.md, "Activations". Twin: host_ref/octograd_ref/activation.py.
typedef enum _og_activation_t {
    OG_LINEAR = 0,
    OG_RELU = 1,
} og_activation_t;

#define OG_ACTIVATION_LAST OG_RELU

// Requantises one sum: shifts, activates, keeps the largest magnitude before
// saturation in *largest, and saturates.
static inline int8_t og_activation_forward_s8(int32_t acc, int32_t shift,
    og_activation_t activation, int32_t *largest) {
    int32_t v = og_round_shift(acc, shift);
    if (activation == OG_RELU && v < 0) {
        v = 0;
    }
    int32_t magnitude = og_abs(v);
    if (magnitude > *largest) {
        *largest = magnitude;
    }
    return (int8_t)og_clamp(v, 127);
}

// The gradient by the sums from the gradient by the output y that was stored.
static inline int32_t og_activation_backward(int32_t dy, int8_t y, og_activation_t activation) {
    return activation == OG_RELU && y <= 0 ? 0 : dy;
}

#endif // OG_ACTIVATION_H
