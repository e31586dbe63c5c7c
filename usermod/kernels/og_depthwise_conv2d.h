// SPDX-License-Identifier: MIT
#ifndef OG_DEPTHWISE_CONV2D_H
#define OG_DEPTHWISE_CONV2D_H

#include "og_dense.h"
#include "og_window.h"

// Depthwise convolution: each channel with its own kernel. Weights are
// (k_h, k_w, channels), so that a tap's weights lie side by side as a pixel's
// channels do, forward, backward and in the update.
//
// l->n_in is k_h * k_w and l->n_out the number of channels; the window's in_c
// and out_c are equal. Otherwise as og_conv2d.h.
//
// Spec: docs/numerics.md, "Depthwise convolution".
// Twin: host_ref/octograd_ref/depthwise_conv2d.py.

int32_t og_depthwise_conv2d_forward_s8(const og_linear_t *l, const og_window_t *s,
    const int8_t *x, int32_t e_x, og_activation_t activation, const og_range_t *range,
    og_range_t *learner, int8_t *y);

int32_t og_depthwise_conv2d_backward_x_s8(const og_linear_t *l, const og_window_t *s,
    const int8_t *dy, int32_t e_dy, const og_error_t *error, og_range_t *range, int8_t *dx);

// scratch (k_h, k_w, channels) s32 holds the gradient of the whole layer.
void og_depthwise_conv2d_update_s8(const og_weights_t *layer, const og_window_t *s,
    const int8_t *dy, const int8_t *x, int32_t e_dy, int32_t e_x, const og_rate_t *rate,
    int32_t *scratch);

// The same gradient, added to a batch's sums (n + n_b,) s32.
void og_depthwise_conv2d_gradient_s8(const og_window_t *s, const int8_t *dy, const int8_t *x,
    int32_t e_dy, int32_t e_x, int32_t *scratch, og_batch_t *batch, int32_t *sums);

#endif // OG_DEPTHWISE_CONV2D_H
