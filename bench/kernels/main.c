// SPDX-License-Identifier: MIT
#include "bench.h"
#include "og_rng.h"

size_t bench_segments;

static void print_number(uint32_t v) {
    char text[12];
    char *end = text + sizeof text - 1;
    *end = 0;
    do {
        *--end = (char)('0' + v % 10);
        v /= 10;
    } while (v != 0);
    bench_print(" ");
    bench_print(end);
}

void bench_row(const char *kernel, const char *operation, uint32_t macs, uint32_t checksum,
    size_t first, size_t end) {
    bench_print("row ");
    bench_print(kernel);
    bench_print(" ");
    bench_print(operation);
    print_number(macs);
    print_number(checksum);
    print_number((uint32_t)first);
    print_number((uint32_t)end);
    bench_print("\n");
}

uint32_t bench_checksum(uint32_t checksum, const void *data, size_t n) {
    const uint8_t *bytes = data;
    for (size_t k = 0; k < n; k++) {
        checksum = (checksum ^ bytes[k]) * 16777619u;
    }
    return checksum;
}

void bench_fill(int8_t *bytes, size_t n, uint32_t seed) {
    uint32_t state = og_rng_seed(seed);
    for (size_t k = 0; k < n; k++) {
        int8_t v = (int8_t)((int32_t)og_rng_below(&state, 200) - 100);
        bytes[k] = (int8_t)(v < 0 ? v : v + 1);
    }
}

// What a segment costs in which nothing is done, and, against the core's own
// clock, one in which much is done.
static void measure_counter(void) {
    bench_start();
    bench_stop();
    bench_row("nothing", "none", 0, 0, bench_segments - 1, bench_segments);
    uint32_t state = 1;
    uint32_t before = bench_ticks();
    bench_start();
    for (int k = 0; k < 10000; k++) {
        og_rng_next(&state);
    }
    bench_stop();
    uint32_t ticks = bench_ticks() - before;
    bench_row("clock", "none", ticks, state, bench_segments - 1, bench_segments);
}

int main(void) {
    measure_counter();
    bench_layers();
    bench_steps();
    return 0;
}
