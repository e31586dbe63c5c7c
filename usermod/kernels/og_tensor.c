// SPDX-License-Identifier: MIT
#include "og_tensor.h"

static void restart(og_tensor_t *t) {
    t->largest = 0;
    t->shift = t->range.exponent - t->base;
    t->six = og_round_shift(6, t->range.exponent);
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

int8_t og_tensor_item(og_tensor_t *t, int32_t sum, int32_t above) {
    int32_t v = og_activation_forward(og_round_shift(sum, t->shift - above), t->activation, t->six);
    // What is above 0 stays so, as the way back knows by it that the unit is alive.
    v += t->rectifies && v == 0 && sum > 0;
    int32_t magnitude = og_abs(v);
    if (magnitude > t->largest) {
        t->largest = magnitude;
    }
    return (int8_t)og_clamp(v, 127);
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

int8_t og_error_item(og_tensor_t *t, const og_error_t *error, size_t k, int32_t sum,
    int32_t e_sum) {
    if (error->pending != NULL) {
        int32_t q = og_round_shift(error->pending[k], e_sum - error->e_pending);
        sum += og_clamp(q, (int32_t)1 << 29);
    }
    sum = og_activation_backward(sum, error->y[k], error->activation, error->six);
    t->any |= sum != 0;
    return og_tensor_item(t, sum, 0);
}

int32_t og_error_end(const og_tensor_t *t, og_range_t *range) {
    if (t->any) {
        // From half, so that the few largest errors saturate and the others have one bit more.
        og_range_learn(range, &t->range, og_round_shift(t->largest, 1));
    }
    return t->range.exponent;
}
