// SPDX-License-Identifier: MIT
#include "og_loss.h"
#include "og_fixed.h"
#include "og_tables.h"

#define ONE_Q15 32768
#define SUM_MAX ((int32_t)1 << 29)
#define ERROR_MAX ((int32_t)1 << 30)

void og_softmax_s32(size_t n, int32_t e_y, int32_t *y) {
    int32_t top = -SUM_MAX;
    for (size_t k = 0; k < n; k++) {
        int32_t v = og_clamp(y[k], SUM_MAX);
        top = v > top ? v : top;
    }
    uint32_t sum = 0; // at most 2^15 * 32767 < 2^30
    for (size_t k = 0; k < n; k++) {
        // The distance, at most 2^30, in sixteenths.
        int32_t i = og_round_shift(top - og_clamp(y[k], SUM_MAX), -4 - e_y);
        y[k] = og_table_exp[i > 255 ? 255 : i];
        sum += (uint32_t)y[k];
    }
    for (size_t k = 0; k < n; k++) {
        y[k] = (int32_t)(((uint32_t)y[k] * ONE_Q15 + (sum >> 1)) / sum);
    }
}

// -ln(p / 2^15) in units of 2^-10, for 0 <= p <= 2^15; 0 counts as half a step.
// log2(1 + f) is taken as f + 11/32 f (1 - f), right to 0.008.
static int32_t negative_log(int32_t p) {
    uint32_t q = p == 0 ? 1 : 2 * (uint32_t)p; // Q16
    int32_t bits = og_bit_length(q) - 1;
    int32_t f = (int32_t)((q << 15) >> bits) - ONE_Q15; // Q15, 0 <= f < 1
    int32_t bend = og_round_shift(f * (ONE_Q15 - f), 15) * 11; // at most 2^13 * 11
    int32_t log2_q15 = bits * ONE_Q15 + f + og_round_shift(bend, 5);
    // 710 = 2^10 ln 2, and 2^19 >> 5 times 710 is below 2^24.
    return og_round_shift(og_round_shift(16 * ONE_Q15 - log2_q15, 5) * 710, 10);
}

int32_t og_softmax_cross_entropy_s32(size_t n, size_t label, int32_t e_y, int32_t *y) {
    og_softmax_s32(n, e_y, y);
    int32_t loss = negative_log(y[label]);
    y[label] -= ONE_Q15;
    return loss;
}

// y - target in Q15, at most 2^29 + 2^15 in magnitude.
static int32_t difference(int32_t y, int8_t target, int32_t e_y) {
    int32_t v = og_round_shift(og_clamp(y, ERROR_MAX), -15 - e_y);
    return og_clamp(v, SUM_MAX) - target * 256;
}

// Half the square of a Q15 number in units of 2^-10; saturates at 32.0^2 / 2.
static int32_t half_square(int32_t error) {
    int32_t e = og_clamp(og_round_shift(error, 5), 32768);
    return og_round_shift(e * e, 11);
}

int32_t og_mean_squared_error_s32(const int8_t *target, size_t n, int32_t e_y, int32_t *y) {
    int32_t loss = 0;
    for (size_t k = 0; k < n; k++) {
        y[k] = difference(y[k], target[k], e_y);
        loss = og_clamp(loss + half_square(y[k]), SUM_MAX);
    }
    return loss;
}

int32_t og_huber_s32(const int8_t *target, size_t n, int32_t delta, int32_t e_y, int32_t *y) {
    int32_t loss = 0;
    int32_t slope = og_clamp(og_round_shift(delta, 5), 32768); // 2^-10
    for (size_t k = 0; k < n; k++) {
        int32_t error = difference(y[k], target[k], e_y);
        y[k] = og_clamp(error, delta);
        // delta * (|error| - |clamped|) beyond the square.
        int32_t beyond = og_clamp(og_round_shift(og_abs(error) - og_abs(y[k]), 5), 32767);
        int32_t item = half_square(y[k]) + og_round_shift(slope * beyond, 10);
        loss = og_clamp(loss + item, SUM_MAX);
    }
    return loss;
}

int32_t og_binary_cross_entropy_s32(const int8_t *target, size_t n, int32_t e_y, int32_t *y) {
    int32_t loss = 0;
    for (size_t k = 0; k < n; k++) {
        int32_t i = og_clamp(og_round_shift(og_clamp(y[k], ERROR_MAX), -4 - e_y), 128);
        int32_t p = og_table_sigmoid_q15[(i > 127 ? 127 : i) + 128];
        y[k] = p - target[k] * 256;
        // At most 2^14 nats * 2^-10 each: 255 * 2^14 < 2^22.
        int32_t item = target[k] * negative_log(p) + (128 - target[k]) * negative_log(ONE_Q15 - p);
        loss = og_clamp(loss + og_round_shift(item, 7), SUM_MAX);
    }
    return loss;
}

static int32_t largest_magnitude(const int32_t *error, size_t n) {
    int32_t largest = 0;
    for (size_t k = 0; k < n; k++) {
        int32_t magnitude = og_abs(og_clamp(error[k], ERROR_MAX));
        largest = magnitude > largest ? magnitude : largest;
    }
    return largest;
}

int32_t og_error_largest_s32(const int32_t *error, size_t n) {
    return og_clamp(largest_magnitude(error, n), ONE_Q15);
}

int32_t og_error_quantize_s8(const int32_t *error, size_t n, int8_t *dy) {
    int32_t largest = largest_magnitude(error, n);
    int32_t shift = 0;
    while (og_round_shift(largest, shift) > 127) {
        shift++;
    }
    for (size_t k = 0; k < n; k++) {
        // At most 127, as the largest is.
        dy[k] = (int8_t)og_round_shift(og_clamp(error[k], ERROR_MAX), shift);
    }
    return shift - 15;
}

size_t og_argmax_s32(const int32_t *y, size_t n) {
    size_t best = 0;
    for (size_t k = 1; k < n; k++) {
        if (y[k] > y[best]) {
            best = k;
        }
    }
    return best;
}
