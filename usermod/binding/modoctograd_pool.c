// SPDX-License-Identifier: MIT
#include "module.h"
#include "og_pool.h"
#include "windows.h"

// The module _octograd_pool: the largest or the mean of each window.

// As many channels out as in, neither transposed nor upsampled, and if taps are
// indexed, one byte counts them.
static const og_window_t *get_pool_window(mp_obj_t obj, bool indexed) {
    const og_window_t *s = get_window(obj);
    check_field("window: out_c", s->out_c, s->in_c, s->in_c);
    check_field("window: sign", s->y.sign, 1, 1);
    check_field("window: sign", s->x.sign, 1, 1);
    check_field("window: divisor", s->y.divisor, 1, 1);
    check_field("window: divisor", s->x.divisor, 1, 1);
    if (indexed) {
        get_int(MP_OBJ_NEW_SMALL_INT(og_window_taps(s)), "window: taps", 1, 256);
    }
    return s;
}

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

#define EXPORTS(X) \
    X(MP_QSTR_max_pool2d_forward, mod_octograd_max_pool2d_forward_obj) \
    X(MP_QSTR_max_pool2d_route, mod_octograd_max_pool2d_route_obj) \
    X(MP_QSTR_max_pool2d_backward_x, mod_octograd_max_pool2d_backward_x_obj) \
    X(MP_QSTR_average_pool2d_forward, mod_octograd_average_pool2d_forward_obj) \
    X(MP_QSTR_average_pool2d_backward_x, mod_octograd_average_pool2d_backward_x_obj)

MODULE(octograd_pool, EXPORTS)
