// SPDX-License-Identifier: MIT
#include "og_mel.h"
#include "og_sine.h"
#include "og_wide.h"

// power * weight / 2^15, truncated, for a weight of 15 bits.
static uint32_t share(uint32_t power, int16_t weight) {
    uint32_t w = (uint32_t)weight & 32767;
    // At most 2^17 * 2^15; below 2^15 * 2^15.
    return (power >> 15) * w + ((power & 32767) * w >> 15);
}

// 256 log2(sum * 4^e), at least 0.
static int16_t loudness(uint64_t sum, int32_t e) {
    int32_t v = sum == 0 ? 0 : og_log2_u64(sum) + 512 * e;
    return (int16_t)(v > 0 ? og_clamp(v, 32767) : 0);
}

void og_mel_energy_s16(const uint32_t *power, int32_t e, const int16_t *edges, size_t n_bands,
    const int16_t *weights, int16_t *out) {
    uint64_t risen = 0; // of the band that falls now
    for (size_t b = 0; b <= n_bands; b++) {
        uint64_t rising = 0, falling = 0; // at most 2^10 * 2^32
        for (int32_t k = edges[b]; k < edges[b + 1]; k++) {
            uint32_t part = share(power[k], weights[k]);
            rising += part;
            falling += power[k] - part;
        }
        if (b > 0) {
            out[b - 1] = loudness(risen + falling, e);
        }
        risen = rising;
    }
}

void og_cosine_transform_s16(const int16_t *x, size_t n_in, int16_t *y, size_t n_out) {
    uint32_t period = 4 * (uint32_t)n_in;
    uint32_t step = ((uint32_t)1 << 31) / period * 2;
    for (uint32_t j = 0; j < n_out; j++) {
        int32_t sum = 0; // at most 2^7 * 2^23, in units of 2^-8
        uint32_t k = j;
        for (size_t m = 0; m < n_in; m++) {
            sum += og_round_shift(x[m] * og_cosine(k * step), 7);
            k += 2 * j;
            k -= k >= period ? period : 0;
        }
        y[j] = (int16_t)og_clamp(og_round_shift(og_divide_nearest(sum, (int32_t)n_in), 7), 32767);
    }
}
