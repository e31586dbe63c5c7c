// SPDX-License-Identifier: MIT
#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "extmod/vfs.h"

#include "board.h"

// The module _disk, which _boot.py mounts: a block device in memory from
// BOARD_DISK on. Its content lasts until QEMU ends.

#define BLOCK_SIZE 1024

#if defined(BOARD_DISK_IS_FLASH)
// In flash, of which QEMU emulates the controller.
void board_flash_erase(uint32_t address);
void board_flash_write(uint32_t address, const uint8_t *data, size_t n);
#else
static void board_flash_erase(uint32_t address) {
    memset((void *)address, 0xff, BLOCK_SIZE);
}

static void board_flash_write(uint32_t address, const uint8_t *data, size_t n) {
    memcpy((void *)address, data, n);
}
#endif

static uint32_t get_address(size_t n_args, const mp_obj_t *args) {
    uint32_t offset = n_args > 2 ? mp_obj_get_int(args[2]) : 0;
    return BOARD_DISK + mp_obj_get_int(args[0]) * BLOCK_SIZE + offset;
}

// readblocks(block, buffer, offset=0)
static mp_obj_t disk_readblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[1], &buffer, MP_BUFFER_WRITE);
    memcpy(buffer.buf, (const void *)get_address(n_args, args), buffer.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(disk_readblocks_obj, 2, 3, disk_readblocks);

// writeblocks(block, buffer, offset): to erased memory, but without an offset erases before
static mp_obj_t disk_writeblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[1], &buffer, MP_BUFFER_READ);
    uint32_t address = get_address(n_args, args);
    if (n_args == 2) {
        for (size_t n = 0; n < buffer.len; n += BLOCK_SIZE) {
            board_flash_erase(address + n);
        }
    }
    board_flash_write(address, buffer.buf, buffer.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(disk_writeblocks_obj, 2, 3, disk_writeblocks);

static mp_obj_t disk_ioctl(mp_obj_t op, mp_obj_t block) {
    switch (mp_obj_get_int(op)) {
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
            return MP_OBJ_NEW_SMALL_INT(BOARD_DISK_SIZE / BLOCK_SIZE);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
            return MP_OBJ_NEW_SMALL_INT(BLOCK_SIZE);
        case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:
            board_flash_erase(get_address(1, &block));
            return MP_OBJ_NEW_SMALL_INT(0);
        default:
            return MP_OBJ_NEW_SMALL_INT(0);
    }
}
static MP_DEFINE_CONST_FUN_OBJ_2(disk_ioctl_obj, disk_ioctl);

static const mp_rom_map_elem_t disk_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__disk) },
    { MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&disk_readblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&disk_writeblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&disk_ioctl_obj) },
};
static MP_DEFINE_CONST_DICT(disk_globals, disk_globals_table);

const mp_obj_module_t disk_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&disk_globals,
};
MP_REGISTER_MODULE(MP_QSTR__disk, disk_module);
