#!/bin/sh
# Make sure that the Debian packages for one purpose are there.
#
#   tools/packages.sh venv | fashion | emulator | ARCH of a native module | a board of boards/
#
# Root gets them installed; anybody else is told the command. Exit status 3 means "missing, go
# on without"; with OCTOGRAD_REQUIRE=all that is 1.
set -eu

purpose=$1
case $purpose in
    x64)
        exit 0
        ;;
    venv)
        packages="python3-venv"
        works() { python3 -c 'import ensurepip, venv'; }
        ;;
    fashion)
        # Real pictures for tests/train/fashion.py.
        packages="dataset-fashion-mnist"
        works() { test -f /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz; }
        ;;
    armv*)
        packages="gcc-arm-none-eabi libnewlib-arm-none-eabi"
        works() { test -f "$(arm-none-eabi-gcc -print-file-name=libm.a)"; }
        ;;
    QEMU_RV32)
        packages="qemu-system-misc gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf"
        works() {
            command -v qemu-system-riscv32 &&
                test -f "$(riscv64-unknown-elf-gcc -print-file-name=picolibc.specs)"
        }
        ;;
    QEMU_*)
        packages="qemu-system-arm gcc-arm-none-eabi libnewlib-arm-none-eabi"
        works() {
            command -v qemu-system-arm &&
                test -f "$(arm-none-eabi-gcc -print-file-name=libm.a)"
        }
        ;;
    RPI_PICO | ARDUINO_NANO_RP2040_CONNECT)
        packages="cmake gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib"
        works() {
            command -v cmake && test -f "$(arm-none-eabi-g++ -print-file-name=libstdc++.a)"
        }
        ;;
    emulator)
        # rp2040js 1.4.1 asks for Node 18.
        packages="nodejs npm"
        works() { command -v npm && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'; }
        ;;
    rv32imc)
        packages="gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf"
        works() { test -f "$(riscv64-unknown-elf-gcc -print-file-name=picolibc.specs)"; }
        ;;
    xtensa)
        packages="gcc-xtensa-lx106"
        works() { command -v xtensa-lx106-elf-gcc; }
        ;;
    xtensawin)
        # Espressif's compiler, which Debian does not have.
        packages=""
        works() { command -v xtensa-esp32-elf-gcc; }
        ;;
    *)
        echo "packages: nothing known about '$purpose'" >&2
        exit 1
        ;;
esac

if works > /dev/null 2>&1; then
    exit 0
fi

install() {
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
        install -y -qq --no-install-recommends $packages
}

if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "Installing $packages"
    log=$(mktemp)
    # The package lists may be missing or too old, so a failure is tried once more with new ones.
    if { install || { apt-get -qq update && install; }; } > "$log" 2>&1 && works > /dev/null 2>&1; then
        rm -f "$log"
        exit 0
    fi
    cat "$log" >&2
    rm -f "$log"
fi

if [ -n "$packages" ]; then
    echo "SKIP $purpose: to have it, run: sudo apt-get install $packages" >&2
else
    echo "SKIP $purpose: its compiler is not on PATH" >&2
fi
if [ "${OCTOGRAD_REQUIRE:-}" = all ]; then
    echo "packages: OCTOGRAD_REQUIRE=all, so this is an error" >&2
    exit 1
fi
exit 3
