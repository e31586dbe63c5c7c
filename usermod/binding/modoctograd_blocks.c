// SPDX-License-Identifier: MIT
#include "module.h"
#include "og_add.h"

// The module _octograd_blocks: what layers without weights compute.

// add_forward(a, b, e_a, e_b, activation, training, range, z) -> e_z
static mp_obj_t mod_octograd_add_forward(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n;
    const int8_t *a = get_tensor(args[0], "a", 'b', READ, &n);
    const int8_t *b = get_items(args[1], "b", 'b', READ, n);
    int32_t e_a = get_exponent(args[2], "e_a");
    int32_t e_b = get_exponent(args[3], "e_b");
    og_activation_t activation = get_activation(args[4]);
    bool training = mp_obj_is_true(args[5]);
    og_range_t *range = get_range(args[6], training ? WRITE : READ);
    int8_t *z = get_items(args[7], "z", 'b', WRITE, n);
    return MP_OBJ_NEW_SMALL_INT(og_add_forward_s8(a, b, n, e_a, e_b, activation, range,
        learner(range, training), z));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_add_forward_obj, 8, 8, mod_octograd_add_forward);

// dropout(x, keep, scale, rng, y)
static mp_obj_t mod_octograd_dropout(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n;
    const int8_t *x = get_tensor(args[0], "x", 'b', READ, &n);
    uint32_t keep = (uint32_t)get_int(args[1], "keep", 1, 65536);
    int32_t scale = get_int(args[2], "scale", 128, 256);
    uint32_t *rng = get_rng(args[3]);
    int8_t *y = get_items(args[4], "y", 'b', WRITE, n);
    og_dropout_s8(x, n, keep, scale, rng, y);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_dropout_obj, 5, 5, mod_octograd_dropout);

#define EXPORTS(X) \
    X(MP_QSTR_add_forward, mod_octograd_add_forward_obj) \
    X(MP_QSTR_dropout, mod_octograd_dropout_obj)

MODULE(octograd_blocks, EXPORTS)
