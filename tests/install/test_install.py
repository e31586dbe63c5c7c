"""`octograd install` says in plain words what it did, or why it could not."""

import hashlib
import json

import pytest

from octograd_host import install as module
from octograd_host.command import main
from octograd_host.install import InstallError, install

ABI = 0x0306  # version 6, native code 3
ARMV6M, ARMV7EMSP, XTENSAWIN, RV32 = ((module.ARCHS.index(name) << 10) | ABI for name in
    ("armv6m", "armv7emsp", "xtensawin", "rv32imc"))  # fmt: skip


@pytest.fixture
def packages(tmp_path):
    """A folder of packages as `make packages` writes them."""
    for name, files in (
        ("octograd", {"octograd/__init__.mpy": "__init__.mpy"}),
        ("armv6m_6.3", {"_octograd.mpy": "_octograd.mpy"}),
        ("armv7m_6.3", {"_octograd.mpy": "_octograd.mpy"}),
        ("rv32imc_6.3", {"_octograd.mpy": "_octograd.mpy"}),
    ):
        folder = tmp_path / name
        folder.mkdir()
        for path in files.values():
            (folder / path).write_bytes(name.encode() * 9)
        package = {"version": "0", "urls": list(files.items())}
        (folder / "package.json").write_text(json.dumps(package))
    return tmp_path


class Board:
    """Stands for a board: a dict of files, and what it says of itself."""

    def __init__(self, mpy, room=1 << 20, built_in=False, damages=False):
        self.said = [mpy, room, built_in, "1.25.0"]
        self.files, self.copied, self._damages = {}, [], damages

    def ask(self, program):
        if "_mpy" in program:
            return [self.said]
        return [["/lib/_octograd.mpy", "0.1.0"]]

    def sums(self, target, names):
        return {n: hashlib.sha256(d).hexdigest() for n, d in self.files.items() if n in names}

    def copy(self, target, files):
        self.copied += files
        for name, path in files.items():
            self.files[name] = path.read_bytes() + (b"x" if self._damages else b"")


def run(monkeypatch, board, packages):
    """Install on a board; return the lines that were said."""
    lines = []
    monkeypatch.setattr(module, "_Board", lambda port: board)
    install("port", packages, say=lines.append)
    return lines


def test_best_modules_for_the_core_are_copied_once(monkeypatch, packages):
    board = Board(ARMV7EMSP)

    first = run(monkeypatch, board, packages)
    again = run(monkeypatch, board, packages)

    assert board.files["_octograd.mpy"].startswith(b"armv7m")
    assert "2 of 2 files copied to /lib, all checksums are right" == first[1]
    assert "0 of 2 files copied to /lib, all checksums are right" == again[1]


def test_what_is_damaged_is_copied_again(monkeypatch, packages):
    board = Board(RV32)
    run(monkeypatch, board, packages)
    board.files["_octograd.mpy"] = b"something else"
    board.copied.clear()

    run(monkeypatch, board, packages)

    assert ["_octograd.mpy"] == board.copied


def test_firmware_with_the_modules_gets_the_library(monkeypatch, packages):
    board = Board(0, built_in=True)

    lines = run(monkeypatch, board, packages)

    assert ["octograd/__init__.mpy"] == board.copied
    assert "in the firmware already" in lines[0]


@pytest.mark.parametrize(
    "board, words",
    [
        (Board(-1), "loads no .mpy files"),
        (Board(0), "loads no .mpy files"),
        (Board(ABI), "loads no native code"),
        (Board(ARMV6M & ~0x300 | 0x100), "version 6.1, these files are of version 6.3"),
        (Board(ARMV6M & ~0xFF | 7), "version 7.3, these files are of version 6.3"),
        (Board(XTENSAWIN), "no files for xtensawin"),
        (Board(40 << 10 | ABI), "no files for architecture 40"),
        (Board(ARMV6M, room=100), "has 100 bytes left, 162 are needed"),
        (Board(ARMV6M, damages=True), "are damaged on the board: _octograd.mpy"),
    ],
)
def test_failure_is_said_in_words(monkeypatch, packages, board, words):
    with pytest.raises(InstallError, match=words):
        run(monkeypatch, board, packages)


def test_packages_must_be_built(monkeypatch, tmp_path):
    with pytest.raises(InstallError, match="nothing to install in .*: make packages"):
        run(monkeypatch, Board(ARMV6M), tmp_path)


def test_missing_board_is_said_in_words(capsys, packages):
    status = main(["install", "--port", "/dev/none", "--packages", str(packages)])

    assert 1 == status
    assert "octograd: there is no board at /dev/none" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text, words",
    [
        ("mpremote: no device found", "no board was found"),
        ("could not enter raw repl", "does not answer as MicroPython"),
        ("MemoryError: memory allocation failed", "too little free memory"),
        ("ValueError: incompatible .mpy arch", "refuses the native code: ValueError"),
        ("OSError: [Errno 28] ENOSPC", "file system of the board is full"),
        ("mpremote: odd", "mpremote says: mpremote: odd"),
    ],
)
def test_words_of_mpremote_are_explained(text, words):
    assert words in module._Board(None)._explain(text)


def test_help_is_printed(capsys):
    with pytest.raises(SystemExit):
        main(["install", "--help"])

    assert "--port" in capsys.readouterr().out
