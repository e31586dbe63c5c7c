# A Cortex-M0 with 256 KB of RAM: the core and the RAM of a Raspberry Pi Pico.
QEMU_ARCH = arm
QEMU_MACHINE = microbit
QEMU_ARGS += -global nrf51-soc.flash-size=1048576 -global nrf51-soc.sram-size=262144

BOARD_CORE = Cortex-M0
BOARD_SRC = nrf51.c
CFLAGS += -mcpu=cortex-m0 -mfloat-abi=soft
# The last 256 KB of flash.
CFLAGS += -DBOARD_DISK=0xc0000 -DBOARD_DISK_SIZE=0x40000 -DBOARD_DISK_IS_FLASH
CFLAGS += -DBOARD_TICKS_PER_US=16
SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb1.o
NATMOD_ARCH = armv6m

MICROPY_HEAP_SIZE ?= 229376

include $(BOARD_DIR)/../qemu/board.mk
