// SPDX-License-Identifier: MIT
#include "bench.h"

// QEMU's RISC-V machine `virt` without a BIOS, from reset to the end. Output and
// end go through semihosting.

enum { SYS_WRITE0 = 4, SYS_EXIT = 0x18, STOPPED_EXIT = 0x20026, STOPPED_ERROR = 0x20023 };

extern uint32_t _estack[], _sbss[], _ebss[];
int main(void);
void start(void);

// The three instructions that mean a call, none of them compressed.
static void semihost(uint32_t operation, uintptr_t argument) {
    register uint32_t a0 __asm("a0") = operation;
    register uintptr_t a1 __asm("a1") = argument;
    __asm volatile (".balign 16\n"
        ".option push\n"
        ".option norvc\n"
        "slli zero, zero, 0x1f\n"
        "ebreak\n"
        "srai zero, zero, 7\n"
        ".option pop\n" : "+r" (a0) : "r" (a1) : "memory");
}

__attribute__((aligned(4)))
static void fault(void) {
    bench_print("fault\n");
    semihost(SYS_EXIT, STOPPED_ERROR);
}

__attribute__((used))
static void run(void) {
    for (uint32_t *to = _sbss; to < _ebss;) {
        *to++ = 0;
    }
    __asm volatile ("csrw mtvec, %0" :: "r" (fault));
    main();
    semihost(SYS_EXIT, STOPPED_EXIT);
}

__attribute__((naked, section(".start")))
void start(void) {
    __asm volatile ("la sp, _estack\n"
        "j run\n");
}

__attribute__((noinline, noclone, section(".text.bench_mark")))
void bench_mark(void) {
    __asm volatile ("");
}

uint32_t bench_ticks(void) {
    uint32_t ticks;
    __asm volatile ("csrr %0, minstret" : "=r" (ticks));
    return ticks;
}

void bench_print(const char *text) {
    semihost(SYS_WRITE0, (uintptr_t)text);
}
