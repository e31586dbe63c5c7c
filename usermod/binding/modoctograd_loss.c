// SPDX-License-Identifier: MIT
#include "module.h"
#include "og_loss.h"
#include "og_partial.h"

// The module _octograd_loss, which every training needs: losses, and errors.

// softmax(y, e_y)
static mp_obj_t mod_octograd_softmax(mp_obj_t y_in, mp_obj_t e_y_in) {
    size_t n;
    int32_t *y = get_tensor(y_in, "y", 'i', WRITE, &n);
    og_softmax_s32(n, get_exponent(e_y_in, "e_y"), y);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(mod_octograd_softmax_obj, mod_octograd_softmax);

// softmax_cross_entropy(y, e_y, label) -> loss
static mp_obj_t mod_octograd_softmax_cross_entropy(mp_obj_t y_in, mp_obj_t e_y_in, mp_obj_t label_in) {
    size_t n;
    int32_t *y = get_tensor(y_in, "y", 'i', WRITE, &n);
    int32_t e_y = get_exponent(e_y_in, "e_y");
    size_t label = (size_t)get_int(label_in, "label", 0, (int32_t)n - 1);
    return MP_OBJ_NEW_SMALL_INT(og_softmax_cross_entropy_s32(n, label, e_y, y));
}
static MP_DEFINE_CONST_FUN_OBJ_3(mod_octograd_softmax_cross_entropy_obj, mod_octograd_softmax_cross_entropy);

// mean_squared_error(y, e_y, target) -> loss
static mp_obj_t mod_octograd_mean_squared_error(mp_obj_t y_in, mp_obj_t e_y_in, mp_obj_t target_in) {
    size_t n;
    int32_t *y = get_tensor(y_in, "y", 'i', WRITE, &n);
    int32_t e_y = get_exponent(e_y_in, "e_y");
    const int8_t *target = get_items(target_in, "target", 'b', READ, n);
    return MP_OBJ_NEW_SMALL_INT(og_mean_squared_error_s32(target, n, e_y, y));
}
static MP_DEFINE_CONST_FUN_OBJ_3(mod_octograd_mean_squared_error_obj, mod_octograd_mean_squared_error);

// binary_cross_entropy(y, e_y, target) -> loss
static mp_obj_t mod_octograd_binary_cross_entropy(mp_obj_t y_in, mp_obj_t e_y_in, mp_obj_t target_in) {
    size_t n;
    int32_t *y = get_tensor(y_in, "y", 'i', WRITE, &n);
    int32_t e_y = get_exponent(e_y_in, "e_y");
    const int8_t *target = get_items(target_in, "target", 'b', READ, n);
    return MP_OBJ_NEW_SMALL_INT(og_binary_cross_entropy_s32(target, n, e_y, y));
}
static MP_DEFINE_CONST_FUN_OBJ_3(mod_octograd_binary_cross_entropy_obj, mod_octograd_binary_cross_entropy);

// huber(y, e_y, target, delta) -> loss
static mp_obj_t mod_octograd_huber(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n;
    int32_t *y = get_tensor(args[0], "y", 'i', WRITE, &n);
    int32_t e_y = get_exponent(args[1], "e_y");
    const int8_t *target = get_items(args[2], "target", 'b', READ, n);
    int32_t delta = get_int(args[3], "delta", 1, (int32_t)1 << 29);
    return MP_OBJ_NEW_SMALL_INT(og_huber_s32(target, n, delta, e_y, y));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_huber_obj, 4, 4, mod_octograd_huber);

// error_largest(error) -> 0..32768
static mp_obj_t mod_octograd_error_largest(mp_obj_t error_in) {
    size_t n;
    const int32_t *error = get_tensor(error_in, "error", 'i', READ, &n);
    return MP_OBJ_NEW_SMALL_INT(og_error_largest_s32(error, n));
}
static MP_DEFINE_CONST_FUN_OBJ_1(mod_octograd_error_largest_obj, mod_octograd_error_largest);

// error_quantize(error, dy) -> e_dy
static mp_obj_t mod_octograd_error_quantize(mp_obj_t error_in, mp_obj_t dy_in) {
    size_t n;
    const int32_t *error = get_tensor(error_in, "error", 'i', READ, &n);
    int8_t *dy = get_items(dy_in, "dy", 'b', WRITE, n);
    return MP_OBJ_NEW_SMALL_INT(og_error_quantize_s8(error, n, dy));
}
static MP_DEFINE_CONST_FUN_OBJ_2(mod_octograd_error_quantize_obj, mod_octograd_error_quantize);

// partial_keep(dy, channels, fraction, scratch) -> number of channels kept
static mp_obj_t mod_octograd_partial_keep(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n;
    int8_t *dy = get_tensor(args[0], "dy", 'b', WRITE, &n);
    size_t channels = (size_t)get_int(args[1], "channels", 1, (int32_t)n);
    size_t n_pixels = n / channels;
    get_items(args[0], "dy", 'b', WRITE, n_pixels * channels);
    int32_t fraction = get_int(args[2], "fraction", 1, 32768);
    int32_t *scratch = get_scratch(args[3], channels);
    return MP_OBJ_NEW_SMALL_INT(og_partial_keep_s8(dy, n_pixels, channels, fraction, scratch));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_partial_keep_obj, 4, 4, mod_octograd_partial_keep);

#define EXPORTS(X) \
    X(MP_QSTR_softmax, mod_octograd_softmax_obj) \
    X(MP_QSTR_softmax_cross_entropy, mod_octograd_softmax_cross_entropy_obj) \
    X(MP_QSTR_mean_squared_error, mod_octograd_mean_squared_error_obj) \
    X(MP_QSTR_binary_cross_entropy, mod_octograd_binary_cross_entropy_obj) \
    X(MP_QSTR_huber, mod_octograd_huber_obj) \
    X(MP_QSTR_error_largest, mod_octograd_error_largest_obj) \
    X(MP_QSTR_error_quantize, mod_octograd_error_quantize_obj) \
    X(MP_QSTR_partial_keep, mod_octograd_partial_keep_obj)

MODULE(octograd_loss, EXPORTS)
