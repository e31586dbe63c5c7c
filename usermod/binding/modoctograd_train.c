// SPDX-License-Identifier: MIT
#include "module.h"
#include "og_dense.h"
#include "og_loss.h"
#include "og_partial.h"

// The module _octograd_train, which every training needs: losses, errors, updates
// of dense layers and by batches.

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

// dense_update(dy, x, e_dy, e_x, rate, rng, w, residual, velocity, b, e_w)
static mp_obj_t mod_octograd_dense_update(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n_in, n_out;
    const int8_t *dy = get_tensor(args[0], "dy", 'b', READ, &n_out);
    const int8_t *x = get_tensor(args[1], "x", 'b', READ, &n_in);
    int32_t e_dy = get_exponent(args[2], "e_dy");
    int32_t e_x = get_exponent(args[3], "e_x");
    const og_rate_t *rate = get_rate(args[4]);
    og_weights_t layer;
    get_weights(&layer, args + 5, n_in * n_out, n_out);
    og_dense_update_s8(&layer, dy, x, e_dy, e_x, rate);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_dense_update_obj, 11, 11, mod_octograd_dense_update);

// dense_gradient(dy, x, e_dy, e_x, batch, sums)
static mp_obj_t mod_octograd_dense_gradient(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n_in, n_out;
    const int8_t *dy = get_tensor(args[0], "dy", 'b', READ, &n_out);
    const int8_t *x = get_tensor(args[1], "x", 'b', READ, &n_in);
    int32_t e_dy = get_exponent(args[2], "e_dy");
    int32_t e_x = get_exponent(args[3], "e_x");
    og_batch_t *batch = get_batch(args[4]);
    int32_t *sums = get_items(args[5], "sums", 'i', WRITE, n_in * n_out + n_out);
    og_dense_gradient_s8(dy, x, n_in, n_out, e_dy, e_x, batch, sums);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_dense_gradient_obj, 6, 6, mod_octograd_dense_gradient);

// batch_apply(rows, n_b, batch, sums, rate, rng, w, residual, velocity, b, e_w)
static mp_obj_t mod_octograd_batch_apply(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n;
    get_buffer(args[6], "w", 'b', WRITE, &n);
    // One row for all biases, or one for each.
    size_t rows = (size_t)get_int(args[0], "rows", 1, (int32_t)OG_MAX_LENGTH);
    size_t n_b = (size_t)get_int(args[1], "n_b", rows == 1 ? 1 : (int32_t)rows,
        rows == 1 ? (int32_t)OG_MAX_LENGTH : (int32_t)rows);
    size_t row = n / rows;
    get_items(args[6], "w", 'b', WRITE, row == 0 ? rows : rows * row);
    og_batch_t *batch = get_batch(args[2]);
    int32_t *sums = get_items(args[3], "sums", 'i', WRITE, n + n_b);
    const og_rate_t *rate = get_rate(args[4]);
    og_weights_t layer;
    get_weights(&layer, args + 5, n, n_b);
    og_batch_apply(&layer, sums, batch, row, rate);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_batch_apply_obj, 11, 11, mod_octograd_batch_apply);

// weight_decay(rng, w, residual)
static mp_obj_t mod_octograd_weight_decay(mp_obj_t rng_in, mp_obj_t w_in, mp_obj_t residual_in) {
    og_weights_t layer;
    layer.rng = get_rng(rng_in);
    layer.w = get_buffer(w_in, "w", 'b', WRITE, &layer.n);
    layer.residual = residual_in == mp_const_none ? NULL :
        get_items(residual_in, "residual", 'b', WRITE, layer.n);
    og_update_decay(&layer);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(mod_octograd_weight_decay_obj, mod_octograd_weight_decay);

#define EXPORTS(X) \
    X(MP_QSTR_softmax, mod_octograd_softmax_obj) \
    X(MP_QSTR_softmax_cross_entropy, mod_octograd_softmax_cross_entropy_obj) \
    X(MP_QSTR_mean_squared_error, mod_octograd_mean_squared_error_obj) \
    X(MP_QSTR_binary_cross_entropy, mod_octograd_binary_cross_entropy_obj) \
    X(MP_QSTR_huber, mod_octograd_huber_obj) \
    X(MP_QSTR_error_largest, mod_octograd_error_largest_obj) \
    X(MP_QSTR_error_quantize, mod_octograd_error_quantize_obj) \
    X(MP_QSTR_partial_keep, mod_octograd_partial_keep_obj) \
    X(MP_QSTR_dense_update, mod_octograd_dense_update_obj) \
    X(MP_QSTR_dense_gradient, mod_octograd_dense_gradient_obj) \
    X(MP_QSTR_batch_apply, mod_octograd_batch_apply_obj) \
    X(MP_QSTR_weight_decay, mod_octograd_weight_decay_obj)

MODULE(octograd_train, EXPORTS)
