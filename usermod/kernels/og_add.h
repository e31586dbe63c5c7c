// SPDX-License-Identifier: MIT
#ifndef OG_ADD_H
#define OG_ADD_H

#include "og_tensor.h"

// Addition of two tensors of n items, and what hands on errors as bytes.
//
// Spec: docs/numerics.md, "Addition". Twin: host_ref/octograd_ref/add.py.

// z = activation(a + b), all (n,) s8. Returns z's exponent.
int32_t og_add_forward_s8(const int8_t *a, const int8_t *b, size_t n, int32_t e_a, int32_t e_b,
    og_activation_t activation, const og_range_t *range, og_range_t *learner, int8_t *z);

// An error that arrived as bytes passes the activation that made y: dx may be
// dy. All (n,) s8, exponents unchanged.
void og_activation_backward_s8(const int8_t *dy, const int8_t *y, size_t n, int32_t e_y,
    og_activation_t activation, int8_t *dx);

// y = x * scale / 256 where kept, else 0: an item is kept if the upper half of
// its draw is below `keep`. The same state gives the same mask, so this is
// forward and backward in one. scale 128..256; y may be x. All (n,) s8.
void og_dropout_s8(const int8_t *x, size_t n, uint32_t keep, int32_t scale, uint32_t *rng,
    int8_t *y);

#endif // OG_ADD_H
