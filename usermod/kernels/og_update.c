// SPDX-License-Identifier: MIT
#include "og_update.h"
#include "og_rng.h"

// The low byte of weight k, stored, or drawn: each draw serves four weights,
// low byte first; i counts from where the drawing began.
static int32_t low_byte(const og_weights_t *layer, size_t k, size_t i) {
    if (layer->residual != NULL) {
        return layer->residual[k];
    }
    uint32_t s = (i & 3) == 0 ? og_rng_next(layer->rng) : *layer->rng;
    return (int8_t)(s >> (8 * (i & 3)));
}

// Stores a 16-bit weight, |w16| <= OG_WEIGHT_MAX.
static void store(const og_weights_t *layer, size_t k, int32_t w16) {
    int32_t high = og_round_shift(w16, 8);
    layer->w[k] = (int8_t)high;
    if (layer->residual != NULL) {
        layer->residual[k] = (int8_t)(w16 - 256 * high);
    }
}

void og_update_step(const og_rate_t *rate, int32_t e_gw, int32_t e_gb, int32_t e_w,
    uint32_t sum_abs, uint32_t n, og_step_t *step) {
    if (!rate->normalize) {
        step->weight = e_w - 8 - e_gw + rate->shift;
        step->bias = OG_BIAS_EXPONENT - e_gb + rate->shift;
        return;
    }
    // 2^size is about the mean magnitude of the row's gradient, so the error's
    // own exponent drops out. sum_abs <= 2^31, so 3/2 of it fits.
    uint32_t mean = sum_abs / n;
    int32_t size = og_bit_length(mean + (mean >> 1)) - 1;
    size = size < 0 ? 0 : size;
    step->weight = size - 8 + e_w + rate->shift;
    step->bias = OG_BIAS_EXPONENT + rate->shift + size + e_gw - e_gb;
}

// Whether there is a loop of og_dot.h, for stored low bytes without momentum.
static bool plain(const og_weights_t *layer) {
    return layer->residual != NULL && layer->velocity == NULL;
}

size_t og_update_weights(const og_weights_t *layer, size_t k, const int32_t *g, size_t n,
    const og_rate_t *rate, int32_t shift) {
    if (plain(layer) && shift >= 0) {
        // At most 15 * 2^26 < 2^30 in magnitude.
        return og_move_weights_s8(layer->w + k, layer->residual + k, g, n, rate->factor,
            shift > 30 ? 30 : shift);
    }
    size_t clamped = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t low = low_byte(layer, k + i, i);
        int32_t scaled = g[i] * rate->factor;
        int32_t step;
        if (layer->velocity == NULL) {
            step = og_round_by(scaled, shift);
        } else {
            // Four bits finer than a step of the 16-bit weight.
            int32_t v = og_decay(layer->velocity[k + i], rate->momentum);
            v += og_round_by(scaled, shift - 4);
            layer->velocity[k + i] = (int16_t)og_clamp(v, 32767);
            step = og_round_shift(layer->velocity[k + i], 4);
        }
        if (step == 0) {
            continue;
        }
        // |256 w + low| <= 2^15 + 2^7 and |step| <= 2^30.
        int32_t w16 = layer->w[k + i] * 256 + low - step;
        int32_t limited = og_clamp(w16, OG_WEIGHT_MAX);
        clamped += limited != w16;
        store(layer, k + i, limited);
    }
    return clamped;
}

size_t og_update_products(const og_weights_t *layer, size_t k, int32_t d, const int8_t *x, size_t n,
    const og_rate_t *rate, int32_t shift) {
    if (plain(layer) && shift >= -10) {
        int32_t factor = d * rate->factor;
        if (shift < 0) {
            // Products are at most 2^14 * 15 * 2^10 < 2^29 in magnitude, where steps would saturate.
            factor *= (int32_t)1 << -shift;
            shift = 0;
        }
        return og_move_products_s8(layer->w + k, layer->residual + k, x, n, factor,
            shift > 30 ? 30 : shift);
    }
    size_t clamped = 0;
    for (size_t start = 0; start < n; start += OG_BLOCK) {
        size_t items = n - start < OG_BLOCK ? n - start : OG_BLOCK;
        int32_t g[OG_BLOCK];
        og_products_s8(d, x + start, items, g);
        clamped += og_update_weights(layer, k + start, g, items, rate, shift);
    }
    return clamped;
}

void og_update_limit(int32_t *g, size_t n) {
    for (size_t i = 0; i < n; i++) {
        g[i] = og_clamp(g[i], OG_GRADIENT_MAX);
    }
}

size_t og_update_row(const og_weights_t *layer, size_t k, const int32_t *g, size_t n,
    const og_rate_t *rate, int32_t e_gw, int32_t e_gb, og_step_t *step) {
    uint32_t sum = 0;
    for (size_t i = 0; rate->normalize && i < n; i++) {
        // Stops at 2^31: 2^31 + 2^26 fits.
        sum += (uint32_t)og_abs(g[i]);
        sum = sum > 0x80000000u ? 0x80000000u : sum;
    }
    og_update_step(rate, e_gw, e_gb, *layer->e_w, sum, (uint32_t)n, step);
    return og_update_weights(layer, k, g, n, rate, step->weight);
}

void og_update_bias(const og_weights_t *layer, size_t o, int32_t g, const og_rate_t *rate,
    int32_t shift) {
    if (layer->b == NULL) {
        return;
    }
    int32_t step = og_round_by(og_clamp(g, OG_GRADIENT_MAX) * rate->factor, shift);
    if (layer->velocity != NULL) {
        int16_t *velocity = &layer->velocity[layer->n + o];
        int32_t v = og_decay(*velocity, rate->momentum) + step;
        *velocity = (int16_t)og_clamp(v, 32767);
        step = *velocity;
    }
    // |b| <= 2^29 and |step| <= 2^30 after clamping.
    layer->b[o] = og_clamp(og_clamp(layer->b[o], OG_BIAS_MAX) - step, OG_BIAS_MAX);
}

void og_update_halve(const og_weights_t *layer) {
    if (*layer->e_w >= OG_WEIGHT_EXPONENT_MAX) {
        return;
    }
    for (size_t k = 0; k < layer->n; k++) {
        store(layer, k, og_round_shift(layer->w[k] * 256 + low_byte(layer, k, k), 1));
        if (layer->velocity != NULL) {
            layer->velocity[k] = (int16_t)og_round_shift(layer->velocity[k], 1);
        }
    }
    (*layer->e_w)++;
}

void og_update_make_room(const og_weights_t *layer, size_t clamped) {
    if (clamped > (layer->residual != NULL ? 0 : layer->n >> OG_STOPPED_SHIFT)) {
        og_update_halve(layer);
    }
}

void og_update_decay(const og_weights_t *layer) {
    for (size_t k = 0; k < layer->n; k++) {
        int32_t w16 = layer->w[k] * 256 + low_byte(layer, k, k);
        // Limited, as drawn low bytes reach further than stored ones.
        store(layer, k, og_clamp(w16 - og_round_shift(w16, 8), OG_WEIGHT_MAX));
    }
}

void og_update_pull(const og_weights_t *layer, const og_rate_t *rate, const int8_t *importance,
    const int8_t *anchor, int32_t e_anchor) {
    for (size_t k = 0; k < layer->n; k++) {
        int32_t w16 = layer->w[k] * 256 + low_byte(layer, k, k);
        int32_t a16 = og_clamp(og_round_by(anchor[k] * 256, *layer->e_w - e_anchor),
            OG_WEIGHT_MAX);
        // |w16 - a16| < 2^16, so the product is at most 15 * 2^7 * 2^16 < 2^27.
        int32_t step = og_round_by(rate->factor * importance[k] * (w16 - a16), rate->shift + 7);
        if (step != 0) {
            store(layer, k, og_clamp(w16 - step, OG_WEIGHT_MAX));
        }
    }
}

void og_batch_begin(og_batch_t *batch, int32_t e_gw, int32_t e_gb, int32_t *sums, size_t n) {
    if (batch->begun == 0) {
        batch->e_gw = (int16_t)e_gw;
        batch->e_gb = (int16_t)e_gb;
        for (size_t k = 0; k < n; k++) {
            sums[k] = 0;
        }
    }
    batch->begun = 1;
}

void og_batch_add(int32_t *sums, const int32_t *g, size_t n, int32_t shift) {
    for (size_t k = 0; k < n; k++) {
        // |g| <= 2^29 rounds to at most 2^29, and |sums| <= 2^26.
        int32_t sum = og_clamp(sums[k], OG_GRADIENT_MAX) + og_round_by(g[k], shift);
        sums[k] = og_clamp(sum, OG_GRADIENT_MAX);
    }
}

static bool any(const int32_t *v, size_t n) {
    for (size_t k = 0; k < n; k++) {
        if (v[k] != 0) {
            return true;
        }
    }
    return false;
}

void og_batch_apply(const og_weights_t *layer, int32_t *sums, og_batch_t *batch,
    size_t row, const og_rate_t *rate) {
    const int32_t *bias_sums = sums + layer->n;
    size_t rows = layer->n / row;
    size_t row_biases = layer->n_b / rows; // 1, or all with a single row
    size_t clamped = 0;
    for (size_t r = 0; batch->begun != 0 && r < rows; r++) {
        size_t o = r * row_biases;
        if (layer->velocity == NULL && !any(sums + r * row, row) && !any(bias_sums + o, row_biases)) {
            continue;
        }
        og_step_t step;
        og_update_limit(sums + r * row, row);
        clamped += og_update_row(layer, r * row, sums + r * row, row, rate,
            batch->e_gw, batch->e_gb, &step);
        for (size_t k = 0; k < row_biases; k++) {
            og_update_bias(layer, o + k, bias_sums[o + k], rate, step.bias);
        }
    }
    og_update_make_room(layer, clamped);
    batch->begun = 0;
}
