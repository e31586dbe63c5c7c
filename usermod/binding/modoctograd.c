// SPDX-License-Identifier: MIT
#include "module.h"
#include "og_add.h"
#include "og_dense.h"
#include "og_loss.h"
#include "og_rng.h"

// The module _octograd, which every net needs: dense layers, random numbers,
// buffers. Like those beside it, it is functions over borrowed buffers:
// no classes, no state, no floats. Shapes follow from the lengths of the buffers.

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

// check_items(buffer, n, name): an int8 buffer of n items, or an error that names the argument
static mp_obj_t mod_octograd_check_items(mp_obj_t buffer, mp_obj_t n, mp_obj_t name) {
    get_items(buffer, mp_obj_str_get_str(name), 'b', READ, (size_t)get_int(n, "n", 0, 1 << 29));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(mod_octograd_check_items_obj, mod_octograd_check_items);

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

#define EXPORTS(X) \
    X(MP_QSTR_dense_forward, mod_octograd_dense_forward_obj) \
    X(MP_QSTR_dense_forward_s32, mod_octograd_dense_forward_s32_obj) \
    X(MP_QSTR_dense_backward_x, mod_octograd_dense_backward_x_obj) \
    X(MP_QSTR_activation_backward, mod_octograd_activation_backward_obj) \
    X(MP_QSTR_argmax, mod_octograd_argmax_obj) \
    X(MP_QSTR_rng_seed, mod_octograd_rng_seed_obj) \
    X(MP_QSTR_rng_below, mod_octograd_rng_below_obj) \
    X(MP_QSTR_rng_uniform, mod_octograd_rng_uniform_obj) \
    X(MP_QSTR_check_items, mod_octograd_check_items_obj) \
    X(MP_QSTR_take, mod_octograd_take_obj) \
    X(MP_QSTR_put, mod_octograd_put_obj)

MODULE(octograd, EXPORTS)
