"""
Count what the kernels cost on emulated cores, and write results.csv and bytes.csv beside them.

    tools/bench_kernels.py [CORE...]

Without arguments all cores are measured, and the tables of bench/kernels/README.md are written
anew; with some, only their rows. An image without MicroPython (bench/kernels/*.c) is built for
each core, with the portable kernels and with those that its compiler chooses. QEMU runs it; a
plugin, bench/boards/counter.c, counts the instructions between the marks that it passes, exactly.
The emulated RP2040 counts cycles instead.
"""

import argparse
import csv
import dataclasses
import gzip
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

import kernel_tables

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = ROOT / "bench/kernels"
RESULTS = SOURCES / "results.csv"
OUT = ROOT / "build/bench"
EMULATOR = ROOT / "build/emulator"
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")
MIDTRAINING = OUT / "midtraining.bin"
STEPS, SAMPLES = 3000, 100

HEADER = "core", "build", "kernel", "operation", "macs", "instructions"
BYTES_HEADER = "core", "build", "bytes"
BUILDS = {"portable": ["-DOG_PORTABLE"], "optimised": []}
TRAINING = "train.c", "net.c", "net.h", "midtraining.h"
IMAGE = "main.c", "layers.c", "steps.c", "net.c", "midtraining.c"

ARM = "arm-none-eabi-gcc", "-mthumb", "-nostartfiles", "-L", ROOT / "boards/qemu"
CYCLES = "rp2040-cycles"
QEMU_ARM = "qemu-system-arm", "-M"


@dataclasses.dataclass(frozen=True)
class Core:
    """How an image for a core is compiled, and what runs it."""

    compiler: tuple
    startup: str
    linker: str
    qemu: tuple = ()

    def missing(self):
        """Return which of the programs that this takes is not there, or None."""
        programs = [self.compiler[0], self.qemu[0] if self.qemu else "node"]
        plugin = EMULATOR / ("counter.so" if self.qemu else "image.js")
        lacking = [name for name in programs if not shutil.which(name)]
        lacking += [] if plugin.exists() else [f"build/emulator/{plugin.name}"]
        return lacking[0] if lacking else None


def _arm(board, machine, *flags):
    return Core((*ARM, *flags), "cortex_m.c", f"boards/{board}/memory.ld", (*QEMU_ARM, *machine))


CORES = {
    "M0+": _arm(
        "QEMU_M0",
        ("microbit", "-global", "nrf51-soc.flash-size=1048576")
        + ("-global", "nrf51-soc.sram-size=262144"),
        "-mcpu=cortex-m0plus",
    ),
    "M4": _arm(
        "QEMU_M4F",
        ("mps2-an386",),
        *("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"),
    ),
    "M7": _arm(
        "QEMU_M7",
        ("mps2-an500",),
        *("-mcpu=cortex-m7", "-mfpu=fpv5-d16", "-mfloat-abi=hard"),
    ),
    "M33": _arm(
        "QEMU_M33",
        ("mps2-an505",),
        *("-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"),
    ),
    "M55": _arm("QEMU_M55", ("mps3-an547",), "-mcpu=cortex-m55", "-mfloat-abi=hard"),
    "RV32": Core(
        (
            *("riscv64-unknown-elf-gcc", "-march=rv32imc", "-mabi=ilp32", "-misa-spec=2.2"),
            *("-nostartfiles", "--specs=picolibc.specs"),
        ),
        "riscv.c",
        "bench/kernels/riscv.ld",
        ("qemu-system-riscv32", "-M", "virt", "-cpu", "rv32,a=false,f=false,d=false")
        + ("-bios", "none"),
    ),
    # What is counted there is cycles.
    CYCLES: Core(
        (*ARM, "-mcpu=cortex-m0plus", "-DBENCH_COUNTER=0x40068000"),
        "cortex_m.c",
        "bench/kernels/rp2040.ld",
    ),
}


def firmware_variables():
    """Return the kernels' sources and the flags that a firmware compiles them with."""
    makefile = (
        f"USERMOD_DIR := {ROOT}/usermod\ninclude $(USERMOD_DIR)/micropython.mk\n"
        "all:\n\t@echo $(SRC_USERMOD_LIB_C)\n\t@echo $(CFLAGS_USERMOD)\n"
    )
    command = ["make", "--no-print-directory", "-s", "-f", "-"]
    printed = subprocess.run(
        command, input=makefile, capture_output=True, text=True, check=True
    ).stdout
    return [line.split() for line in printed.splitlines()]


def compile_image(compiler, build, sources, image, *flags):
    """Compile and link sources of bench/kernels with the kernels, as firmware is compiled."""
    kernels, firmware_flags = firmware_variables()
    image.parent.mkdir(parents=True, exist_ok=True)
    midtraining = [f'-DMIDTRAINING="{MIDTRAINING}"'] if MIDTRAINING.exists() else []
    command = [
        *compiler,
        *("-std=gnu99", "-Os", "-g", "-Wall", "-Wextra", "-Werror"),
        *("-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"),
        *(*BUILDS[build], *firmware_flags, *midtraining, *flags),
        *(SOURCES / name for name in sources),
        *(*kernels, "-o", image),
    ]
    subprocess.run(command, check=True)


def kernel_bytes(name, kind):
    """Return the code and constants of all kernels, in bytes."""
    compiler = CORES[name].compiler
    kernels, firmware_flags = firmware_variables()
    objects = OUT / f"{name}-{kind}-objects"
    objects.mkdir(parents=True, exist_ok=True)
    flags = "-std=gnu99", "-Os", "-c", *BUILDS[kind], *firmware_flags
    subprocess.run([*compiler, *flags, *kernels], cwd=objects, check=True)
    size = [compiler[0].replace("gcc", "size"), "--totals"]
    size += [pathlib.Path(kernel).with_suffix(".o").name for kernel in kernels]
    printed = subprocess.run(size, cwd=objects, capture_output=True, text=True, check=True).stdout
    text, data, _ = printed.splitlines()[-1].split()[:3]
    return int(text) + int(data)


def make_midtraining():
    """
    Train the CNN on Fashion-MNIST with the host's build, for the images to go on with.

    The file is kept as long as it would be the same.

    Returns:
        Whether the data set is there.
    """
    if not FASHION.exists():
        MIDTRAINING.unlink(missing_ok=True)
        return False
    sources = [*(SOURCES / name for name in TRAINING), pathlib.Path(__file__)]
    newest = max(path.stat().st_mtime for path in sources)
    if MIDTRAINING.exists() and MIDTRAINING.stat().st_mtime > newest:
        return True
    n = STEPS + SAMPLES
    with gzip.open(FASHION / "train-images-idx3-ubyte.gz") as file:
        pixels = file.read(16 + n * 784)[16:]
    with gzip.open(FASHION / "train-labels-idx1-ubyte.gz") as file:
        labels = file.read(8 + n)[8:]
    OUT.mkdir(parents=True, exist_ok=True)
    with (OUT / "samples").open("wb") as file:
        for k in range(n):
            file.write(bytes(v >> 1 for v in pixels[784 * k : 784 * (k + 1)]) + labels[k : k + 1])
    train("cnn", OUT / "samples", STEPS, MIDTRAINING)
    return True


def train(net, samples, steps, state):
    """Train a net, cnn or mlp, on some samples of a file, and write a midtraining_t."""
    program = OUT / "train"
    compile_image(["cc"], "portable", ["train.c", "net.c"], program)
    subprocess.run([program, net, str(steps), samples, state], check=True)


def build(name, kind):
    """Return the image for a core."""
    core = CORES[name]
    image = OUT / f"{name}-{kind}.elf"
    sources = [*IMAGE, core.startup]
    compile_image(core.compiler, kind, sources, image, "-T", ROOT / core.linker)
    return image


def symbol(image, name, compiler):
    """Return the address of a function in an image."""
    nm = compiler.replace("gcc", "nm")
    text = subprocess.run([nm, image], capture_output=True, text=True, check=True).stdout
    return re.search(rf"^(\S+) \w {name}$", text, re.M)[1]


def run_host(kind):
    """Return what the same program prints on this machine."""
    image = OUT / f"host-{kind}"
    compile_image(["cc"], kind, [*IMAGE, "host.c"], image)
    return subprocess.run([image], capture_output=True, text=True, check=True).stdout


def qemu_command(core, image, counts):
    """Return how QEMU runs an image and counts instructions."""
    ranges = OUT / "ranges"
    ranges.write_text("")
    mark = symbol(image, "bench_mark", core.compiler[0])
    plugin = f"{EMULATOR / 'counter.so'},ranges={ranges},counts={counts},mark=0x{mark}"
    return [
        *core.qemu,
        *("-nographic", "-monitor", "none", "-serial", "none", "-icount", "shift=0"),
        *("-semihosting-config", "enable=on,target=native"),
        *("-plugin", plugin, "-kernel", image),
    ]


def pico_command(core, image, counts):
    """Return how the emulated RP2040 runs an image and counts cycles."""
    flash = image.with_suffix(".bin")
    objcopy = core.compiler[0].replace("gcc", "objcopy")
    subprocess.run([objcopy, "-O", "binary", image, flash], check=True)
    return ["node", EMULATOR / "image.js", EMULATOR / "rom.bin", flash, counts]


def run(core, image):
    """Return what an image prints, and the count at each mark that it passes."""
    counts = image.with_suffix(".counts")
    command = (qemu_command if core.qemu else pico_command)(core, image, counts)
    result = subprocess.run(command, capture_output=True, text=True, timeout=600)
    printed = result.stdout + result.stderr
    if result.returncode:
        raise OSError(f"{image.name}: status {result.returncode}: {printed}")
    return printed, [int(line.split()[0]) for line in counts.read_text().splitlines()]


@dataclasses.dataclass(frozen=True)
class Row:
    """A line that an image printed, and what was counted."""

    kernel: str
    operation: str
    macs: int
    checksum: int
    instructions: int


def rows(printed, marks):
    """Return the rows of an image, without what the marks themselves cost."""
    segments = [stop - start for start, stop in zip(marks[::2], marks[1::2], strict=True)]
    nothing, found = None, []
    for kernel, operation, *numbers in re.findall(r"^row (\S+) (\S+) (.*)$", printed, re.M):
        macs, checksum, first, end = map(int, numbers[0].split())
        counted = sum(segments[first:end])
        nothing = counted if nothing is None else nothing
        counted -= nothing * (end - first)
        found.append(Row(kernel, operation, macs, checksum, counted))
    return found


def measure(name, kind):
    """Return the rows of a core's image."""
    return rows(*run(CORES[name], build(name, kind)))


def table(name, kind, measured):
    """Return rows for the results: of what was measured several times the median."""
    counts = {}
    for row in measured:
        if row.operation != "none":
            key = name, kind, row.kernel, row.operation, row.macs
            counts.setdefault(key, []).append(row.instructions)
    return [(*key, int(statistics.median(counted))) for key, counted in counts.items()]


def read():
    """Return the results that are written, as a dict of (core, build) to rows."""
    found = {}
    if RESULTS.exists():
        with RESULTS.open(newline="") as file:
            for core, kind, kernel, operation, *numbers in list(csv.reader(file))[1:]:
                row = core, kind, kernel, operation, *map(int, numbers)
                found.setdefault((core, kind), []).append(row)
    return found


def write(found):
    """Write results, in the order of cores."""
    with RESULTS.open("w", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEADER)
        for core in CORES:
            for kind in BUILDS:
                lines.writerows(found.get((core, kind), []))


def write_bytes(found):
    """Write bytes, in the order of cores."""
    with kernel_tables.BYTES.open("w", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(BYTES_HEADER)
        for core in CORES:
            lines.writerows((core, k, found[core, k]) for k in BUILDS if (core, k) in found)


def changes(written, measured, share=0.02):
    """Return a line for each row that is new, is gone, or has changed by more than a share."""
    old, new = ({row[:5]: row[5] for row in rows} for rows in (written, measured))
    lines = []
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        if before is None or after is None or abs(after - before) > share * before:
            lines.append(f"{' '.join(map(str, key))}: {before} before, {after} now")
    return lines


def main():
    parser = argparse.ArgumentParser(description="Count what the kernels cost.")
    parser.add_argument("cores", nargs="*", metavar="CORE", help=f"of {', '.join(CORES)}")
    names = parser.parse_args().cores or list(CORES)
    if not make_midtraining():
        print("SKIP cnn_step_midtraining: dataset-fashion-mnist is missing: make fashion")
    found = read()
    sizes = kernel_tables.read_bytes() if kernel_tables.BYTES.exists() else {}
    for name in names:
        if lacking := CORES[name].missing():
            print(f"SKIP {name}: {lacking} is missing")
            continue
        for kind in BUILDS:
            found[name, kind] = table(name, kind, measure(name, kind))
            sizes[name, kind] = kernel_bytes(name, kind)
            for *words, macs, counted in found[name, kind]:
                print(*(f"{w:20}" for w in words), f"{macs:10,}{counted:12,}{counted / macs:8.2f}")
        write(found)
        write_bytes(sizes)
    kernel_tables.main()


if __name__ == "__main__":
    sys.exit(main())
