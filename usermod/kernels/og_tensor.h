// SPDX-License-Identifier: MIT
#ifndef OG_TENSOR_H
#define OG_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "og_activation.h"
#include "og_range.h"

// Making an int8 tensor of int32 sums, item by item, without keeping the sums:
//
//   og_tensor_begin(&t, range, base, activation);
//   do {
//       ... og_tensor_items(&t, sums, n, 0, y) for all items, a block at a time ...
//   } while (og_tensor_again(&t));
//   exponent = og_tensor_end(&t, range or NULL);
//
// The loop runs twice for the first tensor of a fresh range, else once.
//
// Spec: docs/numerics.md, "Ranges" and "Activations".
// Twin: host_ref/octograd_ref/range.py, requantize.
typedef struct _og_tensor_t {
    og_range_t range; // what the tensor is made with
    bool fresh;
    og_activation_t activation;
    bool rectifies;
    int32_t base;     // exponent of the sums
    int32_t shift;
    int32_t six;
    int32_t largest;  // magnitude before saturation
    bool any;         // of an error: whether a sum is not 0
} og_tensor_t;

// The sums have exponent `base`, and the tensor's is not below it.
void og_tensor_begin(og_tensor_t *t, const og_range_t *range, int32_t base,
    og_activation_t activation);

// n items, from sums at most 2^30 in magnitude whose exponent is `base` + above.
void og_tensor_items(og_tensor_t *t, const int32_t *sums, size_t n, int32_t above, int8_t *y);

// Whether the tensor has to be made once more.
bool og_tensor_again(og_tensor_t *t);

// Lets `learner`, if any, learn from the tensor. Returns the tensor's exponent.
int32_t og_tensor_end(const og_tensor_t *t, og_range_t *learner);

// The error of a tensor, made from the sums of one of its readers. Exponents of
// errors are relative to that of the loss's error, so that they hardly depend
// on how large the error of a sample is.
//
// Spec: docs/numerics.md, "The way back through a graph".
typedef struct _og_error_t {
    const int8_t *y;            // the tensor
    int32_t six;                // 6.0 at its exponent
    og_activation_t activation; // the one that made it; OG_LINEAR while another reader is to report
    const int8_t *pending;      // bytes that another reader has left, or NULL
    int32_t e_pending;
} og_error_t;

// Begins an error that is made from sums at exponent `e_sum`.
void og_error_begin(og_tensor_t *t, const og_error_t *error, const og_range_t *range,
    int32_t e_sum);

// Items k .. k + n - 1 of an error, from sums at exponent `e_sum`, |sum| <= 2^29, which are changed.
void og_error_items(og_tensor_t *t, const og_error_t *error, size_t k, size_t n, int32_t *sums,
    int32_t e_sum, int8_t *dx);

// Lets the range learn, unless all sums are 0. Returns the error's exponent.
int32_t og_error_end(const og_tensor_t *t, og_range_t *range);

#endif // OG_TENSOR_H
