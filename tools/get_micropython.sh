#!/bin/sh
# Put MicroPython's sources into build/micropython, or check the tree named by MICROPY_DIR.
#
# Tried in this order: MICROPY_DIR; the tree or the archive of an earlier run; Debian's source
# package; git.
set -eu

# The only place where the version is pinned. The sum is that of Debian's archive, which is
# the release without its lib/ submodules; none of them is needed here.
version=1.25.0
sha256=7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea
git_url=https://github.com/micropython/micropython

cd "$(dirname "$0")/.."

if [ -n "${MICROPY_DIR:-}" ]; then
    if [ -f "$MICROPY_DIR/py/dynruntime.mk" ]; then
        exit 0
    fi
    echo "get_micropython: MICROPY_DIR=$MICROPY_DIR holds no MicroPython sources" >&2
    exit 1
fi

tree=build/micropython
if [ -f $tree/py/dynruntime.mk ]; then
    exit 0
fi

archive=build/download/micropython_$version+ds.orig.tar.xz
mkdir -p build/download
work=$(mktemp -d "$PWD/build/download/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

verified() {
    echo "$sha256  $1" | sha256sum --check --status
}

download_from_debian() {
    tools/debian_archive.sh "$work" micropython:source || return 1
    verified "$work/${archive##*/}" || {
        echo "get_micropython: $archive has not the pinned sha256" >&2
        return 1
    }
    mv "$work/${archive##*/}" "$archive"
}

# A rename is the last step, so that a tree which is there is whole.
if verified "$archive" 2> /dev/null ||
    { echo "Fetching MicroPython $version (6 MB)" && download_from_debian; }; then
    mkdir "$work/tree"
    tar -xf "$archive" -C "$work/tree" --strip-components=1
elif echo "Debian's source package is out of reach, trying git" &&
    GIT_TERMINAL_PROMPT=0 git clone -q --depth 1 -b "v$version" "$git_url" "$work/tree"; then
    :
else
    cat >&2 <<END
get_micropython: MicroPython $version could not be had. Tried:
  - MICROPY_DIR, which is not set: it may name a checkout of MicroPython 1.25 or later;
  - $archive, which is missing or has another sha256;
  - Debian's source package 'micropython' of trixie, through apt-get;
  - git clone -b v$version $git_url
END
    exit 1
fi
mv "$work/tree" $tree
