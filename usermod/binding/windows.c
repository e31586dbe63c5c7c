// SPDX-License-Identifier: MIT
#include "windows.h"

// An axis of a window.
static void check_axis(const og_axis_t *axis) {
    check_field("window: n_in", axis->n_in, 1, 32767);
    check_field("window: n_out", axis->n_out, 1, 32767);
    check_field("window: kernel", axis->kernel, 1, 32767);
    check_field("window: stride", axis->stride, 1, 32767);
    if (axis->sign != -1) {
        check_field("window: sign", axis->sign, 1, 1);
    }
    check_field("window: divisor", axis->divisor, 1, 32767);
    check_field("window: exact", axis->exact, 0, 1);
}

// a * b * c, all at least 1, must be at most OG_MAX_LENGTH.
static size_t check_product(const char *name, size_t a, size_t b, size_t c) {
    // a * b fits in 32 bits, as a <= 2^16 and b < 2^15.
    size_t n = a * b;
    n = n > OG_MAX_LENGTH ? n : n * c;
    if (n > OG_MAX_LENGTH) {
        raise_outside(name, 1, (mp_int_t)OG_MAX_LENGTH, " items", (mp_int_t)n);
    }
    return n;
}

const og_window_t *get_window(mp_obj_t obj) {
    const og_window_t *s = get_items(obj, "window", 'h', READ, OG_WINDOW_FIELDS);
    check_axis(&s->y);
    check_axis(&s->x);
    check_field("window: in_c", s->in_c, 1, 32767);
    check_field("window: out_c", s->out_c, 1, 32767);
    size_t in_c = (size_t)s->in_c, out_c = (size_t)s->out_c;
    check_product("window: input", (size_t)s->y.n_in, (size_t)s->x.n_in, in_c);
    check_product("window: output", (size_t)s->y.n_out, (size_t)s->x.n_out, out_c);
    size_t taps = check_product("window: kernel", (size_t)s->y.kernel, (size_t)s->x.kernel, 1);
    check_product("window: kernel and channels", taps, in_c, 1);
    size_t repeats = check_product("window: divisor", (size_t)og_axis_repeats(&s->y),
        (size_t)og_axis_repeats(&s->x), 1);
    size_t uses = check_product("window: uses", taps, repeats, 1);
    check_product("window: uses and channels", uses, out_c, 1);
    return s;
}

size_t window_items_in(const og_window_t *s) {
    return og_window_inputs(s) * (size_t)s->in_c;
}

size_t window_items_out(const og_window_t *s) {
    return og_window_outputs(s) * (size_t)s->out_c;
}

size_t window_weights(const og_window_t *s, bool depthwise) {
    return og_window_taps(s) * (size_t)s->in_c * (size_t)(depthwise ? 1 : s->out_c);
}

static const og_window_t *get_layer_window(mp_obj_t obj, bool depthwise) {
    const og_window_t *s = get_window(obj);
    if (depthwise) {
        get_int(MP_OBJ_NEW_SMALL_INT(s->out_c), "window: out_c", s->in_c, s->in_c);
    }
    return s;
}

mp_obj_t window_forward(const mp_obj_t *args, bool depthwise, window_forward_t kernel) {
    const og_window_t *s = get_layer_window(args[0], depthwise);
    const int8_t *x = get_items(args[1], "x", 'b', READ, window_items_in(s));
    og_linear_t l;
    get_linear(&l, args[2], args[3], args[5], window_weights(s, depthwise), (size_t)s->out_c);
    int32_t e_x = get_exponent(args[4], "e_x");
    og_activation_t activation = get_activation(args[6]);
    bool training = mp_obj_is_true(args[7]);
    og_range_t *range = get_range(args[8], training ? WRITE : READ);
    int8_t *y = get_items(args[9], "y", 'b', WRITE, window_items_out(s));
    return MP_OBJ_NEW_SMALL_INT(kernel(&l, s, x, e_x, activation, range,
        learner(range, training), y));
}

mp_obj_t window_backward_x(const mp_obj_t *args, bool depthwise, window_backward_x_t kernel) {
    const og_window_t *s = get_layer_window(args[0], depthwise);
    const int8_t *dy = get_items(args[1], "dy", 'b', READ, window_items_out(s));
    og_linear_t l;
    get_linear(&l, args[2], mp_const_none, args[4], window_weights(s, depthwise), (size_t)s->out_c);
    int32_t e_dy = get_exponent(args[3], "e_dy");
    og_error_t error;
    get_error(&error, args + 5, window_items_in(s));
    og_range_t *range = get_range(args[10], WRITE);
    int8_t *dx = get_items(args[11], "dx", 'b', WRITE, window_items_in(s));
    return MP_OBJ_NEW_SMALL_INT(kernel(&l, s, dy, e_dy, &error, range, dx));
}

// How many int32 of scratch a gradient needs: one row, or the whole layer.
static size_t window_scratch(const og_window_t *s) {
    return og_window_taps(s) * (size_t)s->in_c;
}

mp_obj_t window_update(const mp_obj_t *args, bool depthwise, window_update_t kernel) {
    const og_window_t *s = get_layer_window(args[0], depthwise);
    const int8_t *dy = get_items(args[1], "dy", 'b', READ, window_items_out(s));
    const int8_t *x = get_items(args[2], "x", 'b', READ, window_items_in(s));
    int32_t e_dy = get_exponent(args[3], "e_dy");
    int32_t e_x = get_exponent(args[4], "e_x");
    const og_rate_t *rate = get_rate(args[5]);
    og_weights_t layer;
    get_weights(&layer, args + 6, window_weights(s, depthwise), (size_t)s->out_c);
    int32_t *scratch = get_scratch(args[12], window_scratch(s));
    kernel(&layer, s, dy, x, e_dy, e_x, rate, scratch);
    return mp_const_none;
}

mp_obj_t window_gradient(const mp_obj_t *args, bool depthwise, window_gradient_t kernel) {
    const og_window_t *s = get_layer_window(args[0], depthwise);
    const int8_t *dy = get_items(args[1], "dy", 'b', READ, window_items_out(s));
    const int8_t *x = get_items(args[2], "x", 'b', READ, window_items_in(s));
    int32_t e_dy = get_exponent(args[3], "e_dy");
    int32_t e_x = get_exponent(args[4], "e_x");
    int32_t *scratch = get_scratch(args[5], window_scratch(s));
    og_batch_t *batch = get_batch(args[6]);
    size_t n = window_weights(s, depthwise) + (size_t)s->out_c;
    int32_t *sums = get_items(args[7], "sums", 'i', WRITE, n);
    kernel(s, dy, x, e_dy, e_x, scratch, batch, sums);
    return mp_const_none;
}
