# A RISC-V core without atomics and FPU, RV32IMC as an ESP32-C3 has.
QEMU_ARCH = riscv32
QEMU_MACHINE = virt
QEMU_ARGS += -cpu rv32,a=false,f=false,d=false

BOARD_CORE = RV32IMC
BOARD_SRC = virt.c
# Debian's gcc 12 has no libgcc for rv32imac_zicsr, the port's default; with the older
# specification the CSR instructions belong to I.
RV32_ARCH = rv32imac
AFLAGS += -misa-spec=2.2
CFLAGS += -DBOARD_TICKS_PER_US=10
CFLAGS += -DBOARD_DISK=0x81800000 -DBOARD_DISK_SIZE=0x100000
LDSCRIPT = mcu/rv32/virt.ld
SRC_BOARD_O += shared/runtime/gchelper_native.o shared/runtime/gchelper_rv32i.o
NATMOD_ARCH = rv32imc

MICROPY_HEAP_SIZE ?= 262144

include $(BOARD_DIR)/../qemu/board.mk
