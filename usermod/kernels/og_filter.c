// SPDX-License-Identifier: MIT
#include "og_filter.h"
#include "og_fixed.h"

// Below a count there are so many bits, which the states keep.
#define FRACTION 9

// Of a state, 32 times full scale: with a cut-off up to 0.4 of the rate nothing in a Butterworth
// filter grows beyond 18 times. Of what passes between sections, half of that.
#define STATE_MAX ((int32_t)1 << 29)
#define SIGNAL_MAX ((int32_t)1 << 28)

static int32_t state_clamp(int32_t v) {
    return og_clamp(v, STATE_MAX);
}

// v * mantissa / 2^(15 + shift) for |v| <= 2^29 and 0 <= mantissa < 2^15. What is
// shifted is at most 2^29 + 2^15, and so is the result.
static int32_t scale(int32_t v, int16_t mantissa, int16_t shift) {
    return og_round_shift(og_scale_q15(v, mantissa), shift);
}

static int32_t apply(const og_section_t *s, int32_t u, int32_t *state) {
    int32_t s1 = state_clamp(state[0]), s2 = state_clamp(state[1]);
    // |u| + |scale| + |s2| <= 2^28 + 2^29 + 2^15 + 2^29
    int32_t high = state_clamp(u - scale(s1, s->r, s->r_shift) - s2);
    high = state_clamp(scale(high, s->a, s->a_shift));
    int32_t step = scale(high, s->g, s->g_shift);
    int32_t band = state_clamp(step + s1);
    state[0] = state_clamp(step + band);
    step = scale(band, s->g, s->g_shift);
    int32_t low = state_clamp(step + s2);
    state[1] = state_clamp(step + low);
    return og_clamp(s->high ? high : low, SIGNAL_MAX);
}

void og_filter_apply_s16(const og_section_t *sections, size_t n_sections, const int16_t *x,
    size_t n, size_t channels, int32_t *state, int16_t *y) {
    for (size_t i = 0; i < n; i++) {
        int32_t *s = state;
        for (size_t c = 0; c < channels; c++, x++, y++) {
            int32_t u = *x * ((int32_t)1 << FRACTION);
            for (size_t k = 0; k < n_sections; k++, s += 2) {
                u = apply(sections + k, u, s);
            }
            *y = (int16_t)og_clamp(og_round_shift(u, FRACTION), 32767);
        }
    }
}
