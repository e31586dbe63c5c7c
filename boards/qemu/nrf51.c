// SPDX-License-Identifier: MIT
#include "board.h"

// The nRF51 of a micro:bit: UART, TIMER0 at 16 MHz, and flash that programs
// can write (nRF51 Series Reference Manual, chapters 28, 18, 6).

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define UART_STARTRX REGISTER(0x40002000)
#define UART_STARTTX REGISTER(0x40002008)
#define UART_RXDRDY REGISTER(0x40002108)
#define UART_TXDRDY REGISTER(0x4000211c)
#define UART_ENABLE REGISTER(0x40002500)
#define UART_RXD REGISTER(0x40002518)
#define UART_TXD REGISTER(0x4000251c)

#define TIMER_START REGISTER(0x40008000)
#define TIMER_CAPTURE REGISTER(0x40008040)
#define TIMER_BITMODE REGISTER(0x40008508)
#define TIMER_PRESCALER REGISTER(0x40008510)
#define TIMER_CC REGISTER(0x40008540)

#define NVMC_CONFIG REGISTER(0x4001e504) // 0 read, 1 write, 2 erase
#define NVMC_ERASEPAGE REGISTER(0x4001e508)

void uart_init(void) {
    UART_ENABLE = 4;
    UART_STARTRX = 1;
    UART_STARTTX = 1;
    TIMER_BITMODE = 3; // 32 bits
    TIMER_PRESCALER = 0;
    TIMER_START = 1;
}

int uart_rx_any(void) {
    return UART_RXDRDY != 0;
}

int uart_rx_chr(void) {
    if (!uart_rx_any()) {
        return UART_RX_NO_CHAR;
    }
    UART_RXDRDY = 0;
    return UART_RXD;
}

void uart_tx_strn(const char *buf, size_t len) {
    for (size_t i = 0; i < len; i++) {
        UART_TXDRDY = 0;
        UART_TXD = (uint8_t)buf[i];
        // QEMU drops a byte that comes before the last one is gone.
        while (UART_TXDRDY == 0) {
            board_pause();
        }
    }
}

uint32_t board_counter(void) {
    TIMER_CAPTURE = 1;
    return TIMER_CC;
}

void board_flash_erase(uint32_t address) {
    NVMC_CONFIG = 2;
    NVMC_ERASEPAGE = address;
    NVMC_CONFIG = 0;
}

// A file system writes multiples of four bytes, from any address.
void board_flash_write(uint32_t address, const uint8_t *data, size_t n) {
    NVMC_CONFIG = 1;
    for (size_t i = 0; i < n; i += 4) {
        REGISTER(address + i) = (uint32_t)data[i] | (uint32_t)data[i + 1] << 8 |
            (uint32_t)data[i + 2] << 16 | (uint32_t)data[i + 3] << 24;
    }
    NVMC_CONFIG = 0;
}
