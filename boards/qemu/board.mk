# What the emulated boards share: each board's mpconfigboard.mk sets its core and its peripherals,
# then includes this. No file of MicroPython's qemu port is changed.
QEMU_COMMON := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))

# The port's uart.c is empty without a QEMU_SOC_*, so that ours is linked.
vpath %.c $(QEMU_COMMON)
SRC_C += board.c disk.c $(BOARD_SRC) shared/timeutils/timeutils.c
# Ours is found before the port's mpconfigport.h.
CFLAGS += -I$(QEMU_COMMON)
CFLAGS += -DMICROPY_HW_MCU_NAME='"$(BOARD_CORE)"' -DBOARD_NAME='"$(BOARD)"'
LDFLAGS += -Wl,--wrap=mp_hal_stdio_poll -Wl,--wrap=mp_hal_stdin_rx_chr

MPY_CROSS_FLAGS += -march=$(NATMOD_ARCH)
MICROPY_VFS_LFS2 = 1

ifeq ($(QEMU_ARCH),arm)
CFLAGS += -mthumb
LDSCRIPT = $(abspath $(BOARD_DIR))/memory.ld
LDFLAGS += -L$(QEMU_COMMON)
endif

# The port leaves the FPU off, and Helium with it, which are one switch. This is the first call
# from a file to another, so the linker can put ours before it.
ifneq ($(findstring -mfloat-abi=hard,$(CFLAGS)),)
SRC_C += fpu.c
LDFLAGS += -Wl,--wrap=mp_semihosting_init
endif

# Firmware without the module, for the native one: the same objects but for the module's and the
# list of modules, so that MicroPython is compiled once. Goal: $(BUILD)/stock.elf.
STOCK := $(BUILD)/stock

$(BUILD)/stock.elf: $(BUILD)/firmware.elf
	$(ECHO) "LINK $@"
	$(Q)mkdir -p $(STOCK)/genhdr
	$(Q)sed '/octograd/Id' $(HEADER_BUILD)/moduledefs.h > $(STOCK)/genhdr/moduledefs.h
	$(Q)$(CC) -I$(STOCK) $(CFLAGS) -c -o $(STOCK)/objmodule.o $(TOP)/py/objmodule.c
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter-out $(BUILD)/usermod/% $(BUILD)/py/objmodule.o,$(OBJ)) \
	    $(STOCK)/objmodule.o $(LIBS)
	$(Q)$(SIZE) $@

# For tools/emulate.py: how QEMU is started, and which native modules are for this core.
$(BUILD)/board.txt: $(BOARD_DIR)/mpconfigboard.mk $(QEMU_COMMON)board.mk
	$(Q)echo '$(QEMU_SYSTEM) $(QEMU_ARGS)' > $@
	$(Q)echo '$(NATMOD_ARCH)' >> $@
