"""
The inner loops of each core against the portable ones, on the core itself in QEMU.

Two copies of the kernels are in one program, one of them with OG_PORTABLE; both run the same
cases, and so does this machine. What reads past a buffer at the end of the memory faults.
"""

import shutil
import subprocess

import pytest

# What the compiler is told, the machine, where its code and memory are, and how large this is.
MICROBIT = "microbit -global nrf51-soc.flash-size=1048576 -global nrf51-soc.sram-size=262144"
CORES = {
    "cortex-m0plus": ("-mfloat-abi=soft", MICROBIT, 0, 0x20000000, 0x40000),
    "cortex-m3": ("-mfloat-abi=soft", "mps2-an385", 0, 0x20000000, 0x400000),
    "cortex-m4": ("-mfloat-abi=soft", "mps2-an386", 0, 0x20000000, 0x400000),
    "cortex-m7": ("-mfloat-abi=soft", "mps2-an500", 0, 0x20000000, 0x400000),
    "cortex-m33": ("-mfloat-abi=soft", "mps2-an505", 0x10000000, 0x38000000, 0x400000),
    "cortex-m55": ("-mfloat-abi=hard", "mps3-an547", 0x10000000, 0x31000000, 0x200000),
}
CFLAGS = "-std=c99 -Wall -Wextra -Wshadow -Werror -ffunction-sections".split()
LEVELS = ["-Os", "-O2"]


def run(*command, **options):
    done = subprocess.run(command, check=False, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def compile_both(cc, objcopy, flags, root, folder):
    """Compile all kernels and the cases, with and without OG_PORTABLE, and return the objects."""
    here = root / "tests/kernels/cores"
    sources = [*sorted((root / "usermod/kernels").glob("*.c")), here / "cases.c"]
    include = "-I", root / "usermod/kernels", "-I", here
    objects = []
    for variant in "own", "portable":
        (folder / variant).mkdir()
        define = ["-DOG_PORTABLE"] if variant == "portable" else []
        command = [*cc, *flags, *CFLAGS, *define, *include, "-c", *sources]
        run(*command, cwd=folder / variant)
        objects += sorted((folder / variant).glob("*.o"))
    names = {
        line.split()[-1]
        for path in (folder / "own").glob("*.o")
        for line in run(objcopy.replace("objcopy", "nm"), path).splitlines()
        if " og_" in line and " U " not in line
    }
    table = folder / "names"
    table.write_text("".join(f"{name} portable_{name}\n" for name in sorted(names)))
    for path in (folder / "portable").glob("*.o"):
        run(objcopy, f"--redefine-syms={table}", path)
    main = folder / "main.o"
    run(*cc, *flags, *CFLAGS, *include, "-c", here / "main.c", "-o", main)
    return [main, *objects]


@pytest.fixture(scope="module")
def digest(root, need, tmp_path_factory):
    """What this machine prints."""
    need(shutil.which("gcc"), "no gcc")
    folder = tmp_path_factory.mktemp("host")
    objects = compile_both(["gcc"], "objcopy", ["-O1"], root, folder)
    run("gcc", "-o", folder / "cases", *objects)
    printed = run(folder / "cases")
    assert printed.startswith("digest ")
    return printed


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("core", CORES)
def test_loops_of_a_core_equal_portable_ones(digest, core, level, root, need, tmp_path):
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm"):
        need(shutil.which(tool), f"no {tool}")
    flags, machine, code, memory, size = CORES[core]
    flags = [f"-mcpu={core}", "-mthumb", flags, level]
    gcc = "arm-none-eabi-gcc"
    objects = compile_both([gcc], "arm-none-eabi-objcopy", flags, root, tmp_path)
    places = {"FLASH_START": code, "RAM_START": memory, "RAM_SIZE": size}
    image = tmp_path / "cases.elf"
    linked = [f"-Wl,--defsym={name}={value:#x}" for name, value in places.items()]
    script = root / "tests/kernels/cores/link.ld"
    run(gcc, *flags, "-nostartfiles", *linked, "-T", script, "-o", image, *objects)
    quiet = "-nographic -monitor none -serial none -semihosting-config enable=on,target=native"
    command = ["qemu-system-arm", "-M", *machine.split(), *quiet.split(), "-kernel", image]
    # Semihosting prints to stderr.
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert digest == done.stdout + done.stderr
