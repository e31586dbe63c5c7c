// SPDX-License-Identifier: MIT
#include "og_importance.h"
#include "og_fixed.h"
#include "og_update.h"

// Makes room in all sums, for an exponent that is `rise` >= 1 higher.
static void lower(uint32_t *total, size_t n, int32_t rise) {
    for (size_t k = 0; k < n; k++) {
        total[k] = rise < 16 ? total[k] >> (2 * rise) : 0;
    }
}

int32_t og_importance_add_s32(const int32_t *g, size_t n, int32_t e_g, int32_t exponent,
    uint32_t *total) {
    uint32_t bits = 0;
    for (size_t k = 0; k < n; k++) {
        bits |= (uint32_t)og_abs(og_clamp(g[k], OG_GRADIENT_MAX));
    }
    int32_t needed = e_g + og_bit_length(bits) - OG_IMPORTANCE_BITS;
    if (bits != 0 && needed > exponent) {
        lower(total, n, needed - exponent);
        exponent = needed;
    }
    bits = 0;
    for (size_t k = 0; k < n; k++) {
        // At most 2^OG_IMPORTANCE_BITS in magnitude, by the choice of the exponent.
        int32_t v = og_round_shift(og_clamp(g[k], OG_GRADIENT_MAX), exponent - e_g);
        // Below 2^31 + 2^24, whatever was there.
        total[k] = (total[k] & 0x7fffffffu) + (uint32_t)(v * v);
        bits |= total[k];
    }
    if (bits >= 0x80000000u) {
        lower(total, n, 1);
        exponent++;
    }
    return exponent;
}

void og_importance_scale_s8(const uint32_t *total, size_t n, int32_t shift, int8_t *importance) {
    for (size_t k = 0; k < n; k++) {
        uint32_t v = total[k] >> shift;
        importance[k] = (int8_t)(v > 127 ? 127 : v);
    }
}
