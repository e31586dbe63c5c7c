// SPDX-License-Identifier: MIT
#ifndef OG_POOL_H
#define OG_POOL_H

#include "og_tensor.h"
#include "og_window.h"

// Pooling over windows; the window's in_c and out_c are equal, its sign and
// divisors are 1. Image sizes are at most OG_MAX_LENGTH.
//
// Spec: docs/numerics.md, "Pooling". Twin: host_ref/octograd_ref/pool.py.

// The largest value of each window, and the tap where it first stands.
// At most 256 taps, each window reads at least one pixel.
//
//   x      in   (in_h, in_w, c)    s8
//   y      out  (out_h, out_w, c)  s8  x's exponent
//   index  out  (out_h, out_w, c)  u8
void og_max_pool2d_forward_s8(const og_window_t *s, const int8_t *x, int8_t *y, uint8_t *index);

// Windows that do not overlap: dx (in_h, in_w, c) s8 is dy at the winners, else
// 0; same exponent.
void og_max_pool2d_route_s8(const og_window_t *s, const int8_t *dy, const uint8_t *index,
    int8_t *dx);

// Windows that overlap: dx from the sums of what each pixel won. Returns dx's
// exponent.
int32_t og_max_pool2d_backward_x_s8(const og_window_t *s, const int8_t *dy, const uint8_t *index,
    int32_t e_dy, const og_error_t *error, og_range_t *range, int8_t *dx);

// The mean of each window; no padding. Returns y's exponent.
int32_t og_average_pool2d_forward_s8(const og_window_t *s, const int8_t *x, int32_t e_x,
    const og_range_t *range, og_range_t *learner, int8_t *y);

// Returns dx's exponent.
int32_t og_average_pool2d_backward_x_s8(const og_window_t *s, const int8_t *dy, int32_t e_dy,
    const og_error_t *error, og_range_t *range, int8_t *dx);

#endif // OG_POOL_H
