// SPDX-License-Identifier: MIT
#include "module.h"
#include "og_conv2d.h"
#include "windows.h"

// The module _octograd_conv: convolutions of one and two dimensions, also transposed.

WINDOW_FUNCTION(conv2d, forward, 10, false)
WINDOW_FUNCTION(conv2d, backward_x, 12, false)

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

#define EXPORTS(X) \
    X(MP_QSTR_conv2d_forward, mod_octograd_conv2d_forward_obj) \
    X(MP_QSTR_conv2d_forward_s32, mod_octograd_conv2d_forward_s32_obj) \
    X(MP_QSTR_conv2d_backward_x, mod_octograd_conv2d_backward_x_obj)

MODULE(octograd_conv, EXPORTS)
