// SPDX-License-Identifier: MIT
#include "cases.h"

// Compares the loops of a core with the portable ones, and prints the digest of all. On a core it
// is all there is, from reset on; semihosting prints.

// The same as og_cases(), in a copy of the kernels with OG_PORTABLE.
uint32_t portable_og_cases(uint32_t seed);

#define SEEDS 400

int run(void);

#ifdef __arm__
#include <stddef.h>

extern uint32_t stack_top;
extern int8_t memory_end;
int8_t *const last_bytes = &memory_end;
void reset(void);
void fault(void);

static void call_host(int operation, const void *argument) {
    register int r0 __asm__ ("r0") = operation;
    register const void *r1 __asm__ ("r1") = argument;
    __asm__ volatile ("bkpt 0xab" : "+r" (r0) : "r" (r1) : "memory");
}

static void print(const char *text) {
    call_host(4, text);
}

static void leave(void) {
    call_host(0x18, (const void *)0x20026);
    for (;;) {
    }
}

void reset(void) {
#ifdef __ARM_FP
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20; // CPACR, which Helium wants too
    __asm__ volatile ("dsb\n isb");
#endif
    run();
    leave();
}

void fault(void) {
    print("fault\n");
    leave();
}

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
    &stack_top, reset, fault, fault, fault, fault, fault,
};
#else
#include <stdio.h>

int8_t *const last_bytes = NULL;

static void print(const char *text) {
    fputs(text, stdout);
}

int main(void) {
    return run();
}
#endif

static void print_hex(const char *name, uint32_t v) {
    char text[10];
    for (int k = 0; k < 8; k++, v <<= 4) {
        text[k] = "0123456789abcdef"[v >> 28];
    }
    text[8] = '\n';
    text[9] = 0;
    print(name);
    print(text);
}

int run(void) {
    uint32_t all = 0;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        uint32_t own = og_cases(seed), portable = portable_og_cases(seed);
        if (own != portable) {
            print_hex("differs: seed ", seed);
        }
        all = all * 31 + portable;
    }
    print_hex("digest ", all);
    return 0;
}
