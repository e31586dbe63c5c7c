"""
Run an emulated board, with a serial port that mpremote connects to.

    tools/emulate.py BOARD [--native] [MPREMOTE ARGUMENT...]

Without arguments for mpremote a REPL is opened. Boards of QEMU run the firmware of `make boards`;
with --native it is the one without the module `_octograd`. Boards with an RP2040 run the one of
`make firmware`, in Node; what is in their flash is kept in build/emulator.
"""

import argparse
import os
import pathlib
import re
import select
import socket
import subprocess
import sys
import threading
import tty

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/boards"
EMULATOR = ROOT / "build/emulator"
FIRMWARE = ROOT / "build/firmware"
NAMES = sorted(path.name for path in (ROOT / "boards").glob("QEMU_*"))
# Boards with an RP2040, and the size of their flash.
RP2040_FLASH_MIB = {"RPI_PICO": 2, "ARDUINO_NANO_RP2040_CONNECT": 16}


class Board:
    """
    A board in QEMU; a context manager, at whose end QEMU ends.

    Attributes:
        arch: The architecture of native modules that is best for its core.
        port: The serial port.
    """

    def __init__(self, name, native=False, options=()):
        self.name = name
        command, self.arch = (BUILD / name / "board.txt").read_text().splitlines()
        firmware = BUILD / name / ("stock.elf" if native else "firmware.elf")
        self._qemu = subprocess.Popen(
            [*command.split(), *options, "-serial", "pty", "-kernel", firmware],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        line = self._qemu.stdout.readline()
        found = re.search(r"/dev/\S+", line)
        if not found:
            self.stop()
            raise OSError(f"{name}: QEMU did not start: {line}")
        self.port = found[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """End QEMU."""
        self._qemu.kill()
        self._qemu.wait()
        self._qemu.stdout.close()

    def command(self, *arguments):
        """Return the command line of mpremote with these arguments."""
        return [sys.executable, "-m", "mpremote", "connect", self.port, *map(str, arguments)]

    def mpremote(self, *arguments, timeout=120):
        """Run mpremote and return what was printed."""
        result = subprocess.run(
            self.command(*arguments), capture_output=True, text=True, timeout=timeout
        )
        if result.returncode != 0:
            raise OSError(f"{self.name}: mpremote: {result.stdout}{result.stderr}")
        return result.stdout


class Rp2040Board(Board):
    """
    A board with an RP2040, emulated by boards/RPI_PICO/emulator; at its end Node ends.

    Attributes:
        url: The serial port by TCP, until somebody else connects there.
    """

    arch = "armv6m"

    def __init__(self, name, flash=None, options=()):
        self.name = name
        command = ["node", EMULATOR / "main.js", EMULATOR / "rom.bin"]
        command += [FIRMWARE / name / "firmware.uf2", "--flash-mib", str(RP2040_FLASH_MIB[name])]
        command += ["--flash", flash] if flash else []
        self._node = subprocess.Popen(
            [*command, "--tied", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self._node.stdout.readline().strip()
        if not self.url:
            self._node.wait()
            raise OSError(f"{name}: the emulator did not start")
        host, port = self.url.removeprefix("socket://").split(":")
        self._socket = socket.create_connection((host, int(port)))
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._stopping, self._stop = os.pipe()
        self._bridge = threading.Thread(target=self._carry, daemon=True)
        self._bridge.start()

    def _carry(self):
        """Carry bytes between the emulator and the pseudo-terminal."""
        while True:
            ready, _, _ = select.select([self._socket, self._master, self._stopping], [], [])
            if self._stopping in ready:
                return
            if self._socket in ready:
                received = self._socket.recv(4096)
                if not received:
                    return
                os.write(self._master, received)
            if self._master in ready:
                self._socket.sendall(os.read(self._master, 4096))

    def stop(self):
        """End the emulator."""
        os.write(self._stop, b"x")
        self._bridge.join()
        self._socket.close()
        self._node.stdin.close()
        self._node.wait()
        self._node.stdout.close()
        for descriptor in (self._master, self._slave, self._stopping, self._stop):
            os.close(descriptor)


def main():
    parser = argparse.ArgumentParser(description="Run an emulated board.")
    parser.add_argument("board", choices=[*NAMES, *RP2040_FLASH_MIB])
    parser.add_argument("--native", action="store_true", help="firmware without the module")
    parser.add_argument("mpremote", nargs=argparse.REMAINDER, help="instead of a REPL")
    options = parser.parse_args()
    if options.board in RP2040_FLASH_MIB:
        if options.native:
            parser.error(f"{options.board} has one firmware")
        start = Rp2040Board(options.board, flash=EMULATOR / f"{options.board}.flash")
    else:
        start = Board(options.board, options.native)
    with start as board:
        print(f"{board.name} at {board.port}", file=sys.stderr)
        try:
            return subprocess.run(board.command(*options.mpremote)).returncode
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    sys.exit(main())
