// SPDX-License-Identifier: MIT
#ifndef OG_CONV2D_H
#define OG_CONV2D_H

#include "og_dense.h"
#include "og_window.h"

// The linear layer over a window: convolutions with any stride and padding,
// in one dimension (an image of height 1), transposed, or of an upsampled
// image, as the window says. Weights are (out_c, k_h, k_w, in_c), so what a run
// of taps reads is contiguous in weights and image alike, forward, backward
// and in the update.
//
// For every function the window's image sizes, k_h * k_w * in_c, and the
// number of rows and taps that read one input pixel are at most OG_MAX_LENGTH;
// l->n_in is k_h * k_w * in_c and l->n_out is out_c. Otherwise as og_dense.h.
//
// Spec: docs/numerics.md, "Linear layers". Twin: host_ref/octograd_ref/linear.py.

// x (in_h, in_w, in_c) s8, y (out_h, out_w, out_c) s8. Returns y's exponent.
int32_t og_conv2d_forward_s8(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    int32_t e_x, og_activation_t activation, const og_range_t *range, og_range_t *learner,
    int8_t *y);

// y (out_h, out_w, out_c) s32. Returns y's exponent.
int32_t og_conv2d_forward_s32(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    int32_t e_x, int32_t *y);

// dy (out_h, out_w, out_c) s8, dx (in_h, in_w, in_c) s8. Returns dx's exponent.
int32_t og_conv2d_backward_x_s8(const og_linear_t *l, const og_window_t *s, const int8_t *dy,
    int32_t e_dy, const og_error_t *error, og_range_t *range, int8_t *dx);

// scratch (k_h * k_w * in_c,) s32 holds the gradient of one row at a time.
void og_conv2d_update_s8(const og_weights_t *layer, const og_window_t *s, const int8_t *dy,
    const int8_t *x, int32_t e_dy, int32_t e_x, const og_rate_t *rate, int32_t *scratch);

// The same gradient, added to a batch's sums (n + n_b,) s32.
void og_conv2d_gradient_s8(const og_window_t *s, const int8_t *dy, const int8_t *x,
    int32_t e_dy, int32_t e_x, int32_t *scratch, og_batch_t *batch, int32_t *sums);

#endif // OG_CONV2D_H
