// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "midtraining.h"

// train NET STEPS SAMPLES STATE: a program for the host, as exact as a board.
//
// Trains a net, cnn or mlp, from random weights on the first STEPS samples of a
// file, inputs and a label each, and writes a midtraining_t.

static size_t read_sample(const net_t *net, FILE *file, int8_t *x) {
    int label = -1;
    if (fread(x, net->n_inputs, 1, file) == 1) {
        label = fgetc(file);
    }
    if (label < 0 || label >= NET_CLASSES) {
        fprintf(stderr, "train: more samples expected\n");
        exit(1);
    }
    return (size_t)label;
}

static void learn(const net_t *net, size_t label) {
    net_forward(net, true);
    int32_t e_loss = net_error(net, label);
    for (size_t k = net->n_layers; k-- > 0;) {
        if (k > 0) {
            net_backward_x(net, k);
        }
        net_update(net, k, e_loss);
    }
}

int main(int argc, char **argv) {
    FILE *samples = argc == 5 ? fopen(argv[3], "rb") : NULL;
    if (samples == NULL) {
        fprintf(stderr, "train NET STEPS SAMPLES STATE\n");
        return 1;
    }
    const net_t *net = strcmp(argv[1], "mlp") == 0 ? &net_mlp : &net_cnn;
    net_build(net, 1);
    for (long k = 0; k < atol(argv[2]); k++) {
        learn(net, read_sample(net, samples, net_x));
    }
    static midtraining_t result;
    result.state = net_state;
    for (size_t n = 0; n < MIDTRAINING_SAMPLES; n++) {
        result.labels[n] = (uint8_t)read_sample(net, samples, result.x[n]);
    }
    fclose(samples);
    FILE *file = fopen(argv[4], "wb");
    return file == NULL || fwrite(&result, sizeof result, 1, file) != 1 || fclose(file) != 0;
}
