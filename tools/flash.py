"""
Put firmware on a board that is plugged in.

    tools/flash.py BOARD [--port PORT]

An RP2040 must be in its boot loader, by holding BOOTSEL while it is plugged in, by a double tap
on reset (Nano), or by `mpremote bootloader`; then it is a drive that takes a UF2 file. An ESP32
is written by esptool.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DRIVE = "RPI-RP2"
MOUNTS = ["/media/*", "/run/media/*", "/media", "/Volumes", "/mnt"]
UF2_BOARDS = {"RPI_PICO", "ARDUINO_NANO_RP2040_CONNECT"}
# Where MicroPython's images begin, by its board.json.
ESP32_OFFSETS = {
    "ESP32_GENERIC": "0x1000",
    "ESP32_GENERIC_S2": "0x1000",
    "ESP32_GENERIC_S3": "0",
    "ESP32_GENERIC_C3": "0",
    "ESP32_GENERIC_C6": "0",
}


def find_drive(mounts=MOUNTS):
    """Return the folder of an RP2040's boot loader, or None."""
    for mount in mounts:
        for drive in pathlib.Path("/").glob(f"{mount.lstrip('/')}/{DRIVE}"):
            if (drive / "INFO_UF2.TXT").exists():
                return drive
    return None


def flash_uf2(image, drive):
    """Write a UF2 file, to a drive or by picotool."""
    if drive:
        shutil.copy(image, drive)
        print(f"{image.name} was copied to {drive}; the board starts by itself.")
    elif shutil.which("picotool"):
        subprocess.run(["picotool", "load", "--execute", image], check=True)
    else:
        sys.exit(f"no drive {DRIVE} is mounted and picotool is not installed; {__doc__}")


def esptool_command(board, image, port):
    """Return the command that writes an image to an ESP32."""
    command = [sys.executable, "-m", "esptool", "--baud", "460800"]
    command += ["--port", port] if port else []
    return [*command, "write-flash", ESP32_OFFSETS[board], str(image)]


def main():
    parser = argparse.ArgumentParser(description="Put firmware on a board.")
    parser.add_argument("board", choices=sorted(UF2_BOARDS | set(ESP32_OFFSETS)))
    parser.add_argument("--port", help="serial port of an ESP32; found by esptool without it")
    options = parser.parse_args()
    name = "firmware.uf2" if options.board in UF2_BOARDS else "firmware.bin"
    image = ROOT / "build/firmware" / options.board / name
    if not image.exists():
        sys.exit(f"{image.relative_to(ROOT)} is missing: see boards/{options.board}/README.md")
    if options.board in UF2_BOARDS:
        flash_uf2(image, find_drive())
    else:
        subprocess.run(esptool_command(options.board, image, options.port), check=True)


if __name__ == "__main__":
    main()
