// SPDX-License-Identifier: MIT
#ifndef OG_WINDOWS_H
#define OG_WINDOWS_H

#include "arguments.h"
#include "og_window.h"

// The border of layers that see an image through a window.

// A window whose images, kernel and sums are within what kernels can take.
const og_window_t *get_window(mp_obj_t obj);
size_t window_items_in(const og_window_t *s);
size_t window_items_out(const og_window_t *s);

// The number of weights of a layer over a window, linear or depthwise.
size_t window_weights(const og_window_t *s, bool depthwise);

// Convolutions take the same arguments, depthwise or not, for kernels of the
// same types: these functions check them and call one.

// (window, x, w, b, e_x, e_w, activation, training, range, y) -> e_y
typedef int32_t (*window_forward_t)(const og_linear_t *l, const og_window_t *s, const int8_t *x,
    int32_t e_x, og_activation_t activation, const og_range_t *range, og_range_t *learner,
    int8_t *y);
mp_obj_t window_forward(const mp_obj_t *args, bool depthwise, window_forward_t kernel);

// (window, dy, w, e_dy, e_w, x, e_x, activation, pending, e_pending, range, dx) -> e_dx
typedef int32_t (*window_backward_x_t)(const og_linear_t *l, const og_window_t *s,
    const int8_t *dy, int32_t e_dy, const og_error_t *error, og_range_t *range, int8_t *dx);
mp_obj_t window_backward_x(const mp_obj_t *args, bool depthwise, window_backward_x_t kernel);

// (window, dy, x, e_dy, e_x, rate, rng, w, residual, velocity, b, e_w, scratch)
typedef void (*window_update_t)(const og_weights_t *layer, const og_window_t *s, const int8_t *dy,
    const int8_t *x, int32_t e_dy, int32_t e_x, const og_rate_t *rate, int32_t *scratch);
mp_obj_t window_update(const mp_obj_t *args, bool depthwise, window_update_t kernel);

// (window, dy, x, e_dy, e_x, scratch, batch, sums)
typedef void (*window_gradient_t)(const og_window_t *s, const int8_t *dy, const int8_t *x,
    int32_t e_dy, int32_t e_x, int32_t *scratch, og_batch_t *batch, int32_t *sums);
mp_obj_t window_gradient(const mp_obj_t *args, bool depthwise, window_gradient_t kernel);

// One of them with its kernel, of n arguments, as Python calls it.
#define WINDOW_FUNCTION(name, operation, n, depthwise) \
    static mp_obj_t mod_octograd_##name##_##operation(size_t n_args, const mp_obj_t *args) { \
        (void)n_args; \
        return window_##operation(args, depthwise, og_##name##_##operation##_s8); \
    } \
    static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_##name##_##operation##_obj, n, n, \
    mod_octograd_##name##_##operation);

#endif // OG_WINDOWS_H
