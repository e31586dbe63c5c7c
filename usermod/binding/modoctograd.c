// SPDX-License-Identifier: MIT
#include "arguments.h"
#include "og_add.h"
#include "og_conv2d.h"
#include "og_depthwise_conv2d.h"
#include "og_importance.h"
#include "og_loss.h"
#include "og_partial.h"
#include "og_pool.h"
#include "og_rng.h"

// The module _octograd: functions over borrowed buffers, no classes, no state,
// no floats. Shapes follow from the lengths of the buffers.

// What learns from a tensor: its range in training, else nothing.
static og_range_t *learner(og_range_t *range, bool training) {
    return training ? range : NULL;
}

// Room for n int32, given as bytes, since Python has no int32 view of an arena.
static int32_t *get_scratch(mp_obj_t obj, size_t n) {
    size_t n_bytes;
    void *scratch = get_buffer(obj, "scratch", 'b', WRITE, &n_bytes);
    if (n_bytes < 4 * n) {
        get_items(obj, "scratch", 'b', WRITE, 4 * n);
    }
    // A Cortex-M0 faults on an unaligned word.
    if (((uintptr_t)scratch & 3) != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("scratch: address a multiple of 4 expected"));
    }
    return scratch;
}

// A dense layer for reading: n_in is the length of x.
static const int8_t *get_dense(og_linear_t *l, const mp_obj_t *args, size_t n_out, int32_t *e_x) {
    size_t n_in;
    const int8_t *x = get_tensor(args[0], "x", 'b', READ, &n_in);
    get_linear(l, args[1], args[2], args[4], n_in * n_out, n_out);
    *e_x = get_exponent(args[3], "e_x");
    return x;
}

// dense_forward(x, w, b, e_x, e_w, activation, training, range, y) -> e_y
static mp_obj_t mod_octograd_dense_forward(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n_out;
    int8_t *y = get_tensor(args[8], "y", 'b', WRITE, &n_out);
    og_linear_t l;
    int32_t e_x;
    const int8_t *x = get_dense(&l, args, n_out, &e_x);
    og_activation_t activation = get_activation(args[5]);
    bool training = mp_obj_is_true(args[6]);
    og_range_t *range = get_range(args[7], training ? WRITE : READ);
    return MP_OBJ_NEW_SMALL_INT(og_dense_forward_s8(&l, x, e_x, activation, range,
        learner(range, training), y));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_dense_forward_obj, 9, 9, mod_octograd_dense_forward);

// dense_forward_s32(x, w, b, e_x, e_w, y) -> e_y
static mp_obj_t mod_octograd_dense_forward_s32(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n_out;
    int32_t *y = get_tensor(args[5], "y", 'i', WRITE, &n_out);
    og_linear_t l;
    int32_t e_x;
    const int8_t *x = get_dense(&l, args, n_out, &e_x);
    get_items(args[4], "e_w", 'b', READ, 1);
    return MP_OBJ_NEW_SMALL_INT(og_dense_forward_s32(&l, x, e_x, y));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_dense_forward_s32_obj, 6, 6, mod_octograd_dense_forward_s32);

// dense_backward_x(dy, w, e_dy, e_w, x, e_x, activation, pending, e_pending, range, dx) -> e_dx
static mp_obj_t mod_octograd_dense_backward_x(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n_in, n_out;
    const int8_t *dy = get_tensor(args[0], "dy", 'b', READ, &n_out);
    get_tensor(args[4], "x", 'b', READ, &n_in);
    og_linear_t l;
    get_linear(&l, args[1], mp_const_none, args[3], n_in * n_out, n_out);
    int32_t e_dy = get_exponent(args[2], "e_dy");
    og_error_t error;
    get_error(&error, args + 4, n_in);
    og_range_t *range = get_range(args[9], WRITE);
    int8_t *dx = get_items(args[10], "dx", 'b', WRITE, n_in);
    return MP_OBJ_NEW_SMALL_INT(og_dense_backward_x_s8(&l, dy, e_dy, &error, range, dx));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_dense_backward_x_obj, 11, 11, mod_octograd_dense_backward_x);

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

// A linear or depthwise layer over a window has as many weights as this.
static size_t window_weights(const og_window_t *s, bool depthwise) {
    return og_window_taps(s) * (size_t)s->in_c * (size_t)(depthwise ? 1 : s->out_c);
}

static const og_window_t *get_layer_window(mp_obj_t obj, bool depthwise) {
    const og_window_t *s = get_window(obj);
    if (depthwise) {
        get_int(MP_OBJ_NEW_SMALL_INT(s->out_c), "window: out_c", s->in_c, s->in_c);
    }
    return s;
}

// (window, x, w, b, e_x, e_w, activation, training, range, y) -> e_y
static mp_obj_t window_forward(const mp_obj_t *args, bool depthwise) {
    const og_window_t *s = get_layer_window(args[0], depthwise);
    const int8_t *x = get_items(args[1], "x", 'b', READ, window_items_in(s));
    og_linear_t l;
    get_linear(&l, args[2], args[3], args[5], window_weights(s, depthwise), (size_t)s->out_c);
    int32_t e_x = get_exponent(args[4], "e_x");
    og_activation_t activation = get_activation(args[6]);
    bool training = mp_obj_is_true(args[7]);
    og_range_t *range = get_range(args[8], training ? WRITE : READ);
    int8_t *y = get_items(args[9], "y", 'b', WRITE, window_items_out(s));
    og_range_t *learns = learner(range, training);
    return MP_OBJ_NEW_SMALL_INT(depthwise ?
        og_depthwise_conv2d_forward_s8(&l, s, x, e_x, activation, range, learns, y) :
        og_conv2d_forward_s8(&l, s, x, e_x, activation, range, learns, y));
}

// (window, dy, w, e_dy, e_w, x, e_x, activation, pending, e_pending, range, dx) -> e_dx
static mp_obj_t window_backward_x(const mp_obj_t *args, bool depthwise) {
    const og_window_t *s = get_layer_window(args[0], depthwise);
    const int8_t *dy = get_items(args[1], "dy", 'b', READ, window_items_out(s));
    og_linear_t l;
    get_linear(&l, args[2], mp_const_none, args[4], window_weights(s, depthwise), (size_t)s->out_c);
    int32_t e_dy = get_exponent(args[3], "e_dy");
    og_error_t error;
    get_error(&error, args + 5, window_items_in(s));
    og_range_t *range = get_range(args[10], WRITE);
    int8_t *dx = get_items(args[11], "dx", 'b', WRITE, window_items_in(s));
    return MP_OBJ_NEW_SMALL_INT(depthwise ?
        og_depthwise_conv2d_backward_x_s8(&l, s, dy, e_dy, &error, range, dx) :
        og_conv2d_backward_x_s8(&l, s, dy, e_dy, &error, range, dx));
}

// How many int32 of scratch a gradient needs: one row, or the whole layer.
static size_t window_scratch(const og_window_t *s) {
    return og_window_taps(s) * (size_t)s->in_c;
}

// (window, dy, x, e_dy, e_x, rate, rng, w, residual, velocity, b, e_w, scratch)
static mp_obj_t window_update(const mp_obj_t *args, bool depthwise) {
    const og_window_t *s = get_layer_window(args[0], depthwise);
    const int8_t *dy = get_items(args[1], "dy", 'b', READ, window_items_out(s));
    const int8_t *x = get_items(args[2], "x", 'b', READ, window_items_in(s));
    int32_t e_dy = get_exponent(args[3], "e_dy");
    int32_t e_x = get_exponent(args[4], "e_x");
    const og_rate_t *rate = get_rate(args[5]);
    og_weights_t layer;
    get_weights(&layer, args + 6, window_weights(s, depthwise), (size_t)s->out_c);
    int32_t *scratch = get_scratch(args[12], window_scratch(s));
    if (depthwise) {
        og_depthwise_conv2d_update_s8(&layer, s, dy, x, e_dy, e_x, rate, scratch);
    } else {
        og_conv2d_update_s8(&layer, s, dy, x, e_dy, e_x, rate, scratch);
    }
    return mp_const_none;
}

// (window, dy, x, e_dy, e_x, scratch, batch, sums)
static mp_obj_t window_gradient(const mp_obj_t *args, bool depthwise) {
    const og_window_t *s = get_layer_window(args[0], depthwise);
    const int8_t *dy = get_items(args[1], "dy", 'b', READ, window_items_out(s));
    const int8_t *x = get_items(args[2], "x", 'b', READ, window_items_in(s));
    int32_t e_dy = get_exponent(args[3], "e_dy");
    int32_t e_x = get_exponent(args[4], "e_x");
    int32_t *scratch = get_scratch(args[5], window_scratch(s));
    og_batch_t *batch = get_batch(args[6]);
    size_t n = window_weights(s, depthwise) + (size_t)s->out_c;
    int32_t *sums = get_items(args[7], "sums", 'i', WRITE, n);
    if (depthwise) {
        og_depthwise_conv2d_gradient_s8(s, dy, x, e_dy, e_x, scratch, batch, sums);
    } else {
        og_conv2d_gradient_s8(s, dy, x, e_dy, e_x, scratch, batch, sums);
    }
    return mp_const_none;
}

// The four functions above, by the names that Python has for them.
#define WINDOW_FUNCTION(name, operation, n, depthwise) \
    static mp_obj_t mod_octograd_##name##_##operation(size_t n_args, const mp_obj_t *args) { \
        (void)n_args; \
        return window_##operation(args, depthwise); \
    } \
    static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_##name##_##operation##_obj, n, n, \
    mod_octograd_##name##_##operation);

WINDOW_FUNCTION(conv2d, forward, 10, false)
WINDOW_FUNCTION(conv2d, backward_x, 12, false)
WINDOW_FUNCTION(conv2d, update, 13, false)
WINDOW_FUNCTION(conv2d, gradient, 8, false)
WINDOW_FUNCTION(depthwise_conv2d, forward, 10, true)
WINDOW_FUNCTION(depthwise_conv2d, backward_x, 12, true)
WINDOW_FUNCTION(depthwise_conv2d, update, 13, true)
WINDOW_FUNCTION(depthwise_conv2d, gradient, 8, true)

// conv2d_forward_s32(window, x, w, b, e_x, e_w, y) -> e_y
static mp_obj_t mod_octograd_conv2d_forward_s32(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    const og_window_t *s = get_window(args[0]);
    const int8_t *x = get_items(args[1], "x", 'b', READ, window_items_in(s));
    og_linear_t l;
    get_linear(&l, args[2], args[3], args[5], window_weights(s, false), (size_t)s->out_c);
    int32_t e_x = get_exponent(args[4], "e_x");
    get_items(args[5], "e_w", 'b', READ, 1);
    int32_t *y = get_items(args[6], "y", 'i', WRITE, window_items_out(s));
    return MP_OBJ_NEW_SMALL_INT(og_conv2d_forward_s32(&l, s, x, e_x, y));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_conv2d_forward_s32_obj, 7, 7, mod_octograd_conv2d_forward_s32);

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

// max_pool2d_forward(window, x, y, index)
static mp_obj_t mod_octograd_max_pool2d_forward(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    const og_window_t *s = get_pool_window(args[0], true);
    const int8_t *x = get_items(args[1], "x", 'b', READ, window_items_in(s));
    int8_t *y = get_items(args[2], "y", 'b', WRITE, window_items_out(s));
    uint8_t *index = get_items(args[3], "index", 'b', WRITE, window_items_out(s));
    og_max_pool2d_forward_s8(s, x, y, index);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_max_pool2d_forward_obj, 4, 4, mod_octograd_max_pool2d_forward);

// max_pool2d_route(window, dy, index, dx)
static mp_obj_t mod_octograd_max_pool2d_route(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    const og_window_t *s = get_pool_window(args[0], true);
    // Windows that overlap have sums, for which there is no room here.
    get_int(MP_OBJ_NEW_SMALL_INT(s->y.stride), "window: stride", s->y.kernel, 32767);
    get_int(MP_OBJ_NEW_SMALL_INT(s->x.stride), "window: stride", s->x.kernel, 32767);
    const int8_t *dy = get_items(args[1], "dy", 'b', READ, window_items_out(s));
    const uint8_t *index = get_items(args[2], "index", 'b', READ, window_items_out(s));
    int8_t *dx = get_items(args[3], "dx", 'b', WRITE, window_items_in(s));
    og_max_pool2d_route_s8(s, dy, index, dx);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_max_pool2d_route_obj, 4, 4, mod_octograd_max_pool2d_route);

// max_pool2d_backward_x(window, dy, index, e_dy, x, e_x, activation, pending, e_pending, range, dx) -> e_dx
static mp_obj_t mod_octograd_max_pool2d_backward_x(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    const og_window_t *s = get_pool_window(args[0], true);
    const int8_t *dy = get_items(args[1], "dy", 'b', READ, window_items_out(s));
    const uint8_t *index = get_items(args[2], "index", 'b', READ, window_items_out(s));
    int32_t e_dy = get_exponent(args[3], "e_dy");
    og_error_t error;
    get_error(&error, args + 4, window_items_in(s));
    og_range_t *range = get_range(args[9], WRITE);
    int8_t *dx = get_items(args[10], "dx", 'b', WRITE, window_items_in(s));
    return MP_OBJ_NEW_SMALL_INT(og_max_pool2d_backward_x_s8(s, dy, index, e_dy, &error, range, dx));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_max_pool2d_backward_x_obj, 11, 11, mod_octograd_max_pool2d_backward_x);

// average_pool2d_forward(window, x, e_x, training, range, y) -> e_y
static mp_obj_t mod_octograd_average_pool2d_forward(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    const og_window_t *s = get_pool_window(args[0], false);
    const int8_t *x = get_items(args[1], "x", 'b', READ, window_items_in(s));
    int32_t e_x = get_exponent(args[2], "e_x");
    bool training = mp_obj_is_true(args[3]);
    og_range_t *range = get_range(args[4], training ? WRITE : READ);
    int8_t *y = get_items(args[5], "y", 'b', WRITE, window_items_out(s));
    return MP_OBJ_NEW_SMALL_INT(og_average_pool2d_forward_s8(s, x, e_x, range,
        learner(range, training), y));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_average_pool2d_forward_obj, 6, 6, mod_octograd_average_pool2d_forward);

// average_pool2d_backward_x(window, dy, e_dy, x, e_x, activation, pending, e_pending, range, dx) -> e_dx
static mp_obj_t mod_octograd_average_pool2d_backward_x(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    const og_window_t *s = get_pool_window(args[0], false);
    const int8_t *dy = get_items(args[1], "dy", 'b', READ, window_items_out(s));
    int32_t e_dy = get_exponent(args[2], "e_dy");
    og_error_t error;
    get_error(&error, args + 3, window_items_in(s));
    og_range_t *range = get_range(args[8], WRITE);
    int8_t *dx = get_items(args[9], "dx", 'b', WRITE, window_items_in(s));
    return MP_OBJ_NEW_SMALL_INT(og_average_pool2d_backward_x_s8(s, dy, e_dy, &error, range, dx));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_average_pool2d_backward_x_obj, 10, 10, mod_octograd_average_pool2d_backward_x);

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

// activation_backward(dy, y, e_y, activation, dx)
static mp_obj_t mod_octograd_activation_backward(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n;
    const int8_t *dy = get_tensor(args[0], "dy", 'b', READ, &n);
    const int8_t *y = get_items(args[1], "y", 'b', READ, n);
    int32_t e_y = get_exponent(args[2], "e_y");
    og_activation_t activation = get_activation(args[3]);
    int8_t *dx = get_items(args[4], "dx", 'b', WRITE, n);
    og_activation_backward_s8(dy, y, n, e_y, activation, dx);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_activation_backward_obj, 5, 5, mod_octograd_activation_backward);

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

// argmax(y) -> index
static mp_obj_t mod_octograd_argmax(mp_obj_t y_in) {
    size_t n;
    const int32_t *y = get_tensor(y_in, "y", 'i', READ, &n);
    return MP_OBJ_NEW_SMALL_INT(og_argmax_s32(y, n));
}
static MP_DEFINE_CONST_FUN_OBJ_1(mod_octograd_argmax_obj, mod_octograd_argmax);

// rng_seed(rng, seed): the only function that takes a state of 0
static mp_obj_t mod_octograd_rng_seed(mp_obj_t rng_in, mp_obj_t seed_in) {
    uint32_t *rng = get_items(rng_in, "rng", 'I', WRITE, 1);
    // The largest small int of a 32-bit port.
    *rng = og_rng_seed((uint32_t)get_int(seed_in, "seed", 0, (1 << 30) - 1));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(mod_octograd_rng_seed_obj, mod_octograd_rng_seed);

// rng_below(rng, n) -> 0..n-1
static mp_obj_t mod_octograd_rng_below(mp_obj_t rng_in, mp_obj_t n_in) {
    uint32_t *rng = get_rng(rng_in);
    return MP_OBJ_NEW_SMALL_INT(og_rng_below(rng, (uint32_t)get_int(n_in, "n", 1, 65536)));
}
static MP_DEFINE_CONST_FUN_OBJ_2(mod_octograd_rng_below_obj, mod_octograd_rng_below);

// rng_uniform(rng, limit, w)
static mp_obj_t mod_octograd_rng_uniform(mp_obj_t rng_in, mp_obj_t limit_in, mp_obj_t w_in) {
    uint32_t *rng = get_rng(rng_in);
    int32_t limit = get_int(limit_in, "limit", 1, 32512);
    size_t n;
    int8_t *w = get_buffer(w_in, "w", 'b', WRITE, &n);
    og_rng_uniform_s8(rng, n, limit, w);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(mod_octograd_rng_uniform_obj, mod_octograd_rng_uniform);

// take(source, index, out): record `index` of a flat buffer of records as long as out
static mp_obj_t mod_octograd_take(mp_obj_t source_in, mp_obj_t index_in, mp_obj_t out_in) {
    size_t n_source, n;
    const int8_t *source = get_buffer(source_in, "source", 'b', READ, &n_source);
    int8_t *out = get_tensor(out_in, "out", 'b', WRITE, &n);
    if (n_source < n) {
        get_items(source_in, "source", 'b', READ, n);
    }
    size_t records = n_source / n;
    size_t index = (size_t)get_int(index_in, "index", 0, (int32_t)records - 1);
    for (size_t k = 0; k < n; k++) {
        out[k] = source[index * n + k];
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(mod_octograd_take_obj, mod_octograd_take);

// put(x, index, out): x as record `index` of a flat buffer of records as long as x
static mp_obj_t mod_octograd_put(mp_obj_t x_in, mp_obj_t index_in, mp_obj_t out_in) {
    size_t n, n_out;
    const int8_t *x = get_tensor(x_in, "x", 'b', READ, &n);
    int8_t *out = get_buffer(out_in, "out", 'b', WRITE, &n_out);
    if (n_out < n) {
        get_items(out_in, "out", 'b', WRITE, n);
    }
    size_t index = (size_t)get_int(index_in, "index", 0, (int32_t)(n_out / n) - 1);
    for (size_t k = 0; k < n; k++) {
        out[index * n + k] = x[k];
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(mod_octograd_put_obj, mod_octograd_put);

// check_items(buffer, n, name): an int8 buffer of n items, or an error that names the argument
static mp_obj_t mod_octograd_check_items(mp_obj_t buffer, mp_obj_t n, mp_obj_t name) {
    get_items(buffer, mp_obj_str_get_str(name), 'b', READ, (size_t)get_int(n, "n", 0, 1 << 29));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(mod_octograd_check_items_obj, mod_octograd_check_items);

// Every name the module exports, once. MP_QSTR_* is spelled out because the
// native build collects names by reading the text of this file.
#define EXPORTS(X) \
    X(MP_QSTR_dense_forward, mod_octograd_dense_forward_obj) \
    X(MP_QSTR_dense_forward_s32, mod_octograd_dense_forward_s32_obj) \
    X(MP_QSTR_dense_backward_x, mod_octograd_dense_backward_x_obj) \
    X(MP_QSTR_dense_update, mod_octograd_dense_update_obj) \
    X(MP_QSTR_dense_gradient, mod_octograd_dense_gradient_obj) \
    X(MP_QSTR_conv2d_forward, mod_octograd_conv2d_forward_obj) \
    X(MP_QSTR_conv2d_forward_s32, mod_octograd_conv2d_forward_s32_obj) \
    X(MP_QSTR_conv2d_backward_x, mod_octograd_conv2d_backward_x_obj) \
    X(MP_QSTR_conv2d_update, mod_octograd_conv2d_update_obj) \
    X(MP_QSTR_conv2d_gradient, mod_octograd_conv2d_gradient_obj) \
    X(MP_QSTR_depthwise_conv2d_forward, mod_octograd_depthwise_conv2d_forward_obj) \
    X(MP_QSTR_depthwise_conv2d_backward_x, mod_octograd_depthwise_conv2d_backward_x_obj) \
    X(MP_QSTR_depthwise_conv2d_update, mod_octograd_depthwise_conv2d_update_obj) \
    X(MP_QSTR_depthwise_conv2d_gradient, mod_octograd_depthwise_conv2d_gradient_obj) \
    X(MP_QSTR_batch_apply, mod_octograd_batch_apply_obj) \
    X(MP_QSTR_weight_decay, mod_octograd_weight_decay_obj) \
    X(MP_QSTR_weight_pull, mod_octograd_weight_pull_obj) \
    X(MP_QSTR_importance_add, mod_octograd_importance_add_obj) \
    X(MP_QSTR_importance_scale, mod_octograd_importance_scale_obj) \
    X(MP_QSTR_max_pool2d_forward, mod_octograd_max_pool2d_forward_obj) \
    X(MP_QSTR_max_pool2d_route, mod_octograd_max_pool2d_route_obj) \
    X(MP_QSTR_max_pool2d_backward_x, mod_octograd_max_pool2d_backward_x_obj) \
    X(MP_QSTR_average_pool2d_forward, mod_octograd_average_pool2d_forward_obj) \
    X(MP_QSTR_average_pool2d_backward_x, mod_octograd_average_pool2d_backward_x_obj) \
    X(MP_QSTR_add_forward, mod_octograd_add_forward_obj) \
    X(MP_QSTR_activation_backward, mod_octograd_activation_backward_obj) \
    X(MP_QSTR_dropout, mod_octograd_dropout_obj) \
    X(MP_QSTR_softmax, mod_octograd_softmax_obj) \
    X(MP_QSTR_softmax_cross_entropy, mod_octograd_softmax_cross_entropy_obj) \
    X(MP_QSTR_mean_squared_error, mod_octograd_mean_squared_error_obj) \
    X(MP_QSTR_binary_cross_entropy, mod_octograd_binary_cross_entropy_obj) \
    X(MP_QSTR_huber, mod_octograd_huber_obj) \
    X(MP_QSTR_error_largest, mod_octograd_error_largest_obj) \
    X(MP_QSTR_error_quantize, mod_octograd_error_quantize_obj) \
    X(MP_QSTR_partial_keep, mod_octograd_partial_keep_obj) \
    X(MP_QSTR_argmax, mod_octograd_argmax_obj) \
    X(MP_QSTR_rng_seed, mod_octograd_rng_seed_obj) \
    X(MP_QSTR_rng_below, mod_octograd_rng_below_obj) \
    X(MP_QSTR_rng_uniform, mod_octograd_rng_uniform_obj) \
    X(MP_QSTR_check_items, mod_octograd_check_items_obj) \
    X(MP_QSTR_take, mod_octograd_take_obj) \
    X(MP_QSTR_put, mod_octograd_put_obj)

#if MICROPY_ENABLE_DYNRUNTIME

#define STORE(name, obj) mp_store_global(name, MP_OBJ_FROM_PTR(&obj));

mp_obj_t mpy_init(mp_obj_fun_bc_t *self, size_t n_args, size_t n_kw, mp_obj_t *args) {
    MP_DYNRUNTIME_INIT_ENTRY
    EXPORTS(STORE)
    MP_DYNRUNTIME_INIT_EXIT
}

#else

#define ROW(name, obj) { MP_ROM_QSTR(name), MP_ROM_PTR(&obj) },

static const mp_rom_map_elem_t mod_octograd_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__octograd) },
    EXPORTS(ROW)
};
static MP_DEFINE_CONST_DICT(mod_octograd_globals, mod_octograd_globals_table);

const mp_obj_module_t mod_octograd = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&mod_octograd_globals,
};
MP_REGISTER_MODULE(MP_QSTR__octograd, mod_octograd);

#endif
