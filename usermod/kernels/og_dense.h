// SPDX-License-Identifier: MIT
#ifndef OG_DENSE_H
#define OG_DENSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "og_activation.h"
#include "og_dot.h"
#include "og_range.h"
#include "og_update.h"

// A dense (fully connected) layer, y = activation(W x + b).
//
// Every function below wants 1 <= n_in, n_out <= OG_MAX_LENGTH and exponents
// within OG_EXPONENT_MAX; any bytes at all are safe as values. Buffers are the
// caller's and do not overlap unless said.
//
// Spec: docs/numerics.md, "Dense". Twin: host_ref/octograd_ref/dense.py.

// Magnitude up to which an exponent may be handed to a kernel. Sums of the few
// exponents that a kernel adds stay far from overflow.
#define OG_EXPONENT_MAX 511

// Forward to int8.
//
//   x           in      (n_in,)        s8   exponent e_x
//   w           in      (n_out, n_in)  s8   row-major, exponent e_w
//   b           in      (n_out,)       s32  exponent OG_BIAS_EXPONENT
//   training    in                          whether `range` learns from y
//   range       in/out                      of y; unchanged unless training
//   y           out     (n_out,)       s8   -127..127
//
// Exact up to one rounding: a sum is at most 2^29 + 2^29 in magnitude.
// Costs n_in * n_out multiply-adds, twice for the first tensor of a fresh
// range. Returns the exponent of y.
int32_t og_dense_forward_s8(const int8_t *x, const int8_t *w, const int32_t *b,
    size_t n_in, size_t n_out, int32_t e_x, int32_t e_w, og_activation_t activation,
    bool training, og_range_t *range, int8_t *y);

// Forward to int32, for the last layer: y (n_out,) s32, |y| <= 2^30, no
// activation, no rounding but the bias's. Returns the exponent of y.
int32_t og_dense_forward_s32(const int8_t *x, const int8_t *w, const int32_t *b,
    size_t n_in, size_t n_out, int32_t e_x, int32_t e_w, int32_t *y);

// Gradient by the sums of the layer below:  dx = requantised mask(W^T dy).
//
//   dy          in      (n_out,)       s8   exponent e_dy
//   w           in      (n_out, n_in)  s8   before this step's update
//   x           in      (n_in,)        s8   this layer's input
//   activation  in                          the one that made x
//   range       in/out                      of dx
//   dx          out     (n_in,)        s8   -127..127
//
// A zero in dy costs nothing. Costs n_in * (non-zero dy) multiply-adds, twice
// for the first tensor of a fresh range. Returns the exponent of dx.
int32_t og_dense_backward_x_s8(const int8_t *dy, const int8_t *w, const int8_t *x,
    size_t n_in, size_t n_out, int32_t e_dy, int32_t e_w, og_activation_t activation,
    og_range_t *range, int8_t *dx);

// Gradient by the weights and the step against it, row by row, with no
// gradient buffer:  W -= rate dy x^T,  b -= rate dy.
//
//   dy        in      (n_out,)       s8   exponent e_dy
//   x         in      (n_in,)        s8   exponent e_x
//   rng       in/out  ()             u32  used if residual is NULL
//   w         in/out  (n_out, n_in)  s8
//   residual  in/out  (n_out, n_in)  s8   or NULL for one-byte weights
//   b         in/out  (n_out,)       s32
//   e_w       in/out  ()             s8   grows by one when a weight overflows
//
// A zero in dy costs nothing. Costs n_in * (non-zero dy) multiply-adds.
void og_dense_update_s8(const int8_t *dy, const int8_t *x, size_t n_in, size_t n_out,
    int32_t e_dy, int32_t e_x, og_rate_t rate, uint32_t *rng,
    int8_t *w, int8_t *residual, int32_t *b, int8_t *e_w);

#endif // OG_DENSE_H
