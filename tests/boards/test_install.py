"""`octograd install` on emulated boards, by their serial ports."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import sessions
from emulate import Board

from octograd_host.command import main

PACKAGES = sessions.ROOT / "build/packages"


@pytest.mark.parametrize("name", ["QEMU_M0", "QEMU_RV32"])
def test_board_is_installed_on_and_repaired(name, capsys, need):
    need(not sessions.missing(name, "native"), sessions.missing(name, "native"))
    need((PACKAGES / "octograd").exists(), "build/packages is missing: make packages")

    with Board(name, native=True) as board:
        install = ["install", "--port", board.port, "--packages", str(PACKAGES)]
        statuses = [main(install), main(install)]
        board.mpremote("exec", "f = open('/lib/_octograd.mpy', 'r+b'); f.write(b'x'); f.close()")
        statuses.append(main(install))

    copied = [line.split()[0] for line in capsys.readouterr().out.splitlines() if " of " in line]
    assert [0, 0, 0] == statuses
    assert ["0", "1"] == copied[1:]
