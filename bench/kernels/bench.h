// SPDX-License-Identifier: MIT
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

// What measures and what prints. An image does its work between bench_start()
// and bench_stop(), each of which passes bench_mark(), where somebody outside
// counts: a plugin of QEMU, or the emulated Pico. Then it prints a line:
//
//   row KERNEL OPERATION MACS CHECKSUM FIRST END
//
// The row's count is the sum of those of segments FIRST .. END - 1, numbered
// from 0 in the order in which they were measured. The checksum is of
// everything that was computed, and the same on every core and in every build.

// What somebody counts at; it does nothing. One of each image's own.
void bench_mark(void);
// How many ticks of the core's own clock have passed, or 0 where it has none.
uint32_t bench_ticks(void);
void bench_print(const char *text);

// The segments so far.
extern size_t bench_segments;

static inline void bench_start(void) {
    __asm volatile ("" ::: "memory");
    bench_mark();
    __asm volatile ("" ::: "memory");
}

static inline void bench_stop(void) {
    bench_start();
    bench_segments++;
}

void bench_row(const char *kernel, const char *operation, uint32_t macs, uint32_t checksum,
    size_t first, size_t end);

// A checksum that goes on from another (FNV-1a), and where it begins.
#define BENCH_CHECKSUM 2166136261u
uint32_t bench_checksum(uint32_t checksum, const void *data, size_t n);

// Fills bytes with values from -100 to 100, none of them 0: the same for the
// same seed.
void bench_fill(int8_t *bytes, size_t n, uint32_t seed);

// What is measured: the kernels one by one, and training steps.
void bench_layers(void);
void bench_steps(void);

#endif // BENCH_H
