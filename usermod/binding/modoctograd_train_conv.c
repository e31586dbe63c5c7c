// SPDX-License-Identifier: MIT
#include "module.h"
#include "og_conv2d.h"
#include "og_depthwise_conv2d.h"
#include "windows.h"

// The module _octograd_train_conv, which training of convolutions needs: their updates.

WINDOW_FUNCTION(conv2d, update, 13, false)
WINDOW_FUNCTION(conv2d, gradient, 8, false)
WINDOW_FUNCTION(depthwise_conv2d, update, 13, true)
WINDOW_FUNCTION(depthwise_conv2d, gradient, 8, true)

#define EXPORTS(X) \
    X(MP_QSTR_conv2d_update, mod_octograd_conv2d_update_obj) \
    X(MP_QSTR_conv2d_gradient, mod_octograd_conv2d_gradient_obj) \
    X(MP_QSTR_depthwise_conv2d_update, mod_octograd_depthwise_conv2d_update_obj) \
    X(MP_QSTR_depthwise_conv2d_gradient, mod_octograd_depthwise_conv2d_gradient_obj)

MODULE(octograd_train_conv, EXPORTS)
