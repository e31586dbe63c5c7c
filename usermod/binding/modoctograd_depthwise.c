// SPDX-License-Identifier: MIT
#include "module.h"
#include "og_depthwise_conv2d.h"
#include "windows.h"

// The module _octograd_depthwise: convolutions of each channel on its own.

WINDOW_FUNCTION(depthwise_conv2d, forward, 10, true)
WINDOW_FUNCTION(depthwise_conv2d, backward_x, 12, true)

#define EXPORTS(X) \
    X(MP_QSTR_depthwise_conv2d_forward, mod_octograd_depthwise_conv2d_forward_obj) \
    X(MP_QSTR_depthwise_conv2d_backward_x, mod_octograd_depthwise_conv2d_backward_x_obj)

MODULE(octograd_depthwise, EXPORTS)
