// SPDX-License-Identifier: MIT
#ifndef OG_WIDE_H
#define OG_WIDE_H

#include <stdint.h>

// What is made of a sum of squares, which 32 bits do not hold. Only additions,
// comparisons and shifts by constants: a Cortex-M0 has no instruction for more,
// and a native module no library.
//
// Spec: docs/numerics.md, "Features of samples". Twin: host_ref/octograd_ref/wide.py.

// floor(v / d), 1 <= d < 2^31.
uint64_t og_divide_u64(uint64_t v, uint32_t d);

// floor(sqrt(v)).
uint32_t og_root_u64(uint64_t v);

// 256 log2(v) to within 0.6, rounded; 0 for v = 0.
int32_t og_log2_u64(uint64_t v);

#endif // OG_WIDE_H
