// SPDX-License-Identifier: MIT
#ifndef OG_RNG_H
#define OG_RNG_H

#include <stddef.h>
#include <stdint.h>

// xorshift32 (Marsaglia 2003, "Xorshift RNGs", section 4; triple 13, 17, 5).
// The state is the caller's one uint32, never 0.
//
// Spec: docs/numerics.md, "Random numbers". Twin: host_ref/octograd_ref/rng.py.
static inline uint32_t og_rng_next(uint32_t *state) {
    uint32_t s = *state;
    s ^= s << 13;
    s ^= s >> 17;
    s ^= s << 5;
    *state = s;
    return s;
}

// A state from any seed, neighbouring seeds far apart: the 32-bit finaliser of
// MurmurHash3 (Appleby 2011) on seed + 2^32 / golden ratio.
uint32_t og_rng_seed(uint32_t seed);

// One draw, uniform over 0..n-1, 1 <= n <= 65536.
uint32_t og_rng_below(uint32_t *state, uint32_t n);

// Draws int8 weights, each the upper byte of a 16-bit weight that is uniform
// over -limit..limit:
//
//   state  in/out  ()    u32  the generator
//   n      in                 number of weights
//   limit  in                 1..32512, in 1/256 of a weight's step
//   w      out     (n,)  s8   -127..127
//
// Spec: docs/numerics.md, "Initial weights".
void og_rng_uniform_s8(uint32_t *state, size_t n, int32_t limit, int8_t *w);

#endif // OG_RNG_H
