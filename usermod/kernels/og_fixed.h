// SPDX-License-Identifier: MIT
#ifndef OG_FIXED_H
#define OG_FIXED_H

#include <stdint.h>

// The one place where octograd rounds and saturates.
// A real number is held as q * 2^e with an integer q and an exponent e; there
// are no multipliers, so requantising is one rounding shift.
//
// Spec: docs/numerics.md, "Rounding". Twin: host_ref/octograd_ref/fixed.py.

// Limits v to [-limit, limit].
static inline int32_t og_clamp(int32_t v, int32_t limit) {
    return v > limit ? limit : v < -limit ? -limit : v;
}

// |v|, for |v| < 2^31.
static inline int32_t og_abs(int32_t v) {
    return v < 0 ? -v : v;
}

// floor(v / 2^s + 1/2), for |v| <= 2^30; an s above 30 counts as 30.
// A negative s multiplies by 2^-s and saturates at 2^29.
static inline int32_t og_round_shift(int32_t v, int32_t s) {
    if (s > 0) {
        // |v| + 2^29 < 2^31. Beyond 30 the shift stays at 30.
        s = s > 30 ? 30 : s;
        return (v + ((int32_t)1 << (s - 1))) >> s;
    }
    if (s == 0) {
        return v;
    }
    int32_t k = s < -29 ? 29 : -s;
    return og_clamp(v, ((int32_t)1 << 29) >> k) * ((int32_t)1 << k);
}

// The same, as a call: smaller where the shift is not a constant.
int32_t og_round_by(int32_t v, int32_t s);

// v * m / 2^15 for |v| <= 2^30 and |m| <= 2^15, within 1/2 of the exact value; a product of
// 32 and 16 bits as a Cortex-M0 has it. At most |v| + 1, as |m * (v >> 15)| <= 2^30.
static inline int32_t og_scale_q15(int32_t v, int32_t m) {
    return m * (v >> 15) + og_round_shift(m * (v & 32767), 15);
}

// floor(v / n + 1/2), for |v| <= 2^30 and 1 <= n <= 2^30.
static inline int32_t og_divide_nearest(int32_t v, int32_t n) {
    int32_t quotient = v / n;
    int32_t rest = v - quotient * n;
    if (rest < 0) {
        rest += n;
        quotient--;
    }
    return quotient + (rest >= n - rest);
}

// v less 2^-m of itself, rounded towards zero, so that it always gets there.
static inline int32_t og_decay(int32_t v, int32_t m) {
    int32_t taken = (og_abs(v) + ((int32_t)1 << m) - 1) >> m;
    return v < 0 ? v + taken : v - taken;
}

// Number of bits of v, 0 for 0.
static inline int32_t og_bit_length(uint32_t v) {
    int32_t n = 0;
    for (; v != 0; v >>= 1) {
        n++;
    }
    return n;
}

#endif // OG_FIXED_H
