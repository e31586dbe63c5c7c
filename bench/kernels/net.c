// SPDX-License-Identifier: MIT
#include "net.h"
#include "og_loss.h"
#include "og_partial.h"
#include "og_rng.h"

static const int32_t E_INPUT = -7;
static const og_rate_t rate = { 1, 6, 0, 0 };

// 3x3, stride 2, padding 1.
#define HALF(size) { size, (size) / 2, 3, 2, 1, -1, 1, 0 }

static const og_window_t windows[] = {
    { HALF(28), HALF(28), 1, 8 },
    { HALF(14), HALF(14), 8, 16 },
};

static const net_layer_t cnn_layers[] = {
    { &windows[0], 9, 8, 1568, 14112, 0, 0, 26754, -7 },
    { &windows[1], 72, 16, 784, 56448, 72, 8, 18918, -8 },
    { NULL, 784, 10, 10, 7840, 1224, 24, 32431, -11 },
};

static const net_layer_t mlp_layers[] = {
    { NULL, 64, 32, 32, 2048, 0, 0, 20066, -8 },
    { NULL, 32, 10, 10, 320, 2048, 32, 20066, -8 },
};

const net_t net_cnn = { cnn_layers, 3, 784 };
const net_t net_mlp = { mlp_layers, 2, 64 };

net_state_t net_state;
alignas(4) int8_t net_x[NET_INPUTS], net_dy[NET_LAYERS][NET_OUTPUTS];
static alignas(4) int8_t outputs[NET_LAYERS][NET_OUTPUTS];
static int32_t logits[NET_CLASSES], scratch[72];
static int32_t e_outputs[NET_LAYERS], e_logits, e_dy[NET_LAYERS];

void net_build(const net_t *net, uint32_t seed) {
    net_state = (net_state_t) { .rng = og_rng_seed(seed) };
    for (size_t k = 0; k < net->n_layers; k++) {
        const net_layer_t *l = &net->layers[k];
        net_state.e_w[k] = (int8_t)l->e_w;
        net_state.y_range[k] = net_state.dy_range[k] = (og_range_t) { 0, 0, OG_RANGE_FRESH };
        og_rng_uniform_s8(&net_state.rng, l->n_in * l->n_out, l->limit, net_state.w + l->first_w);
    }
}

static og_linear_t linear_of(const net_layer_t *l, size_t k) {
    return (og_linear_t) { net_state.w + l->first_w, net_state.b + l->first_b, &net_state.e_w[k], 1,
                           l->n_in, l->n_out };
}

// What layer k reads, and its exponent.
static const int8_t *input_of(size_t k, int32_t *e_x) {
    *e_x = k == 0 ? E_INPUT : e_outputs[k - 1];
    return k == 0 ? net_x : outputs[k - 1];
}

void net_forward(const net_t *net, bool training) {
    for (size_t k = 0; k < net->n_layers; k++) {
        const net_layer_t *l = &net->layers[k];
        og_linear_t linear = linear_of(l, k);
        int32_t e_x;
        const int8_t *x = input_of(k, &e_x);
        og_range_t *range = &net_state.y_range[k], *learner = training ? range : NULL;
        if (k + 1 == net->n_layers) {
            e_logits = og_dense_forward_s32(&linear, x, e_x, logits);
        } else if (l->window == NULL) {
            e_outputs[k] = og_dense_forward_s8(&linear, x, e_x, OG_RELU, range, learner, outputs[k]);
        } else {
            e_outputs[k] = og_conv2d_forward_s8(&linear, l->window, x, e_x, OG_RELU, range, learner,
                outputs[k]);
        }
    }
}

int32_t net_error(const net_t *net, size_t label) {
    og_argmax_s32(logits, NET_CLASSES);
    og_softmax_cross_entropy_s32(NET_CLASSES, label, e_logits, logits);
    og_error_largest_s32(logits, NET_CLASSES);
    e_dy[net->n_layers - 1] = 0;
    return og_error_quantize_s8(logits, NET_CLASSES, net_dy[net->n_layers - 1]);
}

void net_keep(const net_t *net, size_t k, int32_t fraction) {
    const net_layer_t *l = &net->layers[k];
    og_partial_keep_s8(net_dy[k], l->n_y / l->n_out, l->n_out, fraction, scratch);
}

void net_backward_x(const net_t *net, size_t k) {
    const net_layer_t *l = &net->layers[k];
    og_linear_t linear = linear_of(l, k);
    linear.b = NULL;
    int32_t e_x;
    const int8_t *x = input_of(k, &e_x);
    og_error_t error = { x, og_round_shift(6, e_x), OG_RELU, NULL, 0 };
    og_range_t *range = &net_state.dy_range[k - 1];
    e_dy[k - 1] = l->window == NULL ?
        og_dense_backward_x_s8(&linear, net_dy[k], e_dy[k], &error, range, net_dy[k - 1]) :
        og_conv2d_backward_x_s8(&linear, l->window, net_dy[k], e_dy[k], &error, range,
        net_dy[k - 1]);
}

void net_update(const net_t *net, size_t k, int32_t e_loss) {
    const net_layer_t *l = &net->layers[k];
    og_weights_t weights = { net_state.w + l->first_w, net_state.residual + l->first_w, NULL,
                             net_state.b + l->first_b, &net_state.e_w[k], &net_state.rng,
                             l->n_in * l->n_out, l->n_out };
    int32_t e_x;
    const int8_t *x = input_of(k, &e_x);
    if (l->window == NULL) {
        og_dense_update_s8(&weights, net_dy[k], x, e_loss + e_dy[k], e_x, &rate);
    } else {
        og_conv2d_update_s8(&weights, l->window, net_dy[k], x, e_loss + e_dy[k], e_x, &rate, scratch);
    }
}
