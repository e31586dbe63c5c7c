// SPDX-License-Identifier: MIT
#ifndef OG_DOT_DSP_H
#define OG_DOT_DSP_H

// The inner loops of og_dot.c for Cortex-M4, M7 and others with the DSP
// extension: two products of halves of registers are one instruction, SMLAD.
// Bytes become halves four at a time, two by each SXTB16. Words are loaded from
// any address, which these cores allow. With OG_OWN_DOTS only weights are moved.
#include "og_dot_thumb.h"

#ifndef OG_OWN_DOTS

// Of a word of four items, as the core has it.
typedef uint32_t __attribute__((aligned(1), may_alias)) word_t;

static inline uint32_t word(const int8_t *p) {
    return *(const word_t *)p;
}

// Items 0 and 2 of four, and items 1 and 3.
static inline __attribute__((always_inline)) int32_t even(uint32_t v) {
    int32_t r;
    __asm__ ("sxtb16 %0, %1" : "=r" (r) : "r" (v));
    return r;
}

static inline __attribute__((always_inline)) int32_t odd(uint32_t v) {
    int32_t r;
    __asm__ ("sxtb16 %0, %1, ror #8" : "=r" (r) : "r" (v));
    return r;
}

// s + a[0] * b[0] + a[1] * b[1], of halves
static inline __attribute__((always_inline)) int32_t add_two(int32_t a, int32_t b, int32_t s) {
    __asm__ ("smlad %0, %1, %2, %0" : "+r" (s) : "r" (a), "r" (b));
    return s;
}

// One row: 9 instructions for 4 products.
static inline int32_t dot_row(const int8_t *x, const int8_t *w, size_t n) {
    int32_t s = 0;
    for (; n >= 4; n -= 4, x += 4, w += 4) {
        s = add_two(even(word(x)), even(word(w)), s);
        s = add_two(odd(word(x)), odd(word(w)), s);
    }
    for (; n > 0; n--) {
        s += *x++ * *w++;
    }
    return s;
}

// Two rows of four, at w and stride behind it.
#define OG_ROWS_PAIR(w, first, second) \
    "ldr r11, [" w ", r2]\n" \
    "sxtb16 r12, r11\n sxtb16 r11, r11, ror #8\n" \
    "smlad " second ", r12, r9, " second "\n smlad " second ", r11, r10, " second "\n" \
    "ldr r11, [" w "], #4\n" \
    "sxtb16 r12, r11\n sxtb16 r11, r11, ror #8\n" \
    "smlad " first ", r12, r9, " first "\n smlad " first ", r11, r10, " first "\n"

// The same of one item.
#define OG_ROWS_LAST(w, first, second) \
    "ldrsb r11, [" w ", r2]\n smlabb " second ", r11, r9, " second "\n" \
    "ldrsb r11, [" w "], #1\n smlabb " first ", r11, r9, " first "\n"

// `fours` >= 1 times four rows of n >= 1 items, 25 instructions for 16 products. All registers
// are taken, more than the compiler gives away, so the whole function is here.
OG_ASM_FUNCTION void dot_fours(const int8_t *x,
    const int8_t *w, size_t stride, size_t n, const int32_t *start, int32_t *acc, size_t fours) {
    __asm__ (
        ".syntax unified\n"
        "push {r4-r11, lr}\n" // start is at sp + 36, acc at 40, fours at 44
        "mov lr, r3\n"
        "1: ldr r12, [sp, #36]\n"
        "ldm r12!, {r5-r8}\n"
        "str r12, [sp, #36]\n"
        "add r4, r1, r2, lsl #1\n" // the third row
        "bic r3, lr, #3\n"
        "adds r3, r3, r0\n"
        "cmp r0, r3\n"
        "beq 3f\n"
        "2: ldr r10, [r0], #4\n"
        "sxtb16 r9, r10\n sxtb16 r10, r10, ror #8\n"
        OG_ROWS_PAIR("r1", "r5", "r6")
        OG_ROWS_PAIR("r4", "r7", "r8")
        "cmp r0, r3\n"
        "bne 2b\n"
        "3: ands r3, lr, #3\n"
        "beq 5f\n"
        "4: ldrsb r9, [r0], #1\n"
        OG_ROWS_LAST("r1", "r5", "r6")
        OG_ROWS_LAST("r4", "r7", "r8")
        "subs r3, r3, #1\n"
        "bne 4b\n"
        "5: ldr r12, [sp, #40]\n"
        "stm r12!, {r5-r8}\n"
        "str r12, [sp, #40]\n"
        "sub r0, r0, lr\n"
        "sub r1, r1, lr\n"
        "add r1, r1, r2, lsl #2\n"
        "ldr r3, [sp, #44]\n"
        "subs r3, r3, #1\n"
        "str r3, [sp, #44]\n"
        "bne 1b\n"
        "pop {r4-r11, pc}\n");
}

static inline void dot_rows(const int8_t *x, const int8_t *w, size_t stride, size_t rows,
    size_t n, const int32_t *start, int32_t *acc) {
    size_t fours = rows >> 2;
    if (fours > 0) {
        dot_fours(x, w, stride, n, start, acc, fours);
        if ((rows & 3) == 0) {
            return;
        }
    }
    for (size_t r = fours << 2; r < rows; r++) {
        acc[r] = start[r] + dot_row(x, w + r * stride, n);
    }
}

// Adds the products of two factors.
#define OG_COLUMNS_PAIR \
    "ldm r0!, {r4-r7}\n" \
    "pkhbt r7, r5, r7, lsl #16\n" \
    "ldr r4, [r4, r12]\n ldr r5, [r6, r12]\n" \
    "pkhbt r6, r4, r5, lsl #16\n pkhtb r5, r5, r4, asr #16\n" \
    "sxtb16 r4, r6\n smlad r8, r4, r7, r8\n" \
    "sxtb16 r6, r6, ror #8\n smlad r9, r6, r7, r9\n" \
    "sxtb16 r4, r5\n smlad r10, r4, r7, r10\n" \
    "sxtb16 r5, r5, ror #8\n smlad r11, r5, r7, r11\n"

// `fours` >= 1 times four columns of a list that is not empty: 14 instructions for 8 products of
// two factors, and 2 for two pairs; 6 for the first of an odd number. r12 is the column, lr the
// list. The first round of an odd number of pairs begins in its midst.
OG_ASM_FUNCTION void columns_fours(const factor_t *list, const factor_t *end, size_t fours,
    int32_t *acc) {
    __asm__ (
        ".syntax unified\n"
        "push {r4-r11, lr}\n"
        "mov lr, r0\n"
        "mov r12, #0\n"
        "1: ldm r3, {r8-r11}\n"
        "mov r0, lr\n"
        "subs r4, r1, r0\n"
        "lsls r5, r4, #28\n"
        "bpl 2f\n"
        "ldm r0!, {r5, r6}\n"
        "ldr r5, [r5, r12]\n"
        "sxtb16 r7, r5\n sxtb16 r5, r5, ror #8\n"
        "smlabb r8, r7, r6, r8\n smlabb r9, r5, r6, r9\n"
        "smlatb r10, r7, r6, r10\n smlatb r11, r5, r6, r11\n"
        "cmp r0, r1\n"
        "beq 5f\n"
        "2: lsls r4, r4, #27\n"
        "bmi 4f\n"
        "3: " OG_COLUMNS_PAIR
        "4: " OG_COLUMNS_PAIR
        "cmp r0, r1\n"
        "bne 3b\n"
        "5: stm r3!, {r8-r11}\n"
        "add r12, r12, #4\n"
        "subs r2, r2, #1\n"
        "bne 1b\n"
        "pop {r4-r11, pc}\n");
}

// `fours` >= 1 times four channels of a walk, 14 instructions for 4 products. r0 is d, r1 a, r2 and
// r3 their steps, r12 the items left of a line, lr the walk.
OG_ASM_FUNCTION void channels_fours(const og_walk_t *walk, const int8_t *d, const int8_t *a,
    int32_t *acc, size_t fours) {
    __asm__ (
        ".syntax unified\n"
        "push {r0-r11, lr}\n"
        // Leaps of d and a are at sp, n_j at 8, d at 16, a at 20, acc at 24, fours at 64.
        "sub sp, #12\n"
        "mov lr, r0\n"
        "ldr r4, [lr, #4]\n ldr r2, [lr, #12]\n ldr r3, [lr, #20]\n"
        "ldr r5, [lr, #8]\n mls r5, r4, r2, r5\n" // from the end of a line to the next
        "ldr r6, [lr, #16]\n mls r6, r4, r3, r6\n"
        "strd r5, r6, [sp]\n"
        "1: ldrd r0, r1, [sp, #16]\n"
        "ldr r4, [sp, #24]\n ldm r4, {r8-r11}\n"
        "ldr r4, [lr]\n"
        "2: str r4, [sp, #8]\n"
        "ldr r12, [lr, #4]\n"
        "3: ldr r4, [r0]\n add r0, r0, r2\n"
        "ldr r5, [r1]\n add r1, r1, r3\n"
        "sxtb16 r6, r4\n sxtb16 r4, r4, ror #8\n"
        "sxtb16 r7, r5\n sxtb16 r5, r5, ror #8\n"
        "smlabb r8, r6, r7, r8\n smlabb r9, r4, r5, r9\n"
        "smlatt r10, r6, r7, r10\n smlatt r11, r4, r5, r11\n"
        "subs r12, r12, #1\n"
        "bne 3b\n"
        "ldrd r4, r5, [sp]\n add r0, r0, r4\n add r1, r1, r5\n"
        "ldr r4, [sp, #8]\n subs r4, r4, #1\n"
        "bne 2b\n"
        "ldr r4, [sp, #24]\n stm r4!, {r8-r11}\n str r4, [sp, #24]\n"
        "ldrd r4, r5, [sp, #16]\n adds r4, #4\n adds r5, #4\n strd r4, r5, [sp, #16]\n"
        "ldr r4, [sp, #64]\n subs r4, r4, #1\n str r4, [sp, #64]\n"
        "bne 1b\n"
        "add sp, #28\n"
        "pop {r4-r11, pc}\n");
}

#include "og_dot_fours.h"

#endif // OG_OWN_DOTS

// Moves weights by fours, `n` of them and at least four, as long as none may have to be clamped:
// 32 instructions, 7 where all four items are 0. Returns how many were moved. Items are the upper
// bytes of halves, so a step, at most 2^14 in magnitude, is the upper half of 2^8 x * scaled /
// 2^16 + 2^15; what is cut off below before that is added is less than what is cut off behind. A
// step is made 2^7 less, so that weights in full are 2^7 more, and their upper bytes rounded.
//
//   r0 w   r1 residual   r2 x   r4 scaled   r8 what is added   r12 end of x   r9 to r11 constants
OG_ASM_FUNCTION size_t move_fours(int8_t *w, int8_t *residual, const int8_t *x, size_t n,
    int32_t scaled) {
    __asm__ (
        ".syntax unified\n"
        "push {r2, r4-r11, lr}\n"
        "ldr r4, [sp, #40]\n"
        "add r12, r2, r3\n"
        "movw r8, #0x8000\n movt r8, #0xff80\n mov r9, #0xff00ff00\n"
        "mov r10, #0x81818181\n mov r11, #0x03030303\n"
        "1: ldr r3, [r2], #4\n"
        "cbz r3, 3f\n"
        "and r5, r9, r3, lsl #8\n and r3, r3, r9\n" // items 0 and 2, 1 and 3
        "smlawb r6, r4, r5, r8\n smlawt r7, r4, r5, r8\n pkhtb r6, r7, r6, asr #16\n"
        "smlawb r5, r4, r3, r8\n smlawt r7, r4, r3, r8\n pkhtb r5, r7, r5, asr #16\n"
        "ldr r3, [r0]\n"
        "and r7, r9, r3, lsl #8\n qsub16 r6, r7, r6\n"
        "and r7, r3, r9\n qsub16 r5, r7, r5\n"
        "ldr r3, [r1]\n"
        "sxtab16 r6, r6, r3\n sxtab16 r5, r5, r3, ror #8\n"
        "uxtb16 r3, r6\n uxtb16 r7, r5\n orr r3, r3, r7, lsl #8\n eor r3, r3, #0x80808080\n"
        "uxtb16 r6, r6, ror #8\n and r5, r5, r9\n orr r6, r6, r5\n"
        // What saturates is within 2^7 of an end then, or of the other one, so that its upper
        // byte is 127 or -128; and what has to be clamped has these or -127.
        "uadd8 r7, r6, r10\n uqsub8 r7, r11, r7\n"
        "cbnz r7, 4f\n"
        "str r3, [r1], #4\n str r6, [r0], #4\n"
        "2: cmp r2, r12\n"
        "bne 1b\n"
        "b 5f\n"
        "3: adds r0, #4\n adds r1, #4\n"
        "b 2b\n"
        "4: subs r2, #4\n"
        "5: pop {r3}\n"
        "subs r0, r2, r3\n"
        "pop {r4-r11, pc}\n");
}

static inline bool move_products(int8_t *w, int8_t *residual, const int8_t *x, size_t n,
    int32_t factor, int32_t shift) {
    bool clamped = false;
    // Else steps may be larger than 2^14, or there is no whole number to scale by.
    if (shift > 24 || og_abs(factor) >> shift >= 128) {
        return move_singly(w, residual, x, n, factor, shift);
    }
    // Below 2^31 in magnitude.
    int32_t scaled = (int32_t)((uint32_t)factor << (24 - shift));
    for (size_t i = 0; i < n;) {
        if (n - i >= 4) {
            i += move_fours(w + i, residual + i, x + i, (n - i) & ~(size_t)3, scaled);
        }
        size_t some = n - i < 4 ? n - i : 4;
        if (some > 0) {
            clamped |= move_singly(w + i, residual + i, x + i, some, factor, shift);
        }
        i += some;
    }
    return clamped;
}

#endif // OG_DOT_DSP_H
