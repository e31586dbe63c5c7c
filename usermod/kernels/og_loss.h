// SPDX-License-Identifier: MIT
#ifndef OG_LOSS_H
#define OG_LOSS_H

#include <stddef.h>
#include <stdint.h>

// From the last layer's int32 sums to the int8 error that goes back.
// A loss works in place: y (n,) s32 holds the sums at exponent e_y before, and
// the error in Q15 (the gradient by y, times 32768) after. It returns the
// loss in units of 2^-10, for people to read; no weight depends on it.
//
// Every function wants 1 <= n <= OG_MAX_LENGTH; any values are safe.
//
// Spec: docs/numerics.md, "Losses". Twin: host_ref/octograd_ref/loss.py.

// Probabilities in Q15, 0..32768. One division for each class.
void og_softmax_s32(size_t n, int32_t e_y, int32_t *y);

// Softmax and cross-entropy against class `label` < n; the loss is in nats.
int32_t og_softmax_cross_entropy_s32(size_t n, size_t label, int32_t e_y, int32_t *y);

// Half the sum of squared differences to target (n,) s8, exponent -7.
int32_t og_mean_squared_error_s32(const int8_t *target, size_t n, int32_t e_y, int32_t *y);

// Sigmoid and binary cross-entropy of each y on its own, against target (n,)
// s8, exponent -7; the loss is in nats.
int32_t og_binary_cross_entropy_s32(const int8_t *target, size_t n, int32_t e_y, int32_t *y);

// Huber's loss: squared up to a difference of delta (Q15, 1..2^29), linear beyond.
int32_t og_huber_s32(const int8_t *target, size_t n, int32_t delta, int32_t e_y, int32_t *y);

// The largest magnitude of an error in Q15, at most 32768.
int32_t og_error_largest_s32(const int32_t *error, size_t n);

// The error as int8: dy (n,) s8, as fine as its largest entry allows. Returns
// its exponent.
int32_t og_error_quantize_s8(const int32_t *error, size_t n, int8_t *dy);

// Index of the largest y, the lowest of equals.
size_t og_argmax_s32(const int32_t *y, size_t n);

#endif // OG_LOSS_H
