# A Cortex-M4F with as much heap as fits the 256 KB of an Arduino Nano 33 BLE.
QEMU_ARCH = arm
QEMU_MACHINE = mps2-an386

BOARD_CORE = Cortex-M4F
BOARD_SRC = mps.c
CFLAGS += -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard
CFLAGS += -DBOARD_UART=0x40004000 -DBOARD_FPGAIO=0x40028000 -DBOARD_TICKS_PER_US=25
# The second half of the 16 MB PSRAM.
CFLAGS += -DBOARD_DISK=0x21800000 -DBOARD_DISK_SIZE=0x100000
SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o
NATMOD_ARCH = armv7emsp

MICROPY_HEAP_SIZE ?= 229376

include $(BOARD_DIR)/../qemu/board.mk
