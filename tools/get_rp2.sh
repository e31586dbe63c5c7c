#!/bin/sh
# Give MicroPython's rp2 port what its tree lacks: the pico-sdk, TinyUSB and Mbed TLS.
#
# Tried in this order: the submodules of the tree named by MICROPY_DIR; what an earlier run
# left; Debian's packages. A tree of build/micropython gets links in its empty lib/ folders.
set -eu

# Mbed TLS is not pinned: its version moves with Debian's security updates, and apt verifies it.
sdk=pico-sdk-source_2.1.1-1_all.deb
tinyusb=tinyusb-source_0.18.0+dfsg-1_all.deb
sums="507a3ca37636641bc90239d7c04dc9dc28c5008087a8162102ea94d2273153d3  $sdk
01ce2c645df68f14a8a7dcfc8fb355713152543757955820479a87949a61154e  $tinyusb"
tls='mbedtls_3.6.*.orig.tar.bz2'

cd "$(dirname "$0")/.."

if [ -n "${MICROPY_DIR:-}" ]; then
    if [ -f "$MICROPY_DIR/lib/pico-sdk/pico_sdk_init.cmake" ]; then
        exit 0
    fi
    echo "get_rp2: run: make -C $MICROPY_DIR/ports/rp2 submodules" >&2
    exit 1
fi

tree=build/rp2
if [ ! -d $tree ]; then
    mkdir -p build/download
    complete() {
        (cd build/download && echo "$sums" | sha256sum --check --status && ls $tls) \
            > /dev/null 2>&1
    }
    complete || {
        echo "Fetching the pico-sdk, TinyUSB and Mbed TLS (9 MB)"
        tools/debian_archive.sh build/download \
            pico-sdk-source tinyusb-source mbedtls:source && complete
    } || {
        echo "get_rp2: Debian's packages are out of reach or have not the pinned sha256;" \
            "MICROPY_DIR may name a checkout of MicroPython with the rp2 port's submodules" >&2
        exit 1
    }
    work=$(mktemp -d build/download/work.XXXXXX)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    for package in $sdk $tinyusb; do
        dpkg-deb --extract build/download/$package "$work/deb"
    done
    mkdir "$work/rp2" "$work/rp2/mbedtls"
    mv "$work"/deb/usr/src/* "$work/rp2"
    tar -xf "$(ls build/download/$tls | tail -n 1)" -C "$work/rp2/mbedtls" --strip-components=1
    # The last step, so that a folder which is there is whole.
    mv "$work/rp2" $tree
fi
for name in pico-sdk tinyusb mbedtls; do
    link=build/micropython/lib/$name
    [ -L $link ] || { rmdir $link && ln -s ../../rp2/$name $link; }
done
