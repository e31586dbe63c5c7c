"""
Run a board in QEMU, with a serial port that mpremote connects to.

    tools/emulate.py BOARD [--native] [MPREMOTE ARGUMENT...]

Without arguments for mpremote a REPL is opened. The firmware is that of `make boards`; with
--native it is the one without the module `_octograd`.
"""

import argparse
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/boards"
NAMES = sorted(path.name for path in (ROOT / "boards").glob("QEMU_*"))


class Board:
    """
    An emulated board; a context manager, at whose end QEMU ends.

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


def main():
    parser = argparse.ArgumentParser(description="Run a board in QEMU.")
    parser.add_argument("board", choices=NAMES)
    parser.add_argument("--native", action="store_true", help="firmware without the module")
    parser.add_argument("mpremote", nargs=argparse.REMAINDER, help="instead of a REPL")
    options = parser.parse_args()
    with Board(options.board, options.native) as board:
        print(f"{board.name} at {board.port}", file=sys.stderr)
        try:
            return subprocess.run(board.command(*options.mpremote)).returncode
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    sys.exit(main())
