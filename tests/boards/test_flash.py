"""Firmware gets to boards as UF2 files and through esptool."""

import pathlib
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import flash
import uf2


def test_uf2_has_every_byte_of_the_image_in_its_place():
    image = bytes(range(256)) * 3 + b"end"

    file = uf2.pack(image)

    blocks = [file[i : i + 512] for i in range(0, len(file), 512)]
    headers = [struct.unpack("<8I", block[:32]) for block in blocks]
    assert image == b"".join(block[32:288] for block in blocks)[: len(image)]
    assert [0x10000000 + 256 * i for i in range(4)] == [header[3] for header in headers]
    assert [(i, 4) for i in range(4)] == [header[5:7] for header in headers]
    assert {(0x0A324655, 0x9E5D5157, 0x2000, 256, 0xE48BFF56)} == {
        (*header[:3], header[4], header[7]) for header in headers
    }
    assert {0x0AB16F30} == {struct.unpack("<I", block[-4:])[0] for block in blocks}


def test_uf2_is_copied_to_the_drive_of_a_boot_loader(tmp_path):
    drive = tmp_path / "user" / flash.DRIVE
    drive.mkdir(parents=True)
    image = tmp_path / "firmware.uf2"
    image.write_bytes(b"firmware")
    assert flash.find_drive([f"{tmp_path}/*"]) is None
    (drive / "INFO_UF2.TXT").write_text("Board-ID: RPI-RP2\n")

    flash.flash_uf2(image, flash.find_drive([f"{tmp_path}/*"]))

    assert b"firmware" == (drive / "firmware.uf2").read_bytes()


def test_esptool_understands_the_command(tmp_path):
    (tmp_path / "firmware.bin").write_bytes(bytes(256))
    port = str(tmp_path / "no-port")

    result = subprocess.run(
        flash.esptool_command("ESP32_GENERIC", tmp_path / "firmware.bin", port),
        capture_output=True,
        text=True,
    )

    # The port is the only thing that is wrong.
    assert result.returncode != 0
    assert port in result.stdout + result.stderr
    assert "sage:" not in result.stdout + result.stderr
