// SPDX-License-Identifier: MIT
#include "og_dot.h"
#include "og_tensor.h"

static void restart(og_tensor_t *t) {
    t->largest = 0;
    t->shift = t->range.exponent - t->base;
    t->six = og_round_by(6, t->range.exponent);
}

void og_tensor_begin(og_tensor_t *t, const og_range_t *range, int32_t base,
    og_activation_t activation) {
    t->activation = activation;
    t->rectifies = og_activation_rectifies(activation);
    t->base = base;
    t->fresh = og_range_begin(range, base, &t->range);
    restart(t);
    if (og_activation_is_table(activation)) {
        t->fresh = false;
        t->shift = -4 - base;
    }
}

// Items of a linear tensor, some masked or not, or of a rectified one.
static void quick_items(og_tensor_t *t, const int32_t *sums, const int8_t *mask, size_t n,
    int32_t shift, int8_t *y) {
    for (size_t k = 0;; k++) {
        // What is at most so large neither saturates nor is the largest.
        int32_t limit = t->largest < 127 ? t->largest : 127;
        if (t->activation == OG_RELU) {
            k += og_rectify_items_s8(sums + k, n - k, shift, limit, y + k);
        } else {
            k += og_round_items_s8(sums + k, mask == NULL ? NULL : mask + k, n - k, shift, limit,
                y + k);
        }
        if (k == n) {
            return;
        }
        int32_t v = og_round_by(sums[k], shift);
        v += v == 0; // rectified, and limited to 0
        int32_t magnitude = og_abs(v);
        t->largest = magnitude > t->largest ? magnitude : t->largest;
        y[k] = (int8_t)og_clamp(v, 127);
    }
}

// Whether a shift and an activation are usual ones, and the shift is less than 31 then.
static bool quick(const og_tensor_t *t, int32_t *shift) {
    if (*shift <= 0 || t->activation > OG_RELU) {
        return false;
    }
    *shift = *shift > 30 ? 30 : *shift;
    return true;
}

void og_tensor_items(og_tensor_t *t, const int32_t *sums, size_t n, int32_t above, int8_t *y) {
    int32_t shift = t->shift - above;
    if (quick(t, &shift)) {
        quick_items(t, sums, NULL, n, shift, y);
        return;
    }
    for (size_t k = 0; k < n; k++) {
        int32_t v = og_activation_forward(og_round_by(sums[k], shift), t->activation, t->six);
        // What is above 0 stays so, as the way back knows by it that the unit is alive.
        v += t->rectifies && v == 0 && sums[k] > 0;
        int32_t magnitude = og_abs(v);
        t->largest = magnitude > t->largest ? magnitude : t->largest;
        y[k] = (int8_t)og_clamp(v, 127);
    }
}

bool og_tensor_again(og_tensor_t *t) {
    if (!t->fresh || !og_range_widen(&t->range, t->largest)) {
        return false;
    }
    t->fresh = false;
    restart(t);
    return true;
}

int32_t og_tensor_end(const og_tensor_t *t, og_range_t *learner) {
    if (og_activation_is_table(t->activation)) {
        return OG_TABLE_EXPONENT;
    }
    if (learner != NULL) {
        og_range_learn(learner, &t->range, t->largest);
    }
    return t->range.exponent;
}

void og_error_begin(og_tensor_t *t, const og_error_t *error, const og_range_t *range,
    int32_t e_sum) {
    og_tensor_begin(t, range, e_sum - og_activation_drop(error->activation), OG_LINEAR);
    t->any = false;
}

void og_error_items(og_tensor_t *t, const og_error_t *error, size_t k, size_t n, int32_t *sums,
    int32_t e_sum, int8_t *dx) {
    const int8_t *y = error->y + k;
    int32_t shift = t->shift;
    if (error->pending == NULL && error->activation <= OG_RELU && quick(t, &shift)) {
        const int8_t *mask = error->activation == OG_RELU ? y : NULL;
        quick_items(t, sums, mask, n, shift, dx);
        // What is rounded to something other than 0 is not 0; else it may be.
        t->any |= t->largest != 0;
        for (size_t i = 0; i < n && !t->any; i++) {
            t->any = sums[i] != 0 && (mask == NULL || mask[i] > 0);
        }
        return;
    }
    for (size_t i = 0; i < n; i++) {
        int32_t sum = sums[i];
        if (error->pending != NULL) {
            int32_t q = og_round_by(error->pending[k + i], e_sum - error->e_pending);
            sum += og_clamp(q, (int32_t)1 << 29);
        }
        sums[i] = og_activation_backward(sum, y[i], error->activation, error->six);
        t->any |= sums[i] != 0;
    }
    og_tensor_items(t, sums, n, 0, dx);
}

int32_t og_error_end(const og_tensor_t *t, og_range_t *range) {
    if (t->any) {
        // From half, so that the few largest errors saturate and the others have one bit more.
        og_range_learn(range, &t->range, og_round_shift(t->largest, 1));
    }
    return t->range.exponent;
}
