// SPDX-License-Identifier: MIT
#include "bench.h"
#include "midtraining.h"
#include "net.h"

// Whole training steps. A step's row is the sum of its parts, forward, the
// loss, and the way back.

#define FRACTION 3277 // 0.1 as octograd.PartialUpdate() rounds it up
#define STEPS_BEFORE 10

// Makes errors without a 0 of those that a kernel has left.
static void fill_zeros(int8_t *dy, size_t n) {
    for (size_t k = 0; k < n; k++) {
        dy[k] = (int8_t)(dy[k] == 0 ? 1 : dy[k]);
    }
}

// The way back. With `full` errors get values where they are 0; a fraction
// above 0 is that of the channels that hidden layers keep.
static void backward(const net_t *net, int32_t e_loss, bool full, int32_t fraction) {
    for (size_t k = net->n_layers; k-- > 0;) {
        if (full) {
            fill_zeros(net_dy[k], net->layers[k].n_y);
        }
        bench_start();
        if (fraction > 0 && k + 1 < net->n_layers) {
            net_keep(net, k, fraction);
        }
        if (k > 0) {
            net_backward_x(net, k);
        }
        net_update(net, k, e_loss);
        bench_stop();
    }
}

// Learns from net_x, and prints a row for each part; without a name only learns.
static void step(const char *name, const net_t *net, size_t label, bool full, int32_t fraction) {
    size_t first = bench_segments;
    bench_start();
    net_forward(net, true);
    bench_stop();
    bench_start();
    int32_t e_loss = net_error(net, label);
    bench_stop();
    backward(net, e_loss, full, fraction);
    if (name == NULL) {
        return;
    }
    uint32_t forward = 0, back = 0;
    for (size_t k = 0; k < net->n_layers; k++) {
        forward += net->layers[k].macs;
        back += net->layers[k].macs * (k > 0 ? 2 : 1);
    }
    uint32_t sum = bench_checksum(BENCH_CHECKSUM, &net_state, sizeof net_state);
    bench_row(name, "forward", forward, sum, first, first + 1);
    bench_row(name, "backward+update", back, sum, first + 2, bench_segments);
    bench_row(name, "step", forward + back, sum, first, bench_segments);
}

// Learns from one sample after the other, no two the same, as they come in a training. Of the
// first, ranges and exponents are a beginner's; the `n` behind them are measured.
static void measure(const char *name, const net_t *net, uint32_t n, bool full, int32_t fraction) {
    net_build(net, 1);
    for (uint32_t k = 0; k < STEPS_BEFORE + n; k++) {
        bool measured = k >= STEPS_BEFORE;
        bench_fill(net_x, net->n_inputs, k + 1);
        step(measured ? name : NULL, net, k % NET_CLASSES, full, measured ? fraction : 0);
    }
}

#ifdef MIDTRAINING

// Goes on with a training, one row for each part of each step.
static void measure_midtraining(void) {
    net_state = midtraining.state;
    for (size_t n = 0; n < MIDTRAINING_SAMPLES; n++) {
        for (size_t k = 0; k < NET_INPUTS; k++) {
            net_x[k] = midtraining.x[n][k];
        }
        step("cnn_step_midtraining", &net_cnn, midtraining.labels[n], false, 0);
    }
}

#endif

void bench_steps(void) {
    measure("mlp_step", &net_mlp, 21, false, 0);
    measure("cnn_step", &net_cnn, 1, true, 0);
    measure("cnn_step_partial10", &net_cnn, 1, true, FRACTION);
#ifdef MIDTRAINING
    measure_midtraining();
#endif
}
