"""Copy octograd to a board, by mpremote."""

import hashlib
import json
import pathlib
import subprocess
import sys

# Architectures of native code, by their number in sys.implementation._mpy.
ARCHS = (
    *(None, "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp"),
    *("xtensa", "xtensawin", "rv32imc", "rv64imc"),
)
# Each of these cores runs the code of those before it. octograd's takes no float arguments, so
# it does not matter how a firmware passes them.
THUMB = ("armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp")
TIMEOUT_S = 60
COPY_TIMEOUT_S = 600

# Prints one line: what the board is, and how much room is on its file system.
ASK = """
import sys, os
i = sys.implementation
try:
    s = os.statvfs({target!r}.rsplit("/", 1)[0] or "/")
    room = s[0] * s[3]
except (OSError, AttributeError):
    room = -1
try:
    import _octograd
    built_in = not hasattr(_octograd, "__file__")
except Exception:
    built_in = False
v = i.version
print("octograd", [getattr(i, "_mpy", -1), room, built_in, "%d.%d.%d" % (v[0], v[1], v[2])])
"""

# Prints size and SHA-256 of each file that is there.
SUMS = """
import hashlib
for name in {names!r}:
    h, n = hashlib.sha256(), 0
    try:
        f = open({target!r} + "/" + name, "rb")
    except OSError:
        continue
    b = f.read(512)
    while b:
        h.update(b)
        n += len(b)
        b = f.read(512)
    f.close()
    print("octograd", [name, n, "".join("%02x" % c for c in h.digest())])
"""

LOAD = """
import sys
if {target!r} not in sys.path:
    sys.path.append({target!r})
{imports}
print("octograd", [_octograd.__file__, octograd.__version__])
"""


class InstallError(Exception):
    """What went wrong, in words for the person who has the board."""


def default_packages() -> pathlib.Path:
    """Return the folder of packages beside this source, or else of the current folder."""
    beside = pathlib.Path(__file__).resolve().parents[2] / "build/packages"
    return beside if beside.exists() else pathlib.Path("build/packages")


def install(port, packages, target="/lib", say=print) -> None:
    """
    Install the library and the native modules that fit a board.

    Args:
        port: Serial port, or None for the first board that is found.
        packages: Folder that `make packages` wrote.
        target: Folder of the board.
        say: Takes lines for the user.

    Raises:
        InstallError: It could not be done; says why.
    """
    packages = pathlib.Path(packages)
    board = _Board(port)
    mpy, room, built_in, version = board.ask(ASK.format(target=target))[0]
    if built_in:
        say(f"MicroPython {version}: octograd's C modules are in the firmware already.")
        native = {}
    else:
        native = _files(packages / _choose(mpy, version, packages))
        say(f"MicroPython {version}, native code for {_arch(mpy)}: {len(native)} modules")
    files = _files(packages / "octograd") | native
    there = board.sums(target, files)
    missing = {name: path for name, path in files.items() if there.get(name) != _sum(path)}
    if missing:
        # What is replaced is not counted, as both may be there at a time.
        needed = sum(path.stat().st_size for path in missing.values())
        if 0 <= room < needed:
            raise InstallError(
                f"the board has {room} bytes left, {needed} are needed: delete files on it, or "
                "freeze the library into the firmware (README.md)"
            )
        board.copy(target, missing)
        there = board.sums(target, files)
    wrong = sorted(name for name, path in files.items() if there.get(name) != _sum(path))
    if wrong:
        raise InstallError(f"these files are damaged on the board: {', '.join(wrong)}; try again")
    say(f"{len(missing)} of {len(files)} files copied to {target}, all checksums are right")
    if native:
        imports = "\n".join(f"import {name[:-4]}" for name in sorted(native))
        (loaded,) = board.ask(LOAD.format(target=target, imports=imports + "\nimport octograd"))
        say(f"octograd {loaded[1]} is ready: {loaded[0]}")


def _arch(mpy):
    number = mpy >> 10
    return ARCHS[number] if number < len(ARCHS) else f"architecture {number}"


def _choose(mpy, version, packages):
    """Return the package of native modules for what a board says it can load."""
    if mpy <= 0:
        raise InstallError(
            f"MicroPython {version} on this board loads no .mpy files: build firmware with "
            "octograd in it (README.md)"
        )
    abi = f"{mpy & 0xFF}.{mpy >> 8 & 3}"
    arch = _arch(mpy)
    if arch is None:
        raise InstallError(
            f"MicroPython {version} on this board loads no native code: build firmware with "
            "octograd in it (README.md)"
        )
    built = sorted(path.parent.name for path in packages.glob("*_*/package.json"))
    if not built:
        raise InstallError(f"there is nothing to install in {packages}: make packages")
    runs = [arch]
    if arch in THUMB:
        runs = list(reversed(THUMB[: THUMB.index(arch) + 1]))
    for name in runs:
        if f"{name}_{abi}" in built:
            return f"{name}_{abi}"
    versions = {name.rpartition("_")[2] for name in built if name.rpartition("_")[0] in runs}
    if versions:
        raise InstallError(
            f"MicroPython {version} on this board loads native code of version {abi}, these "
            f"files are of version {', '.join(sorted(versions))}: update the firmware, or build "
            "the files with its version (MICROPY_DIR=... make packages)"
        )
    raise InstallError(
        f"there are no files for {arch} in {packages}, only {', '.join(built)}: "
        f"make packages ARCH={arch}"
    )


def _files(package):
    """Return the files of a package: name on the board to path."""
    try:
        listed = json.loads((package / "package.json").read_text())["urls"]
    except FileNotFoundError:
        raise InstallError(f"{package} is missing: make packages") from None
    return {name: package / path for name, path in listed}


def _sum(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class _Board:
    def __init__(self, port):
        self._connect = ["connect", port or "auto"]
        self._named = port

    def _run(self, arguments, timeout):
        command = [sys.executable, "-m", "mpremote", *self._connect, *map(str, arguments)]
        try:
            result = subprocess.run(
                command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            raise InstallError(
                f"the board at {self._named or 'its port'} does not answer: is it MicroPython, "
                "and does no other program use the port?"
            ) from None
        if result.returncode != 0:
            raise InstallError(self._explain(result.stdout + result.stderr))
        return result.stdout

    def _explain(self, text):
        last = text.strip().splitlines()[-1] if text.strip() else "mpremote failed"
        if "no device found" in text:
            return "no board was found: connect one, or name its port with --port"
        if "failed to access" in text or "No such file or directory: '/dev" in text:
            return f"there is no board at {self._named}, or another program uses it"
        if "could not enter raw repl" in text:
            return f"the device at {self._named or 'this port'} does not answer as MicroPython"
        if "MemoryError" in text:
            return "the board has too little free memory to load the modules"
        if "incompatible .mpy" in text:
            return f"the board refuses the native code: {last}"
        if "Errno 28" in text or "ENOSPC" in text:
            return "the file system of the board is full"
        return f"mpremote says: {last}"

    def ask(self, program):
        """Run a program on the board; return the lists that it prints."""
        output = self._run(["exec", program], TIMEOUT_S)
        found = [line[9:] for line in output.splitlines() if line.startswith("octograd [")]
        return [json.loads(_json(line)) for line in found]

    def sums(self, target, names):
        """Return the SHA-256 of those files that are on the board."""
        found = self.ask(SUMS.format(names=sorted(names), target=target))
        return {name: digest for name, _, digest in found}

    def copy(self, target, files):
        """Copy files to a folder, which is made."""
        folders = {target} | {f"{target}/{name}".rpartition("/")[0] for name in files}
        chain = []
        for folder in sorted(folders):
            chain += ["exec", MAKE.format(folder=folder), "+"]
        for name, path in files.items():
            chain += ["fs", "cp", path, f":{target}/{name}", "+"]
        self._run(chain[:-1], COPY_TIMEOUT_S)


MAKE = """
import os
try:
    os.mkdir({folder!r})
except OSError as e:
    if e.errno != 17:
        raise
"""


def _json(text):
    """Return what MicroPython printed of a list, as JSON."""
    return text.replace("'", '"').replace("True", "true").replace("False", "false")
