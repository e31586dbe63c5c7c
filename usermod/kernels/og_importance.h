// SPDX-License-Identifier: MIT
#ifndef OG_IMPORTANCE_H
#define OG_IMPORTANCE_H

#include <stddef.h>
#include <stdint.h>

// How much each weight matters for what was learnt: the mean square of its
// gradient over samples, which is the diagonal of the Fisher information.
// Kirkpatrick et al. 2017, "Overcoming catastrophic forgetting in neural
// networks", PNAS 114(13), equation 3.
//
// Spec: docs/numerics.md, "Elastic weight consolidation".
// Twin: host_ref/octograd_ref/importance.py.

// Squares are taken of gradients of at most so many bits.
#define OG_IMPORTANCE_BITS 12

// Of a sum's exponent, to begin with and as it comes back.
#define OG_IMPORTANCE_EXPONENT_MAX 2047

// Adds the squares of one sample's gradients.
//
//   g         in       (n,)  s32  exponent e_g
//   exponent  in             the real value of an item of total is total * 2^(2 exponent)
//   total     in, out  (n,)  u32  below 2^31; brought to the exponent that is returned
//
// Returns the new exponent, which rises where a gradient or a sum would not
// fit. Any bytes in g are safe.
int32_t og_importance_add_s32(const int32_t *g, size_t n, int32_t e_g, int32_t exponent,
    uint32_t *total);

// importance[k] = total[k] >> shift, at most 127. total (n,) u32, shift 0..31,
// importance (n,) s8.
void og_importance_scale_s8(const uint32_t *total, size_t n, int32_t shift, int8_t *importance);

#endif // OG_IMPORTANCE_H
