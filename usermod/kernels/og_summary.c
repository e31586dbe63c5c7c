// SPDX-License-Identifier: MIT
#include "og_fixed.h"
#include "og_summary.h"
#include "og_wide.h"

static int16_t limited(int32_t v) {
    return (int16_t)og_clamp(v, 32767);
}

static void summarize(const int16_t *x, int32_t n, size_t channels, og_summary_t *out) {
    int32_t sum = 0; // at most 2^15 * 2^15
    int32_t peak = 0, crossings = 0;
    uint64_t squares = 0, deviations = 0; // at most 2^15 * 2^30 and 2^15 * 2^32
    const int16_t *x_i = x;
    for (int32_t i = 0; i < n; i++, x_i += channels) {
        int32_t v = *x_i;
        sum += v;
        squares += (uint32_t)(v * v);
        peak = og_abs(v) > peak ? og_abs(v) : peak;
        crossings += i > 0 && (v < 0) != (*(x_i - channels) < 0);
    }
    int32_t mean = og_divide_nearest(sum, n);
    x_i = x;
    for (int32_t i = 0; i < n; i++, x_i += channels) {
        uint32_t d = (uint32_t)og_abs(*x_i - mean); // at most 65535
        deviations += d * d;
    }
    // The variance is (deviations - rest^2 / n) / n; times 4 its root is that of
    // twice the deviation. |rest| <= n / 2, so 4 rest^2 <= 2^30.
    int32_t rest = sum - n * mean;
    uint32_t excess = (uint32_t)((4 * rest * rest + n - 1) / n);
    uint64_t variance = og_divide_u64((deviations << 2) - excess, (uint32_t)n);
    int32_t energy = og_log2_u64(squares) - og_log2_u64((uint64_t)n);
    out->mean = limited(mean);
    out->deviation = limited((int32_t)((og_root_u64(variance) + 1) >> 1));
    out->energy = limited(energy > 0 ? energy : 0);
    out->crossings = limited(crossings);
    out->peak = limited(peak);
}

void og_summary_s16(const int16_t *x, size_t n, size_t channels, og_summary_t *out) {
    for (size_t c = 0; c < channels; c++) {
        summarize(x + c, (int32_t)n, channels, out + c);
    }
}
