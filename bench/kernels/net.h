// SPDX-License-Identifier: MIT
#ifndef NET_H
#define NET_H

#include <stdalign.h>

#include "og_conv2d.h"

// A net that learns by calls of the kernels alone, in the order in which
// octograd.Trainer makes them, for Sequential(..., Dense(10)) with
// SoftmaxCrossEntropy and SGD: a hidden layer is Dense or Conv2D with ReLU.

#define NET_LAYERS 3
#define NET_CLASSES 10
#define NET_WEIGHTS 9064 // of the CNN
#define NET_BIASES 42 // of the MLP
#define NET_INPUTS 784
#define NET_OUTPUTS 1568 // of a hidden layer

// What training changes, without padding and the same bytes on every core.
typedef struct net_state_t {
    int32_t b[NET_BIASES];
    uint32_t rng;
    og_range_t y_range[NET_LAYERS], dy_range[NET_LAYERS];
    int8_t e_w[4];
    int8_t w[NET_WEIGHTS], residual[NET_WEIGHTS];
} net_state_t;

typedef struct net_layer_t {
    const og_window_t *window; // or NULL of a dense layer
    size_t n_in, n_out;        // items of a row, and rows
    size_t n_y;                // items of the output
    uint32_t macs;             // of one pass
    size_t first_w, first_b;   // where its own begin
    int32_t limit, e_w;        // of the weights that are drawn, as octograd draws them
} net_layer_t;

typedef struct net_t {
    const net_layer_t *layers;
    size_t n_layers;
    size_t n_inputs;
} net_t;

// MLP 64-32-10, and the CNN 28x28: conv 3x3x8, conv 3x3x16, both with stride 2
// and padding 1, dense 10.
extern const net_t net_mlp, net_cnn;

// Of both nets, as only one lives at a time. Tensors begin at multiples of 4.
extern net_state_t net_state;
extern int8_t net_x[NET_INPUTS], net_dy[NET_LAYERS][NET_OUTPUTS];

// Draws weights, and forgets ranges.
void net_build(const net_t *net, uint32_t seed);

// A step in parts: from net_x to the sums; from them to the error of the
// output, whose exponent is returned; then for each layer from the last to the
// first, layer k may lose channels of its error, hands it on unless it is the
// first, and is updated.
void net_forward(const net_t *net, bool training);
int32_t net_error(const net_t *net, size_t label);
void net_keep(const net_t *net, size_t k, int32_t fraction);
void net_backward_x(const net_t *net, size_t k);
void net_update(const net_t *net, size_t k, int32_t e_loss);

#endif // NET_H
