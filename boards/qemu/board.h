// SPDX-License-Identifier: MIT
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

#include "uart.h"

// What each family of boards gives: a UART (uart.h), whether it has a byte,
// and a 32-bit counter upwards that has BOARD_TICKS_PER_US.
int uart_rx_any(void);
uint32_t board_counter(void);

// For loops that wait for a peripheral.
void board_pause(void);

#endif // BOARD_H
