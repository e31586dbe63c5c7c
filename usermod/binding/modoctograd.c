// SPDX-License-Identifier: MIT
#include "arguments.h"
#include "og_loss.h"
#include "og_rng.h"

// The module _octograd: functions over borrowed buffers, no classes, no state,
// no floats. Shapes follow from the lengths of the buffers.

static og_activation_t get_activation(mp_obj_t obj) {
    return (og_activation_t)get_int(obj, "activation", 0, OG_ACTIVATION_LAST);
}

// What every function of a dense layer needs, read and checked.
typedef struct _dense_t {
    size_t n_in, n_out;
    const int8_t *x;
    int8_t *w, *e_w;
    int32_t *b;
    int32_t e_x;
} dense_t;

static dense_t get_dense(mp_obj_t x, mp_obj_t w, mp_obj_t b, mp_obj_t e_x, mp_obj_t e_w,
    access_t access) {
    dense_t d;
    d.x = get_tensor(x, "x", 'b', READ, &d.n_in);
    d.b = get_tensor(b, "b", 'i', access, &d.n_out);
    d.w = get_items(w, "w", 'b', access, d.n_in * d.n_out);
    d.e_x = get_exponent(e_x, "e_x");
    d.e_w = get_items(e_w, "e_w", 'b', access, 1);
    return d;
}

// dense_forward(x, w, b, e_x, e_w, activation, training, range, y) -> e_y
static mp_obj_t mod_octograd_dense_forward(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    dense_t d = get_dense(args[0], args[1], args[2], args[3], args[4], READ);
    og_activation_t activation = get_activation(args[5]);
    bool training = mp_obj_is_true(args[6]);
    og_range_t *range = get_range(args[7], training ? WRITE : READ);
    int8_t *y = get_items(args[8], "y", 'b', WRITE, d.n_out);
    return MP_OBJ_NEW_SMALL_INT(og_dense_forward_s8(d.x, d.w, d.b, d.n_in, d.n_out,
        d.e_x, *d.e_w, activation, training, range, y));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_dense_forward_obj, 9, 9, mod_octograd_dense_forward);

// dense_forward_s32(x, w, b, e_x, e_w, y) -> e_y
static mp_obj_t mod_octograd_dense_forward_s32(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    dense_t d = get_dense(args[0], args[1], args[2], args[3], args[4], READ);
    int32_t *y = get_items(args[5], "y", 'i', WRITE, d.n_out);
    return MP_OBJ_NEW_SMALL_INT(og_dense_forward_s32(d.x, d.w, d.b, d.n_in, d.n_out,
        d.e_x, *d.e_w, y));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_dense_forward_s32_obj, 6, 6, mod_octograd_dense_forward_s32);

// dense_backward_x(dy, w, x, e_dy, e_w, activation, range, dx) -> e_dx
static mp_obj_t mod_octograd_dense_backward_x(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n_in, n_out;
    const int8_t *dy = get_tensor(args[0], "dy", 'b', READ, &n_out);
    const int8_t *x = get_tensor(args[2], "x", 'b', READ, &n_in);
    const int8_t *w = get_items(args[1], "w", 'b', READ, n_in * n_out);
    int32_t e_dy = get_exponent(args[3], "e_dy");
    const int8_t *e_w = get_items(args[4], "e_w", 'b', READ, 1);
    og_activation_t activation = get_activation(args[5]);
    og_range_t *range = get_range(args[6], WRITE);
    int8_t *dx = get_items(args[7], "dx", 'b', WRITE, n_in);
    return MP_OBJ_NEW_SMALL_INT(og_dense_backward_x_s8(dy, w, x, n_in, n_out,
        e_dy, *e_w, activation, range, dx));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_dense_backward_x_obj, 8, 8, mod_octograd_dense_backward_x);

// dense_update(dy, x, e_dy, e_x, rate, rng, w, residual, b, e_w)
static mp_obj_t mod_octograd_dense_update(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    dense_t d = get_dense(args[1], args[6], args[8], args[3], args[9], WRITE);
    const int8_t *dy = get_items(args[0], "dy", 'b', READ, d.n_out);
    int32_t e_dy = get_exponent(args[2], "e_dy");
    og_rate_t rate = get_rate(args[4]);
    uint32_t *rng = get_rng(args[5]);
    int8_t *residual = args[7] == mp_const_none ? NULL :
        get_items(args[7], "residual", 'b', WRITE, d.n_in * d.n_out);
    og_dense_update_s8(dy, d.x, d.n_in, d.n_out, e_dy, d.e_x, rate, rng,
        d.w, residual, d.b, d.e_w);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_dense_update_obj, 10, 10, mod_octograd_dense_update);

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

// error_quantize(error, skip, dy) -> e_dy, or None if the sample is skipped
static mp_obj_t mod_octograd_error_quantize(mp_obj_t error_in, mp_obj_t skip_in, mp_obj_t dy_in) {
    size_t n;
    const int32_t *error = get_tensor(error_in, "error", 'i', READ, &n);
    int32_t skip = get_int(skip_in, "skip", 0, 32768);
    int8_t *dy = get_items(dy_in, "dy", 'b', WRITE, n);
    int32_t e_dy;
    if (!og_error_quantize_s8(error, n, skip, dy, &e_dy)) {
        return mp_const_none;
    }
    return MP_OBJ_NEW_SMALL_INT(e_dy);
}
static MP_DEFINE_CONST_FUN_OBJ_3(mod_octograd_error_quantize_obj, mod_octograd_error_quantize);

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
    X(MP_QSTR_softmax, mod_octograd_softmax_obj) \
    X(MP_QSTR_softmax_cross_entropy, mod_octograd_softmax_cross_entropy_obj) \
    X(MP_QSTR_mean_squared_error, mod_octograd_mean_squared_error_obj) \
    X(MP_QSTR_error_quantize, mod_octograd_error_quantize_obj) \
    X(MP_QSTR_argmax, mod_octograd_argmax_obj) \
    X(MP_QSTR_rng_seed, mod_octograd_rng_seed_obj) \
    X(MP_QSTR_rng_below, mod_octograd_rng_below_obj) \
    X(MP_QSTR_rng_uniform, mod_octograd_rng_uniform_obj) \
    X(MP_QSTR_check_items, mod_octograd_check_items_obj) \
    X(MP_QSTR_take, mod_octograd_take_obj)

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
