// SPDX-License-Identifier: MIT
#include "py/mphal.h"
#include "py/mpstate.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "board.h"

// The terminal: bytes that arrive while a program runs are kept for it, but
// for Ctrl-C, which stops it.

#define RING_SIZE 256

static uint8_t ring[RING_SIZE];
static unsigned int ring_first, ring_count;
unsigned int board_poll_countdown = 256;

static void advance_clock(void);

void board_poll(void) {
    advance_clock();
    // A full ring leaves bytes in the UART, and QEMU waits.
    while (ring_count < RING_SIZE && uart_rx_any()) {
        int c = uart_rx_chr();
        if (c == mp_interrupt_char) {
            mp_sched_keyboard_interrupt();
        } else {
            ring[(ring_first + ring_count++) % RING_SIZE] = (uint8_t)c;
        }
    }
}

// To look at a peripheral takes QEMU's one lock. Who does nothing else keeps
// QEMU from bringing the byte, on a busy machine for a long time.
void board_pause(void) {
    for (int i = 0; i < 2000; i++) {
        __asm volatile ("");
    }
}

int __wrap_mp_hal_stdin_rx_chr(void) {
    board_poll();
    while (ring_count == 0) {
        board_pause();
        board_poll();
        mp_handle_pending(true);
    }
    uint8_t c = ring[ring_first];
    ring_first = (ring_first + 1) % RING_SIZE;
    ring_count--;
    return c;
}

uintptr_t __wrap_mp_hal_stdio_poll(uintptr_t poll_flags) {
    board_poll();
    return poll_flags & ((ring_count > 0 ? MP_STREAM_POLL_RD : 0) | MP_STREAM_POLL_WR);
}

// The clock: a counter of 32 bits wraps after minutes, but is looked at more
// often than that.

static uint32_t last, now_us, now_ms, rest_us;

static void advance_clock(void) {
    uint32_t us = (board_counter() - last) / BOARD_TICKS_PER_US;
    last += us * BOARD_TICKS_PER_US;
    now_us += us;
    rest_us += us;
    now_ms += rest_us / 1000;
    rest_us %= 1000;
}

mp_uint_t mp_hal_ticks_us(void) {
    advance_clock();
    return now_us;
}

mp_uint_t mp_hal_ticks_ms(void) {
    advance_clock();
    return now_ms;
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return board_counter();
}

uint64_t mp_hal_time_ns(void) {
    return (uint64_t)mp_hal_ticks_ms() * 1000000;
}

void mp_hal_delay_us(mp_uint_t us) {
    mp_uint_t start = mp_hal_ticks_us();
    while (mp_hal_ticks_us() - start < us) {
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    mp_uint_t start = mp_hal_ticks_ms();
    while (mp_hal_ticks_ms() - start < ms) {
        board_pause();
        board_poll();
        mp_handle_pending(true);
    }
}
