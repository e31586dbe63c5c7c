// SPDX-License-Identifier: MIT
#include "module.h"
#include "og_importance.h"
#include "og_update.h"

// The module _octograd_consolidation: which weights matter for an old task, and what
// holds them back.

// weight_pull(rate, rng, w, residual, e_w, importance, anchor, e_anchor)
static mp_obj_t mod_octograd_weight_pull(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    const og_rate_t *rate = get_rate(args[0]);
    og_weights_t layer;
    layer.rng = get_rng(args[1]);
    layer.w = get_buffer(args[2], "w", 'b', WRITE, &layer.n);
    layer.residual = args[3] == mp_const_none ? NULL :
        get_items(args[3], "residual", 'b', WRITE, layer.n);
    layer.e_w = get_items(args[4], "e_w", 'b', READ, 1);
    const int8_t *importance = get_items(args[5], "importance", 'b', READ, layer.n);
    const int8_t *anchor = get_items(args[6], "anchor", 'b', READ, layer.n);
    og_update_pull(&layer, rate, importance, anchor, get_exponent(args[7], "e_anchor"));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_weight_pull_obj, 8, 8, mod_octograd_weight_pull);

// importance_add(batch, sums, exponent, total) -> exponent
static mp_obj_t mod_octograd_importance_add(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    og_batch_t *batch = get_batch(args[0]);
    size_t n, n_sums;
    uint32_t *total = get_buffer(args[3], "total", 'I', WRITE, &n);
    const int32_t *sums = get_buffer(args[1], "sums", 'i', READ, &n_sums);
    if (n_sums < n) {
        get_items(args[1], "sums", 'i', READ, n);
    }
    int32_t exponent = get_int(args[2], "exponent", -OG_IMPORTANCE_EXPONENT_MAX,
        OG_IMPORTANCE_EXPONENT_MAX);
    batch->begun = 0;
    return MP_OBJ_NEW_SMALL_INT(og_importance_add_s32(sums, n, batch->e_gw, exponent, total));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_importance_add_obj, 4, 4, mod_octograd_importance_add);

// importance_scale(total, shift, importance)
static mp_obj_t mod_octograd_importance_scale(mp_obj_t total_in, mp_obj_t shift_in, mp_obj_t importance_in) {
    size_t n;
    const uint32_t *total = get_buffer(total_in, "total", 'I', READ, &n);
    int32_t shift = get_int(shift_in, "shift", 0, 31);
    og_importance_scale_s8(total, n, shift, get_items(importance_in, "importance", 'b', WRITE, n));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(mod_octograd_importance_scale_obj, mod_octograd_importance_scale);

#define EXPORTS(X) \
    X(MP_QSTR_weight_pull, mod_octograd_weight_pull_obj) \
    X(MP_QSTR_importance_add, mod_octograd_importance_add_obj) \
    X(MP_QSTR_importance_scale, mod_octograd_importance_scale_obj)

MODULE(octograd_consolidation, EXPORTS)
