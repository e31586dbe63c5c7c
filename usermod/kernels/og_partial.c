// SPDX-License-Identifier: MIT
#include "og_partial.h"
#include "og_fixed.h"

// The sum of the magnitudes of a channel, n >= 1 pixels.
static int32_t score_of(const int8_t *dy, size_t n, size_t channels) {
    int32_t score = 0;
    do {
        score += og_abs(*dy);
        dy += channels;
    } while (--n > 0);
    return score;
}

static void clear(int8_t *dy, size_t n, size_t channels) {
    do {
        *dy = 0;
        dy += channels;
    } while (--n > 0);
}

static size_t count_above(const int32_t *scores, size_t n, int32_t least) {
    size_t count = 0;
    for (size_t c = 0; c < n; c++) {
        count += scores[c] > least;
    }
    return count;
}

// The largest score that is reached by at least k channels, 1 <= k <= n, bit
// by bit: no order of the channels is ever stored.
static int32_t score_of_rank(const int32_t *scores, size_t n, size_t k) {
    int32_t score = 0, all = 0;
    for (size_t c = 0; c < n; c++) {
        all |= scores[c];
    }
    // A score is at most 128 * OG_MAX_LENGTH = 2^22.
    for (int32_t bit = (int32_t)1 << 22; bit > 0; bit >>= 1) {
        if (bit <= all && count_above(scores, n, score + bit - 1) >= k) {
            score += bit;
        }
    }
    return score;
}

size_t og_partial_keep_s8(int8_t *dy, size_t n_pixels, size_t channels, int32_t fraction,
    int32_t *scores) {
    // Both factors are at most 2^15.
    size_t keep = ((size_t)fraction * channels) >> 15;
    keep = keep == 0 ? 1 : keep;
    if (keep == channels) {
        return keep;
    }
    for (size_t c = 0; c < channels; c++) {
        scores[c] = score_of(dy + c, n_pixels, channels);
    }
    int32_t score = score_of_rank(scores, channels, keep);
    size_t equals = keep - count_above(scores, channels, score);
    for (size_t c = 0; c < channels; c++) {
        if (scores[c] > score || (scores[c] == score && equals > 0)) {
            equals -= scores[c] == score;
            continue;
        }
        clear(dy + c, n_pixels, channels);
    }
    return keep;
}
