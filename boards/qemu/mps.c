// SPDX-License-Identifier: MIT
#include "board.h"

// Arm's MPS2 and MPS3 boards: a CMSDK UART and the counter of FPGAIO, at
// addresses that the board says.

typedef struct _uart_t {
    volatile uint32_t data;
    volatile uint32_t state; // bit 0: transmitter full, bit 1: receiver full
    volatile uint32_t control;
    volatile uint32_t interrupts;
    volatile uint32_t divider;
} uart_t;

#define UART ((uart_t *)BOARD_UART)
#define COUNTER (*(volatile uint32_t *)(BOARD_FPGAIO + 0x18))
#define PRESCALE (*(volatile uint32_t *)(BOARD_FPGAIO + 0x1c))

void uart_init(void) {
    UART->divider = 16;
    UART->control = 3; // transmit, receive
    PRESCALE = 0;
}

int uart_rx_any(void) {
    return UART->state & 2;
}

int uart_rx_chr(void) {
    return uart_rx_any() ? (int)UART->data : UART_RX_NO_CHAR;
}

void uart_tx_strn(const char *buf, size_t len) {
    for (size_t i = 0; i < len; i++) {
        while (UART->state & 1) {
            board_pause();
        }
        UART->data = (uint8_t)buf[i];
    }
}

uint32_t board_counter(void) {
    return COUNTER;
}
