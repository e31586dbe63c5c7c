# A Cortex-M7 with a double-precision FPU.
QEMU_ARCH = arm
QEMU_MACHINE = mps2-an500

BOARD_CORE = Cortex-M7
BOARD_SRC = mps.c
CFLAGS += -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard
CFLAGS += -DBOARD_UART=0x40004000 -DBOARD_FPGAIO=0x40028000 -DBOARD_TICKS_PER_US=25
# The second half of the 16 MB PSRAM.
CFLAGS += -DBOARD_DISK=0x60800000 -DBOARD_DISK_SIZE=0x100000
SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o
NATMOD_ARCH = armv7emdp

MICROPY_HEAP_SIZE ?= 393216

include $(BOARD_DIR)/../qemu/board.mk
