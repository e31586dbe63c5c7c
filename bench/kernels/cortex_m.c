// SPDX-License-Identifier: MIT
#include "bench.h"

// A Cortex-M from reset to the end, with the sections of
// boards/qemu/sections.ld. Output and end go through semihosting. A counter
// that looks for no function, as QEMU's plugin does, has an address, BENCH_COUNTER.

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define CPACR REGISTER(0xe000ed88)
#define SYST_CSR REGISTER(0xe000e010)
#define SYST_RVR REGISTER(0xe000e014)
#define SYST_CVR REGISTER(0xe000e018)

enum { SYS_WRITE0 = 4, SYS_EXIT = 0x18, STOPPED_EXIT = 0x20026, STOPPED_ERROR = 0x20023 };

extern uint32_t _estack, _sidata, _sdata, _edata, _sbss, _ebss;
int main(void);
void Reset_Handler(void);

static void semihost(uint32_t operation, uintptr_t argument) {
    register uint32_t r0 __asm("r0") = operation;
    register uintptr_t r1 __asm("r1") = argument;
    __asm volatile ("bkpt 0xab" : "+r" (r0) : "r" (r1) : "memory");
}

static void fault(void) {
    bench_print("fault\n");
    semihost(SYS_EXIT, STOPPED_ERROR);
}

__attribute__((section(".isr_vector"), used))
static const void *const vectors[] = { &_estack, Reset_Handler, fault, fault, fault, fault, fault };

void Reset_Handler(void) {
    for (uint32_t *from = &_sidata, *to = &_sdata; to < &_edata;) {
        *to++ = *from++;
    }
    for (uint32_t *to = &_sbss; to < &_ebss;) {
        *to++ = 0;
    }
    #ifdef __ARM_FP
    CPACR |= 0xf << 20; // full access to CP10 and CP11: the FPU, and Helium
    __asm volatile ("dsb\nisb" ::: "memory");
    #endif
    SYST_RVR = 0xffffff;
    SYST_CVR = 0;
    SYST_CSR = 5; // on, at the core's clock
    main();
    semihost(SYS_EXIT, STOPPED_EXIT);
}

__attribute__((noinline, noclone, used, section(".text.bench_mark")))
void bench_mark(void) {
    #ifdef BENCH_COUNTER
    REGISTER(BENCH_COUNTER) = 0;
    #else
    __asm volatile ("");
    #endif
}

uint32_t bench_ticks(void) {
    return 0xffffff - SYST_CVR;
}

void bench_print(const char *text) {
    semihost(SYS_WRITE0, (uintptr_t)text);
}
