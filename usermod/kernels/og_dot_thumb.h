// SPDX-License-Identifier: MIT
#ifndef OG_DOT_THUMB_H
#define OG_DOT_THUMB_H

#include "og_dot_factors.h"

// Inner loops of og_dot.c that are the same on Cortex-M0 and on larger cores,
// in 16-bit Thumb instructions. Where all registers are taken, which is more
// than the compiler gives away, whole functions are in assembly. "noipa", as the
// compiler must not conclude from an empty body what such a function leaves as it was.
#define OG_ASM_FUNCTION static __attribute__((naked, noipa)) OG_HOT(og_dot)
#pragma GCC diagnostic ignored "-Wunused-parameter"

// r0 sums, r1 n, r2 shift, r3 limit, and y and a mask on the stack. Registers for the loop: r0
// next sum, r1 end of y, r2 shift, r3 limit, r4 index, up to 0, r5, r6 temporary, r7 twice the
// limit, r12 half, lr end of the mask.
#define OG_ITEMS(item) \
    ".syntax unified\n" \
    "push {r4-r7, lr}\n" \
    "movs r4, #1\n lsls r4, r2\n lsrs r4, r4, #1\n mov r12, r4\n" \
    "ldr r7, [sp, #24]\n adds r7, r7, r1\n mov lr, r7\n" \
    "rsbs r4, r1, #0\n" \
    "ldr r7, [sp, #20]\n adds r1, r1, r7\n" \
    "lsls r7, r3, #1\n" \
    "1: ldm r0!, {r5}\n" \
    item \
    "2: strb r5, [r1, r4]\n" \
    "adds r4, #1\n" \
    "bne 1b\n" \
    "3: ldr r0, [sp, #20]\n" \
    "subs r0, r1, r0\n" \
    "adds r0, r0, r4\n" \
    "pop {r4-r7, pc}\n"

#define OG_ROUND \
    "add r5, r12\n" \
    "asrs r5, r2\n" \
    "adds r6, r5, r3\n" \
    "cmp r6, r7\n" \
    "bhi 3f\n"

// 9 instructions an item.
OG_ASM_FUNCTION size_t round_all(const int32_t *sums, size_t n, int32_t shift, int32_t limit,
    int8_t *y, const int8_t *mask) {
    __asm__ (OG_ITEMS(OG_ROUND));
}

// 13 instructions an item.
OG_ASM_FUNCTION size_t round_masked(const int32_t *sums, size_t n, int32_t shift, int32_t limit,
    int8_t *y, const int8_t *mask) {
    __asm__ (OG_ITEMS(
        "mov r6, lr\n"
        "ldrsb r6, [r6, r4]\n"
        "cmp r6, #0\n"
        "ble 4f\n"
        OG_ROUND)
        "4: movs r5, #0\n"
        "b 2b\n");
}

// 11 instructions an item.
OG_ASM_FUNCTION size_t rectify_all(const int32_t *sums, size_t n, int32_t shift, int32_t limit,
    int8_t *y, const int8_t *mask) {
    __asm__ (OG_ITEMS(
        "cmp r5, #0\n"
        "ble 4f\n"
        "add r5, r12\n"
        "asrs r5, r2\n"
        "beq 5f\n"
        "cmp r5, r3\n"
        "bgt 3f\n")
        "4: movs r5, #0\n"
        "b 2b\n"
        "5: movs r5, #1\n"
        "cmp r3, #0\n"
        "bne 2b\n"
        "b 3b\n");
}

static inline size_t round_items(const int32_t *sums, const int8_t *mask, size_t n,
    int32_t shift, int32_t limit, int8_t *y) {
    if (n == 0) {
        return 0;
    }
    return (mask == NULL ? round_all : round_masked)(sums, n, shift, limit, y, mask);
}

static inline size_t rectify_items(const int32_t *sums, size_t n, int32_t shift, int32_t limit,
    int8_t *y) {
    return n == 0 ? 0 : rectify_all(sums, n, shift, limit, y, NULL);
}

#ifdef __thumb2__
#define OG_IF_ZERO(to) "cbz r4, " to "\n"
#else
#define OG_IF_ZERO(to) "cmp r4, #0\n beq " to "\n"
#endif

// r0 next factor, r1 a, r2 0, r3 d, r5 pairs left, r6 and r7 steps.
#define OG_FACTORS_STEP(n) \
    "ldrsb r4, [r3, r2]\n" \
    "adds r3, r3, r6\n" \
    OG_IF_ZERO("4" #n "f") \
    "stm r0!, {r1, r4}\n" \
    "4" #n ": adds r1, r1, r7\n"

// Lists lines as long as there is room, and takes them from the walk: 6 instructions for a zero, 7
// for a factor, or one less of each with Thumb-2.
OG_ASM_FUNCTION void list_lines(factors_t *f) {
    __asm__ (
        ".syntax unified\n"
        "push {r0, r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n push {r4-r6}\n"
        "mov r12, r0\n"
        "ldr r4, [r0, #4]\n mov r8, r4\n" // full
        "ldr r4, [r0, #16]\n mov lr, r4\n" // n_j
        "ldr r4, [r0, #20]\n mov r10, r4\n" // n_k
        "adds r5, r4, #1\n lsrs r5, r5, #1\n mov r9, r5\n"
        "ldr r3, [r0, #8]\n ldr r1, [r0, #12]\n"
        "ldr r6, [r0, #24]\n ldr r7, [r0, #28]\n"
        "ldr r0, [r0]\n"
        "movs r2, #0\n"
        "b 8f\n"
        "1: mov r5, r9\n"
        "mov r4, r10\n"
        "lsrs r4, r4, #1\n"
        "bcs 3f\n"
        "2: " OG_FACTORS_STEP(0)
        "3: " OG_FACTORS_STEP(1)
        "subs r5, #1\n"
        "bne 2b\n"
        "mov r4, r12\n"
        "ldr r5, [r4, #32]\n adds r3, r3, r5\n"
        "ldr r5, [r4, #36]\n adds r1, r1, r5\n"
        "mov r5, lr\n subs r5, #1\n mov lr, r5\n"
        "8: mov r5, lr\n"
        "cmp r5, #0\n"
        "beq 9f\n"
        "cmp r0, r8\n"
        "bls 1b\n"
        "9: mov r4, r12\n"
        "str r0, [r4]\n str r3, [r4, #8]\n str r1, [r4, #12]\n str r5, [r4, #16]\n"
        "pop {r4-r6}\n mov r8, r4\n mov r9, r5\n mov r10, r6\n"
        "pop {r0, r4-r7, pc}\n");
}

// r0 w, r1 residual, r2 items, r3 n, and factor and shift on the stack. In the
// loop r0 and r1 are the ends and r3 the index, up to 0; r4 factor, r5 shift,
// r8 half, r9 and r10 bounds, r11 whether one was clamped. A step that neither
// carries into the upper byte nor may have to be clamped changes the residual only.
#define OG_MOVE(prepare, load) \
    ".syntax unified\n" \
    "push {r4-r7, lr}\n" \
    "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n" \
    "push {r4-r7}\n" \
    "adds r0, r0, r3\n adds r1, r1, r3\n" prepare \
    "rsbs r3, r3, #0\n" \
    "ldr r4, [sp, #36]\n ldr r5, [sp, #40]\n" \
    "movs r6, #1\n lsls r6, r5\n lsrs r6, r6, #1\n mov r8, r6\n" \
    "movs r6, #127\n lsls r7, r6, #8\n adds r6, r6, r7\n mov r9, r6\n" \
    "adds r6, r6, r6\n mov r10, r6\n" \
    "movs r6, #0\n mov r11, r6\n" \
    "1: " load \
    "muls r6, r4\n" \
    "add r6, r8\n" \
    "asrs r6, r5\n" \
    "beq 2f\n" \
    "ldrsb r7, [r1, r3]\n" \
    "subs r7, r7, r6\n" \
    "sxtb r6, r7\n" \
    "cmp r6, r7\n" \
    "bne 3f\n" \
    "ldrsb r6, [r0, r3]\n" \
    "adds r6, #127\n" \
    "ble 3f\n" \
    "strb r7, [r1, r3]\n" \
    "2: adds r3, #1\n" \
    "bne 1b\n" \
    "6: mov r0, r11\n" \
    "pop {r4-r7}\n" \
    "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n" \
    "pop {r4-r7, pc}\n" \
    "3: ldrsb r6, [r0, r3]\n" \
    "lsls r6, r6, #8\n" \
    "adds r7, r7, r6\n" \
    "mov r6, r9\n adds r6, r6, r7\n" \
    "cmp r6, r10\n" \
    "bhi 5f\n" \
    "4: strb r7, [r1, r3]\n" \
    "adds r7, #128\n lsrs r7, r7, #8\n strb r7, [r0, r3]\n" \
    "adds r3, #1\n" \
    "bne 1b\n" \
    "b 6b\n" \
    "5: movs r6, #1\n mov r11, r6\n" \
    "mov r6, r9\n" \
    "asrs r7, r7, #31\n eors r6, r7\n subs r7, r6, r7\n" \
    "b 4b\n"

// 16 instructions a weight, 7 where the step is 0.
OG_ASM_FUNCTION bool move_singly(int8_t *w, int8_t *residual, const int8_t *x, size_t n,
    int32_t factor, int32_t shift) {
    __asm__ (OG_MOVE("adds r2, r2, r3\n", "ldrsb r6, [r2, r3]\n"));
}

OG_ASM_FUNCTION bool move_weights(int8_t *w, int8_t *residual, const int32_t *g, size_t n,
    int32_t factor, int32_t shift) {
    __asm__ (OG_MOVE("", "ldm r2!, {r6}\n"));
}

#endif // OG_DOT_THUMB_H
