// SPDX-License-Identifier: MIT
#ifndef OG_DENSE_H
#define OG_DENSE_H

#include <stddef.h>
#include <stdint.h>

#include "og_dot.h"
#include "og_tensor.h"
#include "og_update.h"

// A dense (fully connected) layer, y = activation(W x + b): the linear layer of
// one pixel and one tap, which needs no map and no scratch.
//
// Every function below wants 1 <= n_in, n_out <= OG_MAX_LENGTH and exponents
// within OG_EXPONENT_MAX; any bytes at all are safe as values. Buffers are the
// caller's and do not overlap unless said.
//
// Spec: docs/numerics.md, "Linear layers". Twin: host_ref/octograd_ref/linear.py.

// Magnitude up to which an exponent may be handed to a kernel. Sums of the few
// exponents that a kernel adds stay far from overflow.
#define OG_EXPONENT_MAX 511

// The weights of a layer that is not updated: one exponent for all rows or one
// for each.
typedef struct _og_linear_t {
    const int8_t *w;
    const int32_t *b; // or NULL without biases
    const int8_t *e_w;
    size_t n_e; // 1 or the number of rows
    size_t n_in, n_out;
} og_linear_t;

static inline int32_t og_linear_exponent(const og_linear_t *l, size_t o) {
    return l->e_w[l->n_e == 1 ? 0 : o];
}

// The least exponent of all rows, and the greatest.
void og_linear_exponents(const og_linear_t *l, int32_t *low, int32_t *high);

// The biases of rows first .. first + n - 1, |bias| <= 2^29, as parts of sums whose exponents are
// the rows' plus e_x.
void og_linear_biases(const og_linear_t *l, size_t first, size_t n, int32_t e_x, int32_t *acc);

// Items of rows first .. first + n - 1, from their sums; `low` is the least exponent of all rows.
void og_linear_items(const og_linear_t *l, og_tensor_t *t, size_t first, size_t n, int32_t low,
    const int32_t *acc, int8_t *y);

// acc[c] += sum_jo dy[j * d_j + o] * w[j * a_j + o * n_in + c], c < n, as a walk over pixels or
// taps j and rows o says; with exponents of their own, over all rows. A zero in dy costs next to
// nothing.
void og_linear_columns(const og_linear_t *l, const og_walk_t *walk, const int8_t *dy,
    int32_t e_ref, const int8_t *w, size_t n, int32_t *acc);

// Whether the first row has an error that is not 0 at any of n >= 1 pixels.
bool og_linear_any(const int8_t *dy, size_t n, size_t rows);

// How many of the rows there are from `first` on beside which all errors of n pixels are 0.
size_t og_linear_rows(const int8_t *dy, size_t n, size_t rows, size_t *first);

// What stands for dy in the sums that go back, where rows have exponents of
// their own: dy shifted right by e_ref - e_w[o], at most 2^7 times as large.
// `readings` is the number of rows times of taps that meet in one sum.
int32_t og_linear_reference(const og_linear_t *l, size_t readings);

// Forward to int8.
//
//   x           in      (n_in,)        s8   exponent e_x
//   w           in      (n_out, n_in)  s8   row-major, exponent e_w
//   b           in      (n_out,)       s32  exponent OG_BIAS_EXPONENT
//   range       in                          of y; without effect for table activations
//   learner     in/out                      what learns from y, or NULL
//   y           out     (n_out,)       s8   -127..127
//
// Exact up to one rounding: a sum is at most 2^29 + 2^29 in magnitude.
// Costs n_in * n_out multiply-adds, twice for the first tensor of a fresh
// range. Returns the exponent of y.
int32_t og_dense_forward_s8(const og_linear_t *l, const int8_t *x, int32_t e_x,
    og_activation_t activation, const og_range_t *range, og_range_t *learner, int8_t *y);

// Forward to int32, for the last layer: y (n_out,) s32, |y| <= 2^30, no
// activation, no rounding but the bias's. Returns the exponent of y.
int32_t og_dense_forward_s32(const og_linear_t *l, const int8_t *x, int32_t e_x, int32_t *y);

// Gradient by the sums of the layer below:  dx = requantised mask(W^T dy).
//
//   dy     in      (n_out,)       s8   exponent e_dy
//   w      in      (n_out, n_in)  s8   before this step's update
//   error  in                          what dx is the error of, see og_tensor.h
//   range  in/out                      of dx
//   dx     out     (n_in,)        s8   -127..127
//
// A zero in dy costs nothing. Costs n_in * (non-zero dy) multiply-adds, twice
// for the first tensor of a fresh range. Returns the exponent of dx.
int32_t og_dense_backward_x_s8(const og_linear_t *l, const int8_t *dy, int32_t e_dy,
    const og_error_t *error, og_range_t *range, int8_t *dx);

// Gradient by the weights and the step against it, row by row, with no
// gradient buffer:  W -= rate dy x^T,  b -= rate dy.
//
//   dy     in      (n_out,)  s8   exponent e_dy
//   x      in      (n_in,)   s8   exponent e_x
//   layer  in/out                 n = n_out * n_in weights, n_b = n_out biases
//
// A zero in dy costs nothing, unless there is momentum. Costs n_in *
// (non-zero dy) multiply-adds.
void og_dense_update_s8(const og_weights_t *layer, const int8_t *dy, const int8_t *x,
    int32_t e_dy, int32_t e_x, const og_rate_t *rate);

// The same gradient, added to a batch's sums (n + n_b,) s32.
void og_dense_gradient_s8(const int8_t *dy, const int8_t *x, size_t n_in, size_t n_out,
    int32_t e_dy, int32_t e_x, og_batch_t *batch, int32_t *sums);

#endif // OG_DENSE_H
