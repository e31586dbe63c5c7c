// SPDX-License-Identifier: MIT
#ifndef OG_DOT_THUMB1_H
#define OG_DOT_THUMB1_H

// The inner loops of og_dot.c for Cortex-M0 and M0+, 16-bit Thumb instructions.
//
// Of 14 registers only 8 are for everything; the others can be added to and
// moved, so they hold the sums and the steps. A signed byte is loaded from the
// sum of two registers, and one operand of a multiplication is lost. As all
// registers are taken, which is more than the compiler gives away, these are
// whole functions.
#include "og_dot_thumb.h"

// 14 instructions for 4 products: r0 is the end of x, r1, r4, r5, r6 those of
// four rows, r3 the index, up to 0, and r8 to r11 the sums.
#define OG_ROWS_STEP \
    "ldrsb r2, [r0, r3]\n" \
    "ldrsb r7, [r1, r3]\n muls r7, r2\n add r8, r7\n" \
    "ldrsb r7, [r4, r3]\n muls r7, r2\n add r9, r7\n" \
    "ldrsb r7, [r5, r3]\n muls r7, r2\n add r10, r7\n" \
    "ldrsb r7, [r6, r3]\n muls r7, r2\n add r11, r7\n" \
    "adds r3, #1\n"

// 5 instructions a product: r0 and r1 are the ends, r5 the index, up to 0, and r4 the sum.
#define OG_ROW_STEP \
    "ldrsb r6, [r0, r5]\n ldrsb r7, [r1, r5]\n muls r7, r6\n" \
    "adds r4, r4, r7\n adds r5, #1\n"

// The whole of og_dot_rows_s8(), as it is called often and passes seven arguments.
#define OG_OWN_ROWS
__attribute__((naked)) void OG_HOT(og_dot_rows_s8) og_dot_rows_s8(const int8_t *x,
    const int8_t *w, size_t stride, size_t rows, size_t n, const int32_t *start, int32_t *acc) {
    __asm__ (
        ".syntax unified\n"
        "push {r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "push {r2-r7}\n" // stride is at sp, rows left at 4, n at 44, start at 48, acc at 52
        "ldr r7, [sp, #44]\n"
        "adds r0, r0, r7\n"
        "adds r1, r1, r7\n"
        "subs r3, #4\n"
        "blo 6f\n"
        "1: str r3, [sp, #4]\n"
        "ldr r7, [sp, #48]\n"
        "ldm r7!, {r2-r5}\n"
        "str r7, [sp, #48]\n"
        "mov r8, r2\n mov r9, r3\n mov r10, r4\n mov r11, r5\n"
        "ldr r2, [sp]\n"
        "adds r4, r1, r2\n adds r5, r4, r2\n adds r6, r5, r2\n"
        "ldr r3, [sp, #44]\n"
        "rsbs r3, r3, #0\n"
        "b 3f\n"
        "2: " OG_ROWS_STEP
        "3: lsls r7, r3, #30\n"
        "bne 2b\n"
        "cmp r3, #0\n"
        "beq 5f\n"
        "4: " OG_ROWS_STEP OG_ROWS_STEP OG_ROWS_STEP OG_ROWS_STEP
        "bne 4b\n"
        "5: ldr r7, [sp, #52]\n"
        "mov r2, r8\n mov r3, r9\n mov r4, r10\n mov r5, r11\n"
        "stm r7!, {r2-r5}\n"
        "str r7, [sp, #52]\n"
        "ldr r2, [sp]\n"
        "adds r1, r6, r2\n"
        "ldr r3, [sp, #4]\n"
        "subs r3, #4\n"
        "bhs 1b\n"
        "6: adds r3, #4\n"
        "beq 12f\n"
        "7: ldr r7, [sp, #48]\n ldm r7!, {r4}\n str r7, [sp, #48]\n"
        "ldr r5, [sp, #44]\n"
        "rsbs r5, r5, #0\n"
        "b 9f\n"
        "8: " OG_ROW_STEP
        "9: lsls r7, r5, #30\n"
        "bne 8b\n"
        "cmp r5, #0\n"
        "beq 11f\n"
        "10: " OG_ROW_STEP OG_ROW_STEP OG_ROW_STEP OG_ROW_STEP
        "bne 10b\n"
        "11: ldr r7, [sp, #52]\n stm r7!, {r4}\n str r7, [sp, #52]\n"
        "adds r1, r1, r2\n"
        "subs r3, #1\n"
        "bne 7b\n"
        "12: pop {r2-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "pop {r4-r7, pc}\n");
}

#define OG_COLUMNS_STEP \
    "ldm r0!, {r1, r3}\n" \
    "ldrsb r4, [r1, r5]\n muls r4, r3\n add r8, r4\n" \
    "ldrsb r4, [r1, r6]\n muls r4, r3\n add r9, r4\n" \
    "ldrsb r4, [r1, r7]\n muls r4, r3\n add r10, r4\n" \
    "ldrsb r4, [r1, r2]\n muls r4, r3\n add r11, r4\n"

// `fours` >= 1 times four columns of a list that is not empty: 13 instructions for 4 products,
// and 2 for four factors. r5, r6, r7, r2 are the columns. The first round begins in its midst.
OG_ASM_FUNCTION void columns_fours(const factor_t *list, const factor_t *end, size_t fours,
    int32_t *acc) {
    __asm__ (
        ".syntax unified\n"
        "push {r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "push {r0, r2-r7}\n" // list is at sp, fours at 4, acc at 8
        "mov r12, r1\n"
        "subs r1, r0, r1\n lsls r1, r1, #27\n lsrs r1, r1, #30\n" // how many to leave out
        "movs r2, #26\n muls r1, r2\n subs r1, #2\n mov lr, r1\n"
        "movs r5, #0\n movs r6, #1\n movs r7, #2\n movs r2, #3\n"
        "1: ldr r3, [sp, #8]\n ldm r3, {r0, r1, r3, r4}\n"
        "mov r8, r0\n mov r9, r1\n mov r10, r3\n mov r11, r4\n"
        "ldr r0, [sp]\n"
        "mov r3, lr\n"
        "add pc, r3\n"
        "2: " OG_COLUMNS_STEP OG_COLUMNS_STEP OG_COLUMNS_STEP OG_COLUMNS_STEP
        "cmp r0, r12\n"
        "bne 2b\n"
        "ldr r3, [sp, #8]\n"
        "mov r0, r8\n mov r1, r9\n stm r3!, {r0, r1}\n"
        "mov r0, r10\n mov r1, r11\n stm r3!, {r0, r1}\n"
        "str r3, [sp, #8]\n"
        "adds r5, #4\n adds r6, #4\n adds r7, #4\n adds r2, #4\n"
        "ldr r3, [sp, #4]\n subs r3, #1\n str r3, [sp, #4]\n"
        "bne 1b\n"
        "pop {r0, r2-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "pop {r4-r7, pc}\n");
}

#define OG_CHANNELS_STEP \
    "ldrsb r3, [r0, r5]\n ldrsb r4, [r1, r5]\n muls r4, r3\n add r8, r4\n" \
    "ldrsb r3, [r0, r6]\n ldrsb r4, [r1, r6]\n muls r4, r3\n add r9, r4\n" \
    "ldrsb r3, [r0, r7]\n ldrsb r4, [r1, r7]\n muls r4, r3\n add r10, r4\n" \
    "ldrsb r3, [r0, r2]\n ldrsb r4, [r1, r2]\n muls r4, r3\n add r11, r4\n" \
    "add r0, lr\n add r1, r12\n"

// `fours` >= 1 times four channels of a walk: 19 instructions for 4 products. A step is there four
// times, 36 bytes each; the first round of a line begins in their midst. r0 is d, r1 a, lr and r12
// their steps, r5, r6, r7, r2 hold 0, 1, 2, 3, and r8 to r11 the sums.
OG_ASM_FUNCTION void channels_fours(const og_walk_t *walk, const int8_t *d, const int8_t *a,
    int32_t *acc, size_t fours) {
    __asm__ (
        ".syntax unified\n"
        "push {r4-r7, lr}\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "push {r0-r7}\n"
        // Leaps of d and a are at sp, how far to jump into a line at 8, its rounds at 12 and 16, n_j
        // at 20, walk at 24, d at 28, a at 32, acc at 36, fours at 76.
        "sub sp, #24\n"
        "ldr r2, [r0, #4]\n"
        "ldr r3, [r0, #12]\n mov lr, r3\n muls r3, r2\n"
        "ldr r1, [r0, #8]\n subs r1, r1, r3\n str r1, [sp]\n" // from a line's end to the next
        "ldr r3, [r0, #20]\n mov r12, r3\n muls r3, r2\n"
        "ldr r1, [r0, #16]\n subs r1, r1, r3\n str r1, [sp, #4]\n"
        "subs r3, r2, #1\n lsrs r3, r3, #2\n adds r3, #1\n str r3, [sp, #12]\n"
        "lsls r3, r3, #2\n subs r3, r3, r2\n"
        "movs r2, #36\n muls r3, r2\n subs r3, #2\n str r3, [sp, #8]\n"
        "1: ldr r3, [sp, #36]\n ldm r3!, {r4-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "movs r5, #0\n movs r6, #1\n movs r7, #2\n movs r2, #3\n"
        "ldr r4, [sp, #24]\n ldr r3, [r4]\n"
        "ldr r0, [sp, #28]\n ldr r1, [sp, #32]\n"
        "2: str r3, [sp, #20]\n"
        "ldr r4, [sp, #12]\n ldr r3, [sp, #8]\n"
        "str r4, [sp, #16]\n"
        "add pc, r3\n"
        "3: " OG_CHANNELS_STEP OG_CHANNELS_STEP OG_CHANNELS_STEP OG_CHANNELS_STEP
        "ldr r3, [sp, #16]\n subs r3, #1\n str r3, [sp, #16]\n"
        "bne 3b\n"
        "ldr r3, [sp]\n adds r0, r0, r3\n"
        "ldr r3, [sp, #4]\n adds r1, r1, r3\n"
        "ldr r3, [sp, #20]\n subs r3, #1\n"
        "bne 2b\n"
        "ldr r3, [sp, #36]\n"
        "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
        "stm r3!, {r4-r7}\n"
        "str r3, [sp, #36]\n"
        "ldr r0, [sp, #28]\n adds r0, #4\n str r0, [sp, #28]\n"
        "ldr r1, [sp, #32]\n adds r1, #4\n str r1, [sp, #32]\n"
        "ldr r3, [sp, #76]\n subs r3, #1\n str r3, [sp, #76]\n"
        "beq 4f\n"
        "b 1b\n" // too far for a condition
        "4: add sp, #40\n"
        "pop {r4-r7}\n"
        "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
        "pop {r4-r7, pc}\n");
}

// 16 instructions a weight, 7 where the step is 0.

static inline bool move_products(int8_t *w, int8_t *residual, const int8_t *x, size_t n,
    int32_t factor, int32_t shift) {
    return move_singly(w, residual, x, n, factor, shift);
}

#include "og_dot_fours.h"

#endif // OG_DOT_THUMB1_H
