# A Cortex-M33 in Secure state, the core of a Raspberry Pi Pico 2.
QEMU_ARCH = arm
QEMU_MACHINE = mps2-an505

BOARD_CORE = Cortex-M33
BOARD_SRC = mps.c
CFLAGS += -mcpu=cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard
CFLAGS += -DBOARD_UART=0x50200000 -DBOARD_FPGAIO=0x50302000 -DBOARD_TICKS_PER_US=20
# The second half of the 16 MB PSRAM.
CFLAGS += -DBOARD_DISK=0x80800000 -DBOARD_DISK_SIZE=0x100000
# gchelper_thumb2.s is for a Cortex-M4, which the linker refuses to join with this core.
SRC_BOARD_O = shared/runtime/gchelper_generic.o
NATMOD_ARCH = armv7emsp

MICROPY_HEAP_SIZE ?= 393216

include $(BOARD_DIR)/../qemu/board.mk
