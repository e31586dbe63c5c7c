// SPDX-License-Identifier: MIT
// What the emulated boards have besides, or instead of, what MicroPython's
// qemu port has. The port defines without #ifndef, so this comes after it.
#include_next <mpconfigport.h>

#include <stdbool.h>

// A file system that is there after start, as on boards with flash.
#define MICROPY_PORT_INIT_FUNC (void)pyexec_frozen_module("_boot.py", false)
int pyexec_frozen_module(const char *name, bool allow_keyboard_interrupt);

// A clock.
#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME (1)

// What `mpremote mount` needs.
#undef MICROPY_PY_SELECT
#define MICROPY_PY_SELECT (1)
#undef MICROPY_PY_SYS_STDIO_BUFFER
#define MICROPY_PY_SYS_STDIO_BUFFER (1)

// Ctrl-C stops a program. There is no interrupt, so loops look at the UART
// now and then.
void board_poll(void);
extern unsigned int board_poll_countdown;
#define MICROPY_VM_HOOK_LOOP \
    if (--board_poll_countdown == 0) { \
        board_poll_countdown = 256; \
        board_poll(); \
    }

// A Cortex-M0 loads native code too.
#if defined(__ARM_ARCH_6M__)
#define MICROPY_EMIT_THUMB_ARMV7M (0)
#define MICROPY_EMIT_INLINE_THUMB_FLOAT (0)
#endif
