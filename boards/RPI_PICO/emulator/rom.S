// SPDX-License-Identifier: MIT
//
// What has a fixed place in the boot ROM: the vectors, and the tables through which programs find
// its functions (RP2040 datasheet, 2.8.3). Pointers into the ROM have 16 bits; + 1 is for Thumb.

    .cpu cortex-m0plus
    .thumb
    .syntax unified

    .section .start, "a"
    .word _stack
    .word rom_start + 1
    .word rom_fault + 1
    .word rom_fault + 1
    // Magic, and the version of which all that is here is offered.
    .byte 'M', 'u', 1, 3
    .hword functions
    .hword data
    .hword rom_table_lookup + 1
    // So that no function is at address 0 modulo 64 KB.
    .hword 0

    .macro function a, b, name
    .byte \a, \b
    .hword \name + 1
    .endm

    .align 2
functions:
    function 'P', '3', popcount32
    function 'R', '3', reverse32
    function 'L', '3', clz32
    function 'T', '3', ctz32
    function 'M', 'S', rom_memset
    function 'S', '4', rom_memset
    function 'M', 'C', rom_memcpy
    function 'C', '4', rom_memcpy
    function 'I', 'F', connect_internal_flash
    function 'E', 'X', flash_exit_xip
    function 'R', 'E', flash_range_erase
    function 'R', 'P', flash_range_program
    function 'F', 'C', flash_flush_cache
    function 'C', 'X', flash_enter_cmd_xip
    function 'U', 'B', reset_to_usb_boot
    function 'W', 'V', rom_fault
    .word 0

    .macro entry a, b, address
    .byte \a, \b
    .hword \address
    .endm

data:
    entry 'C', 'R', copyright
    entry 'G', 'R', revision
    entry 'S', 'F', floats
    entry 'S', 'D', doubles
    entry 'F', 'S', __floats_start
    entry 'F', 'E', __floats_end
    .word 0

revision:
    .word 0
copyright:
    .asciz "octograd, MIT"

    // Entries of 4 bytes in each of the two tables; the byte before is for both.
    .set entries, 32
    .align 2
    .hword 0
    .byte entries, 0
floats:
    .word __aeabi_fadd + 1, __aeabi_fsub + 1, __aeabi_fmul + 1, __aeabi_fdiv + 1
    // 0x10 and 0x14 are not for programs.
    .word rom_fault + 1, rom_fault + 1
    // No square root; 0x1c: to and from integers.
    .word rom_fault + 1
    .word float2int + 1, float2fix + 1, float2uint + 1, float2ufix + 1
    .word __aeabi_i2f + 1, fix2float + 1, __aeabi_ui2f + 1, ufix2float + 1
    // 0x3c: cos, sin, tan, sincos, exp, ln; at 0x58 atan2. MicroPython has its own.
    .rept 6
    .word rom_fault + 1
    .endr
    .word float_compare + 1, rom_fault + 1
    .word __aeabi_l2f + 1, fix642float + 1, __aeabi_ul2f + 1, ufix642float + 1
    .word float2int64 + 1, float2fix64 + 1, float2uint64 + 1, float2ufix64 + 1
    .word __aeabi_f2d + 1
    .if . - floats - 4 * entries
    .error "the table of floats has not the length that is said"
    .endif

doubles:
    .word __aeabi_dadd + 1, __aeabi_dsub + 1, __aeabi_dmul + 1, __aeabi_ddiv + 1
    .word rom_fault + 1, rom_fault + 1
    .word rom_fault + 1
    .word double2int + 1, rom_fault + 1, double2uint + 1, rom_fault + 1
    .word __aeabi_i2d + 1, rom_fault + 1, __aeabi_ui2d + 1, rom_fault + 1
    .rept 6
    .word rom_fault + 1
    .endr
    .word double_compare + 1, rom_fault + 1
    .rept 8
    .word rom_fault + 1
    .endr
    .word __aeabi_d2f + 1
    .if . - doubles - 4 * entries
    .error "the table of doubles has not the length that is said"
    .endif

    // void enter(uint32_t stack, uint32_t address): sets the stack and goes there, with lr = 0,
    // which tells the second stage that it is not a function.
    .section .text.enter, "ax"
    .global enter
    .thumb_func
enter:
    msr msp, r0
    movs r0, #0
    mov lr, r0
    bx r1

    // The emulator stops at a breakpoint and says what its number means.
    .section .text.rom_fault, "ax"
    .global rom_fault
    .thumb_func
rom_fault:
    bkpt #1
    b rom_fault

    .section .text.reset_to_usb_boot, "ax"
    .global reset_to_usb_boot
    .thumb_func
reset_to_usb_boot:
    bkpt #2
    b reset_to_usb_boot
