"""
Write what a board installs to build/packages, each folder with a package.json for mip.

* `octograd`: the library, compiled, for every board.
* `armv6m_6.3` and so on: the native modules for an architecture and the version of native
  code, as far as they were built.

    mpremote mip install build/packages/octograd/package.json
    mpremote mip install build/packages/armv6m_6.3/package.json

The files of a package lie beside its package.json, so a folder can be served as it is.
"""

import json
import pathlib
import re
import shutil

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "build/packages"
LIBRARY = ROOT / "build/boards/library/octograd"
NATMOD = ROOT / "build/natmod"


def native_version(path):
    """Return the version of native code that a .mpy file says in its head, such as "6.3"."""
    _, version, flags = path.read_bytes()[:3]
    return f"{version}.{flags & 3}"


def write(name, files, prefix=""):
    """Write a package: its files, and package.json, which says where on a board they go."""
    folder = PACKAGES / name
    folder.mkdir(parents=True)
    for path in files:
        shutil.copyfile(path, folder / path.name)
    init = (ROOT / "mpy_lib/octograd/__init__.py").read_text()
    package = {
        "version": re.search(r'__version__ = "(.*)"', init)[1],
        "urls": [[prefix + path.name, path.name] for path in files],
    }
    (folder / "package.json").write_text(json.dumps(package, indent=1) + "\n")
    size = sum(path.stat().st_size for path in files)
    print(f"build/packages/{name}: {len(files)} files, {size} bytes")


def main():
    shutil.rmtree(PACKAGES, ignore_errors=True)
    write("octograd", sorted(LIBRARY.glob("*.mpy")), "octograd/")
    for folder in sorted(NATMOD.iterdir()):
        files = sorted(folder.glob("_octograd*.mpy"))
        if files:
            write(f"{folder.name}_{native_version(files[0])}", files)


if __name__ == "__main__":
    main()
