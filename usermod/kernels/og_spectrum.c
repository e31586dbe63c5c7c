// SPDX-License-Identifier: MIT
#include "og_sine.h"
#include "og_spectrum.h"
#include "og_wide.h"

// Below a count the samples have so many bits.
static int32_t fraction(int32_t log2_n) {
    return 13 - log2_n;
}

// (re, im) * (c, -s) in Q15, as the forward transform turns. Each part is at most
// |(re, im)|, and a little for rounding.
static void turn(const int32_t *z, int32_t c, int32_t s, int32_t *out) {
    int32_t re = og_scale_q15(z[0], c) + og_scale_q15(z[1], s);
    int32_t im = og_scale_q15(z[1], c) - og_scale_q15(z[0], s);
    out[0] = re;
    out[1] = im;
}

// Exchanges items k and k with its log2_m bits reversed.
static void reverse_bits(int32_t *z, uint32_t log2_m) {
    uint32_t m = (uint32_t)1 << log2_m;
    uint32_t j = 0;
    for (uint32_t k = 0; k < m; k++) {
        if (k < j) {
            for (uint32_t part = 0; part < 2; part++) {
                int32_t held = z[2 * k + part];
                z[2 * k + part] = z[2 * j + part];
                z[2 * j + part] = held;
            }
        }
        // j counts up from the highest bit.
        uint32_t bit = m >> 1;
        for (; j & bit; bit >>= 1) {
            j ^= bit;
        }
        j |= bit;
    }
}

// The transform of m = 2^log2_m complex items in place (Cooley and Tukey 1965).
static void transform(int32_t *z, uint32_t log2_m) {
    uint32_t m = (uint32_t)1 << log2_m;
    reverse_bits(z, log2_m);
    for (uint32_t half = 1; half < m; half *= 2) {
        uint32_t step = OG_SINE_STEPS / 2 / half;
        for (uint32_t j = 0; j < half; j++) {
            int32_t c = og_sine_step(j * step + 256), s = og_sine_step(j * step);
            for (uint32_t k = j; k < m; k += 2 * half) {
                int32_t *a = z + 2 * k, *b = a + 2 * half;
                int32_t t[2];
                turn(b, c, s, t);
                b[0] = a[0] - t[0];
                b[1] = a[1] - t[1];
                a[0] += t[0];
                a[1] += t[1];
            }
        }
    }
}

// What a transform of m complex items z = even + i odd says of the 2 m real ones,
// for bins k and m - k at once: half of z_k + conj(z_m-k) is the even ones', half
// of (z_k - conj(z_m-k)) / i the odd ones'.
static void unpack(int32_t *z, uint32_t m) {
    int32_t re = z[0], im = z[1];
    z[0] = re + im;
    z[1] = 0;
    z[2 * m] = re - im;
    z[2 * m + 1] = 0;
    for (uint32_t k = 1; k <= m / 2; k++) {
        int32_t *a = z + 2 * k, *b = z + 2 * (m - k);
        int32_t even[2], odd[2];
        even[0] = a[0] + b[0];
        even[1] = a[1] - b[1];
        odd[0] = a[1] + b[1];
        odd[1] = b[0] - a[0];
        uint32_t i = k * (OG_SINE_STEPS / 2 / m);
        turn(odd, og_sine_step(i + 256), og_sine_step(i), odd);
        a[0] = og_round_shift(even[0] + odd[0], 1);
        a[1] = og_round_shift(even[1] + odd[1], 1);
        b[0] = og_round_shift(even[0] - odd[0], 1);
        b[1] = og_round_shift(odd[1] - even[1], 1);
    }
}

// The window's samples without their mean, weighted, and zeros.
static void weigh(const int16_t *x, size_t n, size_t stride, int32_t log2_n, int32_t *z) {
    int32_t sum = 0; // at most n * 2^15, and 2^28 with a fraction
    for (size_t i = 0; i < n; i++) {
        sum += x[i * stride];
    }
    int32_t one = (int32_t)1 << fraction(log2_n);
    int32_t mean = og_divide_nearest(sum * one, (int32_t)n);
    uint32_t phase = 0, step = ((uint32_t)1 << 31) / (uint32_t)n * 2;
    size_t size = (size_t)1 << log2_n;
    for (size_t i = 0; i < size; i++, phase += step) {
        int32_t v = 0;
        if (i < n) {
            v = og_scale_q15(x[i * stride] * one - mean, og_round_shift(32768 - og_cosine(phase), 1));
        }
        z[i] = v;
    }
}

int32_t og_power_spectrum_s16(const int16_t *x, size_t n, size_t stride, int32_t log2_n,
    uint32_t *power) {
    uint32_t m = (uint32_t)1 << (log2_n - 1);
    int32_t *z = (int32_t *)power;
    weigh(x, n, stride, log2_n, z);
    transform(z, (uint32_t)log2_n - 1);
    unpack(z, m);
    uint32_t bits = 0;
    for (uint32_t k = 0; k < 2 * m + 2; k++) {
        bits |= (uint32_t)og_abs(z[k]);
    }
    int32_t s = og_bit_length(bits) - 15;
    s = s > 0 ? s : 0;
    for (uint32_t k = 0; k <= m; k++) {
        // At most 2^15 each. Bin k is read before its place, and those below, are written.
        int32_t re = og_round_shift(z[2 * k], s), im = og_round_shift(z[2 * k + 1], s);
        power[k] = (uint32_t)(re * re) + (uint32_t)(im * im);
    }
    for (uint32_t k = m + 1; k < 2 * m + 2; k++) {
        power[k] = 0;
    }
    return s - fraction(log2_n);
}

void og_band_magnitude_s16(const uint32_t *power, int32_t e, size_t n, int32_t log2_n,
    const int16_t *edges, size_t n_bands, int32_t unit, int16_t *out) {
    // Parseval: the mean square is 2 sum |X|^2 / (N sum w^2), and the squares of a Hann window's
    // n weights sum up to 3 n / 8. The root of 1 / N is left to the shift, with the 2 of an odd
    // power of two. The root gets 7 bits more than it would have.
    int32_t doubled = log2_n & 1;
    int32_t s = unit - e + (log2_n + doubled) / 2 + 7;
    for (size_t b = 0; b < n_bands; b++) {
        uint64_t sum = 0; // below 2^10 * 2^32, for any bytes
        for (int32_t k = edges[b]; k < edges[b + 1]; k++) {
            sum += power[k];
        }
        sum = doubled ? sum << 19 : sum << 18; // below 2^61, and at least 3 n = 6 divides it
        int32_t root = (int32_t)og_root_u64(og_divide_u64(sum, 3 * (uint32_t)n));
        out[b] = (int16_t)og_clamp(og_round_shift(root, s), 32767);
    }
}
