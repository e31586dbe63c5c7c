# A MicroPython tree of one's own may be given: make MICROPY_DIR=/path/to/micropython. After a
# change of tree, `make clean` first.
MICROPY_DIR ?=
export MICROPY_DIR
MPY_DIR := $(abspath $(or $(MICROPY_DIR),build/micropython))
MPY := $(MPY_DIR)/py/dynruntime.mk

# Targets for `make natmod`; one can be chosen: make natmod ARCH=armv6m.
ARCH ?= x64 armv6m armv7m armv7emsp armv7emdp rv32imc

# The boards that QEMU emulates.
EMULATED := $(notdir $(wildcard boards/QEMU_*))
# The boards whose firmware can be built from packages.
RP2 := RPI_PICO ARDUINO_NANO_RP2040_CONNECT

# With PyTorch, which only tests need, where it is asked for.
VENV := .venv/stamp$(if $(filter all,$(OCTOGRAD_REQUIRE))$(filter 1,$(OCTOGRAD_TORCH)),-torch)
PYTHON := .venv/bin/python
JOBS := $(shell nproc 2>/dev/null || echo 2)

KERNELS := $(wildcard usermod/kernels/*.c)
LIB_CFLAGS := -std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes \
    -Werror -shared -fPIC -Iusermod/kernels

# Without these options the unix port needs none of MicroPython's submodules.
UNIX := $(MAKE) -C $(MPY_DIR)/ports/unix -j$(JOBS) MICROPY_PY_SSL=0 MICROPY_SSL_MBEDTLS=0 \
    MICROPY_PY_BTREE=0 MICROPY_PY_FFI=0 MICROPY_PY_BLUETOOTH=0 FROZEN_MANIFEST=

# Else MicroPython would take the version from the git checkout around it, which is ours.
ifeq ($(MICROPY_DIR),)
export MICROPY_GIT_TAG := v$(shell sed -n 's/^version=//p' tools/get_micropython.sh)
endif

# Run a long command with its output in a log that is shown if it fails.
quietly = mkdir -p $(@D) && echo "make $@" && { $(1) > $@.log 2>&1 || { tail -n 40 $@.log; exit 1; }; }
comma := ,

# One core for each training.
QUALITY = OPENBLAS_NUM_THREADS=1 PYTHONPATH=bench:mpy_lib:host_ref:host_cli $(PYTHON) -m quality

.PHONY: help demo test check format lib unix unix-stock unix-asan unix-fast mpy-cross natmod fashion
.PHONY: size features quality quality-quick quality-tools
.PHONY: soak fuzz
.PHONY: packages boards emulate test-boards firmware flash emulator bench bench-boards profile clean FORCE
.DELETE_ON_ERROR:

## Show this text
help:
	@awk '/^## /{sub(/^## /,""); d=$$0; getline; sub(/:.*/,""); printf "  %-12s %s\n", $$0, d}' $(MAKEFILE_LIST)

## Train on real data on MicroPython, and show what came of it
demo: unix $(VENV)
	@$(PYTHON) tools/demo.py

## Build everything and run every test
test: $(VENV) lib unix unix-stock unix-asan unix-fast mpy-cross natmod packages boards fashion \
    build/firmware/RPI_PICO/firmware.uf2 emulator check
	$(PYTHON) -m pytest --doctest-modules host_ref
	$(PYTHON) -m pytest

## Train a million steps with restarts, which takes an hour
soak: $(VENV) unix
	OCTOGRAD_SOAK=1000000 $(PYTHON) -m pytest -s tests/storage/test_soak.py

## Feed bad files and arguments to everything that reads them, ten minutes each: make fuzz SECONDS=60
fuzz: $(VENV) unix-asan
	OCTOGRAD_FUZZ=$(or $(SECONDS),600) $(PYTHON) -m pytest -s tests/storage/test_fuzz.py

## Check format, style, layers and kernels, without running anything
check: $(VENV)
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) tools/check_layers.py
	$(PYTHON) tools/check_kernels.py

## Format the Python files
format: $(VENV)
	$(PYTHON) -m ruff check --select I --fix .
	$(PYTHON) -m ruff format .

## Build the kernels as libraries for this machine, plain and with sanitizers
lib: build/lib/liboctograd.so build/lib/liboctograd-asan.so

## Build MicroPython for this machine, with the module
unix: build/unix/micropython

## Build MicroPython for this machine without the module, for the native one
unix-stock: build/unix-stock/micropython

## Build MicroPython for this machine with the module, AddressSanitizer, UBSan and _guard
unix-asan: build/unix-asan/micropython

## Build MicroPython for this machine, with the module and as fast as it gets here
unix-fast: build/unix-fast/micropython

## Build MicroPython's cross compiler
mpy-cross: build/mpy-cross/mpy-cross

## Build the native modules, for all architectures or for ARCH=x64 armv6m ...
natmod: $(ARCH:%=build/natmod/%/_octograd.mpy)

## Write what boards install, for mip and `octograd install`, to build/packages
packages: natmod build/boards/library
	@$(PYTHON) tools/package.py

## Build the firmware of all emulated boards, or of BOARD=QEMU_M0
boards: $(patsubst %,build/boards/%/stock.elf,$(or $(BOARD),$(EMULATED))) build/boards/library

## Open a REPL on an emulated board: make emulate BOARD=QEMU_M0 or RPI_PICO
emulate: $(if $(filter $(BOARD),$(RP2)),build/firmware/$(BOARD)/firmware.uf2 emulator, \
    build/boards/$(BOARD)/stock.elf) $(VENV)
	@$(PYTHON) tools/emulate.py $(BOARD)

## Compare the scripts on all emulated boards with CPython; writes build/boards.json
test-boards: boards natmod build/firmware/RPI_PICO/firmware.uf2 emulator
	$(PYTHON) -m pytest tests/boards

## Count instructions of kernels and steps on emulated cores, or on CORE=M4; writes bench/kernels
bench: bench-tools emulator fashion $(VENV)
	@$(PYTHON) tools/bench_kernels.py $(CORE)

.PHONY: bench-tools
bench-tools:
	@for board in QEMU_M0 QEMU_RV32; do tools/packages.sh $$board || test $$? -eq 3; done

BENCHED = $(or $(BOARD),$(EMULATED) RPI_PICO)
## Measure on emulated boards, or on BOARD=QEMU_M0; writes their results.csv and the tables
bench-boards: $(patsubst %,build/boards/%/stock.elf,$(filter QEMU_%,$(BENCHED))) \
    $(patsubst %,build/firmware/%/firmware.uf2,$(filter RPI_%,$(BENCHED))) \
    emulator $(VENV)
	@$(PYTHON) tools/bench_boards.py $(BOARD)

## Build firmware of a Pico and of other boards with RP2040, or of BOARD=RPI_PICO
firmware: $(patsubst %,build/firmware/%/firmware.uf2,$(or $(BOARD),$(RP2)))

## Put firmware on a board that is plugged in: make flash BOARD=RPI_PICO
flash: $(VENV)
	@$(PYTHON) tools/flash.py $(BOARD) $(addprefix --port=,$(PORT))

## Make sure of the data set Fashion-MNIST, for one test
fashion:
	@tools/packages.sh fashion || test $$? -eq 3

## Train on all tasks, in integers and in float32, and write bench/quality/results.md
quality: quality-tools
	@$(QUALITY)

## The same with one seed of the small tasks, to build/quality-quick
quality-quick: quality-tools
	@$(QUALITY) --quick

# PyTorch pretrains the nets that are adapted, and some data sets come with Python packages.
quality-tools: export OCTOGRAD_QUALITY = 1
quality-tools: .venv/stamp-quality unix-fast fashion

## Measure features against their formulas in float; writes bench/features/results.md
features: $(VENV)
	@PYTHONPATH=mpy_lib:host_ref $(PYTHON) bench/features/errors.py

## Print flash, stack and lines of each C file, and the size of each native module
size: natmod $(VENV)
	@$(PYTHON) tools/size.py

PROFILED = $(or $(BOARD),QEMU_M0)
## Show where the instructions of a training step go: make profile BOARD=QEMU_M0 or RPI_PICO
profile: $(patsubst %,build/boards/%/stock.elf,$(filter QEMU_%,$(PROFILED))) \
    $(patsubst %,build/firmware/%/firmware.uf2,$(filter RPI_%,$(PROFILED))) emulator $(VENV)
	@$(PYTHON) tools/profile_step.py $(PROFILED)

## Remove what was built; downloads and .venv stay
clean:
	@for f in build/*; do [ "$$f" = build/download ] || rm -rf "$$f"; done

.venv/stamp .venv/stamp-torch .venv/stamp-quality: pyproject.toml tools/venv.sh
	@tools/venv.sh

$(MPY):
	@tools/get_micropython.sh

build/lib/liboctograd.so: $(KERNELS) $(wildcard usermod/kernels/*.h)
	@mkdir -p $(@D)
	$(CC) -O2 $(LIB_CFLAGS) -o $@ $(KERNELS)

build/lib/liboctograd-asan.so: $(KERNELS) $(wildcard usermod/kernels/*.h)
	@mkdir -p $(@D)
	$(CC) -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
	    -fno-sanitize-recover=undefined $(LIB_CFLAGS) -o $@ $(KERNELS)

# MicroPython's own makefiles know what is out of date, so they are always asked.
build/unix/micropython: $(MPY) FORCE
	@$(call quietly,$(UNIX) BUILD=$(CURDIR)/build/unix USER_C_MODULES=$(CURDIR))

build/unix-stock/micropython: $(MPY) FORCE
	@$(call quietly,$(UNIX) BUILD=$(CURDIR)/build/unix-stock)

# USER_C_MODULES is one folder, so a folder of links joins the module and its guard.
build/unix-asan/micropython: $(MPY) FORCE
	@mkdir -p build/asan-modules
	@ln -sfn ../../usermod build/asan-modules/usermod
	@ln -sfn ../../tests/guard build/asan-modules/guard
	@$(call quietly,$(UNIX) BUILD=$(CURDIR)/build/unix-asan USER_C_MODULES=$(CURDIR)/build/asan-modules \
	    STRIP= CFLAGS_EXTRA="-fsanitize=address -fno-omit-frame-pointer" \
	    LDFLAGS_EXTRA="-fsanitize=address$(comma)undefined")

# For long trainings on the machine that builds it; the bytes are the same.
build/unix-fast/micropython: $(MPY) FORCE
	@$(call quietly,$(UNIX) BUILD=$(CURDIR)/build/unix-fast USER_C_MODULES=$(CURDIR) \
	    CFLAGS_EXTRA="-O3 -march=native -Wno-error")

build/mpy-cross/mpy-cross: $(MPY) FORCE
	@$(call quietly,$(MAKE) -C $(MPY_DIR)/mpy-cross -j$(JOBS) BUILD=$(CURDIR)/build/mpy-cross)

build/natmod/%/_octograd.mpy: $(MPY) $(VENV) FORCE
	@if tools/packages.sh $*; then $(call quietly,$(MAKE) -C $(@D) -j$(JOBS) \
	    -f $(CURDIR)/usermod/natmod/Makefile ARCH=$* MPY_DIR=$(MPY_DIR) \
	    PYTHON=$(CURDIR)/$(PYTHON)); else test $$? -eq 3; fi

# Out-of-tree boards of MicroPython's qemu port, with the module and without it. The port wants
# micropython-lib, of which nothing is needed; its README is looked for.
build/boards/%/stock.elf: $(MPY) build/mpy-cross/mpy-cross FORCE
	@if tools/packages.sh $*; then $(call quietly,$(MAKE) -C $(MPY_DIR)/ports/qemu -j$(JOBS) BOARD=$* \
	    BOARD_DIR=$(CURDIR)/boards/$* BUILD=$(CURDIR)/$(@D) USER_C_MODULES=$(CURDIR) \
	    FROZEN_MANIFEST=$(CURDIR)/boards/qemu/manifest.py MPY_LIB_DIR=$(CURDIR) \
	    MICROPY_MPYCROSS=$(CURDIR)/build/mpy-cross/mpy-cross \
	    MICROPY_MPYCROSS_DEPENDENCY=$(CURDIR)/build/mpy-cross/mpy-cross \
	    $(addprefix $(CURDIR)/$(@D)/,board.txt firmware.elf stock.elf)); \
	    else test $$? -eq 3; fi

# The rp2 port with the module built in and the library frozen; its CMake writes all but the UF2,
# for which it would want picotool.
build/firmware/%/firmware.uf2: $(MPY) build/mpy-cross/mpy-cross $(VENV) FORCE
	@if tools/packages.sh $*; then tools/get_rp2.sh && $(call quietly, \
	    (export MICROPY_MPYCROSS=$(CURDIR)/build/mpy-cross/mpy-cross; \
	    cmake -S $(MPY_DIR)/ports/rp2 -B $(@D) -DMICROPY_BOARD=$* \
	    -DMICROPY_BOARD_DIR=$(CURDIR)/boards/$* -DMICROPY_LIB_DIR=$(CURDIR) \
	    -DMICROPY_FROZEN_MANIFEST=$(CURDIR)/boards/rp2/manifest.py -DPICO_NO_PICOTOOL=1 \
	    -DUSER_C_MODULES=$(CURDIR)/usermod/micropython.cmake \
	    -DPython3_EXECUTABLE=$(CURDIR)/$(PYTHON) && \
	    $(MAKE) -C $(@D) -j$(JOBS) && \
	    $(PYTHON) tools/uf2.py $(@D)/firmware.bin $@)); \
	    else test $$? -eq 3; fi

# What the emulated RP2040 needs, rp2040js and a boot ROM, and what counts instructions in QEMU.
emulator: build/emulator/rom.bin build/emulator/main.js build/emulator/counter.so

build/emulator/rom.bin: $(addprefix boards/RPI_PICO/emulator/rom.,c S ld)
	@if tools/packages.sh armv6m; then $(call quietly, (arm-none-eabi-gcc -std=c99 -Wall -Wextra \
	    -Wshadow -Werror -Os -mcpu=cortex-m0plus -ffreestanding -fno-tree-loop-distribute-patterns \
	    -ffunction-sections -nostdlib -T $(filter %.ld,$^) -o $(@D)/rom.elf $(filter-out %.ld,$^) \
	    -lgcc && arm-none-eabi-objcopy -O binary $(@D)/rom.elf $@)); else test $$? -eq 3; fi

build/emulator/main.js: $(wildcard boards/RPI_PICO/emulator/*.js*)
	@if tools/packages.sh emulator; then $(call quietly, \
	    (cp $^ $(@D) && cd $(@D) && npm ci --no-audit --no-fund)); else test $$? -eq 3; fi

build/emulator/counter.so: bench/boards/counter.c
	@mkdir -p $(@D)
	$(CC) -O2 $(LIB_CFLAGS) -o $@ $<

# The library as a board without it in its firmware gets it.
build/boards/library: build/mpy-cross/mpy-cross FORCE
	@mkdir -p $@/octograd
	@for f in mpy_lib/octograd/*.py; do \
	    $< -s $${f#mpy_lib/} -o $@/octograd/$$(basename $$f .py).mpy $$f || exit 1; done
