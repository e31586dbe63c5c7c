# A Cortex-M55 with Helium, in Secure state.
QEMU_ARCH = arm
QEMU_MACHINE = mps3-an547

BOARD_CORE = Cortex-M55
BOARD_SRC = mps.c
CFLAGS += -mcpu=cortex-m55 -mfloat-abi=hard
CFLAGS += -DBOARD_UART=0x59303000 -DBOARD_FPGAIO=0x59302000 -DBOARD_TICKS_PER_US=20
# In the DDR memory.
CFLAGS += -DBOARD_DISK=0x60800000 -DBOARD_DISK_SIZE=0x100000
# gchelper_thumb2.s is for a Cortex-M4, which the linker refuses to join with this core.
SRC_BOARD_O = shared/runtime/gchelper_generic.o
NATMOD_ARCH = armv7emdp

MICROPY_HEAP_SIZE ?= 393216

include $(BOARD_DIR)/../qemu/board.mk
