// SPDX-License-Identifier: MIT
#include "board.h"

// QEMU's RISC-V machine: a 16550 UART and the timer of the CLINT, 10 MHz.

#define UART ((volatile uint8_t *)0x10000000)
#define DATA 0
#define STATUS 5 // bit 0: a byte is there, bit 5: ready to send
#define MTIME (*(volatile uint32_t *)0x0200bff8)

void uart_init(void) {
}

int uart_rx_any(void) {
    return UART[STATUS] & 0x01;
}

int uart_rx_chr(void) {
    return uart_rx_any() ? UART[DATA] : UART_RX_NO_CHAR;
}

void uart_tx_strn(const char *buf, size_t len) {
    for (size_t i = 0; i < len; i++) {
        while (!(UART[STATUS] & 0x20)) {
            board_pause();
        }
        UART[DATA] = (uint8_t)buf[i];
    }
}

uint32_t board_counter(void) {
    return MTIME;
}
