// SPDX-License-Identifier: MIT
#include <stdint.h>

void __real_mp_semihosting_init(void);

// Runs before any float: switches the FPU on, and Helium where there is one.
void __wrap_mp_semihosting_init(void) {
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20; // CPACR: full access to CP10 and CP11
    __asm volatile ("dsb\nisb" ::: "memory");
    __real_mp_semihosting_init();
}
