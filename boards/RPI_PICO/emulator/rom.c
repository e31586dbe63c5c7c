// SPDX-License-Identifier: MIT
//
// A boot ROM for an emulated RP2040: what sections 2.8.1 and 2.8.3 of the datasheet ask of one,
// but for the USB boot loader and for core 1. Floats are those of the compiler's library.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

// Clears bits through the alias of a register.
#define CLEAR_BITS(address) REGISTER((address) + 0x3000)

#define RESETS 0x4000c000u
#define RESETS_DONE (RESETS + 8)
#define RESETS_IO_QSPI (1u << 6)
#define RESETS_PADS_QSPI (1u << 9)

#define IO_QSPI 0x40018000u
#define IO_QSPI_SS_CTRL (IO_QSPI + 0x0c)
#define OUTOVER_NORMAL 0u
#define OUTOVER_LOW (2u << 8)
#define OUTOVER_HIGH (3u << 8)

#define XIP_FLUSH 0x14000004u

#define SSI 0x18000000u
#define SSI_CTRLR0 (SSI + 0x00)
#define SSI_CTRLR1 (SSI + 0x04)
#define SSI_ENABLE (SSI + 0x08)
#define SSI_SER (SSI + 0x10)
#define SSI_BAUDR (SSI + 0x14)
#define SSI_SR (SSI + 0x28)
#define SSI_SR_RFNE (1u << 3)
#define SSI_DR0 (SSI + 0x60)
#define SSI_SPI_CTRLR0 (SSI + 0xf4)
#define SSI_FRAMES_OF_8_BITS (7u << 16)
#define SSI_FRAMES_OF_32_BITS (31u << 16)
#define SSI_EEPROM_READ (3u << 8)

#define WATCHDOG_SCRATCH4 0x4005801cu
#define WATCHDOG_MAGIC 0xb007c0d3u

#define FLASH_WRITE_PAGE 0x02
#define FLASH_READ 0x03
#define FLASH_STATUS 0x05
#define FLASH_STATUS_BUSY 0x01
#define FLASH_ENABLE_WRITE 0x06
#define FLASH_ERASE_SECTOR 0x20

#define SECTOR_BYTES 4096u
#define PAGE_BYTES 256u

#define SECOND_STAGE 0x20041f00u
#define SECOND_STAGE_BYTES 256u

void enter(uint32_t stack, uint32_t address);
void reset_to_usb_boot(uint32_t gpio_mask, uint32_t interface_mask);

// Functions for bits and memory.

void *rom_table_lookup(const uint16_t *table, uint32_t code) {
    for (; table[0] != 0; table += 2) {
        if (table[0] == code) {
            return (void *)(uintptr_t)table[1];
        }
    }
    return NULL;
}

uint32_t popcount32(uint32_t x) {
    x -= x >> 1 & 0x55555555;
    x = (x & 0x33333333) + (x >> 2 & 0x33333333);
    x = (x + (x >> 4)) & 0x0f0f0f0f;
    return x * 0x01010101u >> 24;
}

uint32_t reverse32(uint32_t x) {
    x = (x >> 1 & 0x55555555) | (x & 0x55555555) << 1;
    x = (x >> 2 & 0x33333333) | (x & 0x33333333) << 2;
    x = (x >> 4 & 0x0f0f0f0f) | (x & 0x0f0f0f0f) << 4;
    return __builtin_bswap32(x);
}

uint32_t clz32(uint32_t x) {
    return x == 0 ? 32 : (uint32_t)__builtin_clz(x);
}

uint32_t ctz32(uint32_t x) {
    return popcount32(~x & (x - 1));
}

uint8_t *rom_memset(uint8_t *to, uint8_t byte, size_t n) {
    uint8_t *p = to;
    for (; n > 0 && ((uintptr_t)p & 3) != 0; n--) {
        *p++ = byte;
    }
    uint32_t word = byte * 0x01010101u;
    for (; n >= 16; n -= 16, p += 16) {
        uint32_t *q = (uint32_t *)p;
        q[0] = word;
        q[1] = word;
        q[2] = word;
        q[3] = word;
    }
    for (; n > 0; n--) {
        *p++ = byte;
    }
    return to;
}

uint8_t *rom_memcpy(uint8_t *to, const uint8_t *from, size_t n) {
    typedef struct { uint32_t words[4]; } block_t;
    uint8_t *p = to;
    if ((((uintptr_t)to ^ (uintptr_t)from) & 3) == 0) {
        for (; n > 0 && ((uintptr_t)p & 3) != 0; n--) {
            *p++ = *from++;
        }
        for (; n >= sizeof(block_t); n -= sizeof(block_t), p += sizeof(block_t)) {
            *(block_t *)p = *(const block_t *)from;
            from += sizeof(block_t);
        }
    }
    for (; n > 0; n--) {
        *p++ = *from++;
    }
    return to;
}

// Functions for the flash, which listens to single bytes while they run.

static void select_flash(uint32_t outover) {
    REGISTER(IO_QSPI_SS_CTRL) = outover;
}

static uint8_t exchange(uint8_t byte) {
    REGISTER(SSI_DR0) = byte;
    while ((REGISTER(SSI_SR) & SSI_SR_RFNE) == 0) {
    }
    return (uint8_t)REGISTER(SSI_DR0);
}

static void begin(uint8_t command) {
    select_flash(OUTOVER_LOW);
    exchange(command);
}

static void begin_at(uint8_t command, uint32_t address) {
    begin(command);
    exchange((uint8_t)(address >> 16));
    exchange((uint8_t)(address >> 8));
    exchange((uint8_t)address);
}

static void end(void) {
    select_flash(OUTOVER_HIGH);
}

static void enable_write(void) {
    begin(FLASH_ENABLE_WRITE);
    end();
}

static void wait_until_done(void) {
    uint8_t status;
    do {
        begin(FLASH_STATUS);
        status = exchange(0);
        end();
    } while ((status & FLASH_STATUS_BUSY) != 0);
}

void connect_internal_flash(void) {
    CLEAR_BITS(RESETS) = RESETS_IO_QSPI | RESETS_PADS_QSPI;
    while ((REGISTER(RESETS_DONE) & RESETS_IO_QSPI) == 0) {
    }
    // Function 0, the SSI, for the clock, the select line and the four data lines.
    for (uint32_t pin = 0; pin < 6; pin++) {
        REGISTER(IO_QSPI + 8 * pin + 4) = 0;
    }
}

void flash_exit_xip(void) {
    REGISTER(SSI_ENABLE) = 0;
    REGISTER(SSI_BAUDR) = 6;
    REGISTER(SSI_CTRLR0) = SSI_FRAMES_OF_8_BITS;
    REGISTER(SSI_SER) = 1;
    REGISTER(SSI_ENABLE) = 1;
    // Ends the continuous read that the second stage began.
    begin(0xff);
    exchange(0xff);
    end();
}

void flash_range_erase(uint32_t address, size_t count, uint32_t block_bytes, uint8_t erase_block) {
    uint32_t stop = address + count;
    while (address < stop) {
        bool block = (address & (block_bytes - 1)) == 0 && stop - address >= block_bytes;
        enable_write();
        begin_at(block ? erase_block : FLASH_ERASE_SECTOR, address);
        end();
        wait_until_done();
        address += block ? block_bytes : SECTOR_BYTES;
    }
}

void flash_range_program(uint32_t address, const uint8_t *data, size_t count) {
    for (; count > 0; count -= PAGE_BYTES, address += PAGE_BYTES) {
        enable_write();
        begin_at(FLASH_WRITE_PAGE, address);
        for (uint32_t i = 0; i < PAGE_BYTES; i++) {
            exchange(*data++);
        }
        end();
        wait_until_done();
    }
}

void flash_flush_cache(void) {
    REGISTER(XIP_FLUSH) = 1;
    (void)REGISTER(XIP_FLUSH);
    select_flash(OUTOVER_NORMAL);
}

void flash_enter_cmd_xip(void) {
    REGISTER(SSI_ENABLE) = 0;
    REGISTER(SSI_CTRLR0) = SSI_FRAMES_OF_32_BITS | SSI_EEPROM_READ;
    REGISTER(SSI_CTRLR1) = 0;
    // 24 bits of address after a command of 8 bits.
    REGISTER(SSI_SPI_CTRLR0) = FLASH_READ << 24 | 2u << 8 | 6u << 2;
    REGISTER(SSI_ENABLE) = 1;
}

// Floats to and from integers; the datasheet rounds to minus infinity and saturates.

static float scaled(float x, int32_t bits) {
    for (; bits > 0; bits--) {
        x *= 2;
    }
    for (; bits < 0; bits++) {
        x /= 2;
    }
    return x;
}

int64_t float2int64(float x) {
    if (x >= 0x1p63f) {
        return INT64_MAX;
    }
    if (x < -0x1p63f) {
        return INT64_MIN;
    }
    int64_t whole = (int64_t)x;
    return (float)whole > x ? whole - 1 : whole;
}

uint64_t float2uint64(float x) {
    return x >= 0x1p64f ? UINT64_MAX : x <= 0 ? 0 : (uint64_t)x;
}

static int32_t saturated(int64_t x) {
    return x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : (int32_t)x;
}

int32_t float2int(float x) {
    return saturated(float2int64(x));
}

uint32_t float2uint(float x) {
    return x >= 0x1p32f ? UINT32_MAX : x <= 0 ? 0 : (uint32_t)x;
}

int32_t float2fix(float x, int32_t bits) {
    return float2int(scaled(x, bits));
}

uint32_t float2ufix(float x, int32_t bits) {
    return float2uint(scaled(x, bits));
}

int64_t float2fix64(float x, int32_t bits) {
    return float2int64(scaled(x, bits));
}

uint64_t float2ufix64(float x, int32_t bits) {
    return float2uint64(scaled(x, bits));
}

float fix2float(int32_t x, int32_t bits) {
    return scaled((float)x, -bits);
}

float ufix2float(uint32_t x, int32_t bits) {
    return scaled((float)x, -bits);
}

float fix642float(int64_t x, int32_t bits) {
    return scaled((float)x, -bits);
}

float ufix642float(uint64_t x, int32_t bits) {
    return scaled((float)x, -bits);
}

int32_t float_compare(float x, float y) {
    return (x > y) - (x < y);
}

int32_t double2int(double x) {
    if (x >= 0x1p31) {
        return INT32_MAX;
    }
    if (x < -0x1p31) {
        return INT32_MIN;
    }
    int32_t whole = (int32_t)x;
    return (double)whole > x ? whole - 1 : whole;
}

uint32_t double2uint(double x) {
    return x >= 0x1p32 ? UINT32_MAX : x <= 0 ? 0 : (uint32_t)x;
}

int32_t double_compare(double x, double y) {
    return (x > y) - (x < y);
}

// Start.

// CRC-32 with the most significant bit first and without a last complement (datasheet, 2.8.1.3.1).
static uint32_t crc32(const uint8_t *data, size_t n) {
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        crc ^= (uint32_t)data[i] << 24;
        for (uint32_t bit = 0; bit < 8; bit++) {
            crc = crc << 1 ^ ((crc >> 31) != 0 ? 0x04c11db7 : 0);
        }
    }
    return crc;
}

// A program may have asked the watchdog to start it at an address of its choice.
static void enter_by_watchdog(void) {
    volatile uint32_t *scratch = (volatile uint32_t *)WATCHDOG_SCRATCH4;
    uint32_t magic = scratch[0], check = scratch[1], stack = scratch[2], address = scratch[3];
    if (magic == WATCHDOG_MAGIC && check == (address ^ -WATCHDOG_MAGIC)) {
        scratch[0] = 0;
        enter(stack, address | 1);
    }
}

void rom_start(void) {
    enter_by_watchdog();
    connect_internal_flash();
    flash_exit_xip();
    uint8_t *stage = (uint8_t *)SECOND_STAGE;
    begin_at(FLASH_READ, 0);
    for (uint32_t i = 0; i < SECOND_STAGE_BYTES; i++) {
        stage[i] = exchange(0);
    }
    end();
    flash_flush_cache();
    if (crc32(stage, SECOND_STAGE_BYTES - 4) == *(uint32_t *)(stage + SECOND_STAGE_BYTES - 4)) {
        enter(SECOND_STAGE, SECOND_STAGE | 1);
    }
    reset_to_usb_boot(0, 0);
}
