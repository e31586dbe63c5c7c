// SPDX-License-Identifier: MIT
#include "og_rng.h"
#include "og_fixed.h"

uint32_t og_rng_seed(uint32_t seed) {
    uint32_t h = seed + 0x9e3779b9u;
    h = (h ^ (h >> 16)) * 0x85ebca6bu;
    h = (h ^ (h >> 13)) * 0xc2b2ae35u;
    h ^= h >> 16;
    return h == 0 ? 1 : h;
}

uint32_t og_rng_below(uint32_t *state, uint32_t n) {
    // The upper half of the draw, below 2^16, times n <= 2^16: below 2^32.
    return ((og_rng_next(state) >> 16) * n) >> 16;
}

void og_rng_uniform_s8(uint32_t *state, size_t n, int32_t limit, int8_t *w) {
    for (size_t k = 0; k < n; k++) {
        int32_t w16 = (int32_t)og_rng_below(state, (uint32_t)(2 * limit + 1)) - limit;
        // |w16| <= 32512, so the byte is in -127..127.
        w[k] = (int8_t)og_round_shift(w16, 8);
    }
}
