"""mpremote's mip installs the packages that tools/package.py writes."""

import functools
import http.server
import pathlib
import sys
import threading

import mpremote.mip
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import package


class Transport:
    """Stands for a board's file system."""

    def __init__(self):
        self.files, self.folders = {}, []

    def fs_exists(self, path):
        return path in self.folders

    def fs_mkdir(self, path):
        self.folders.append(path)

    def fs_writefile(self, path, data, progress_callback=None):
        self.files[path] = data


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Packages of one library file and of one native module."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "layers.mpy").write_bytes(b"M\x06\0library")
    # Architecture 4, version 6.3.
    (source / "_octograd.mpy").write_bytes(bytes((77, 6, 4 << 2 | 3)) + b"native")
    monkeypatch.setattr(package, "PACKAGES", tmp_path / "packages")
    package.write("octograd", [source / "layers.mpy"], "octograd/")
    native = [source / "_octograd.mpy"]
    package.write(f"armv6m_{package.native_version(native[0])}", native)
    return tmp_path / "packages"


@pytest.fixture
def served(built):
    """The address of a web server of these packages."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=built)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("by", ["folder", "web"])
def test_mip_installs_both_packages(by, built, served):
    place = built if by == "folder" else served
    board = Transport()

    for name in ("octograd", "armv6m_6.3"):
        url = f"{place}/{name}/package.json"
        mpremote.mip._install_package(board, url, "", "/lib", None, True)

    assert {"/lib/octograd/layers.mpy", "/lib/_octograd.mpy"} == set(board.files)
    assert board.files["/lib/_octograd.mpy"].endswith(b"native")
