// SPDX-License-Identifier: MIT
#ifndef MIDTRAINING_H
#define MIDTRAINING_H

#include "net.h"

// The CNN in mid-training on Fashion-MNIST: its state after a number of steps,
// and the samples that come next. train.c makes the file, which is not
// committed; with -DMIDTRAINING="file" it becomes a part of the image.

#define MIDTRAINING_SAMPLES 100

typedef struct midtraining_t {
    net_state_t state;
    uint8_t labels[MIDTRAINING_SAMPLES];
    int8_t x[MIDTRAINING_SAMPLES][NET_INPUTS];
} midtraining_t;

extern const midtraining_t midtraining;

#endif // MIDTRAINING_H
