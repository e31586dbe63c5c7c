"""
Pack a flash image for the RP2040 as UF2, the file that its boot ROM takes by copying.

    tools/uf2.py firmware.bin firmware.uf2

Format: https://github.com/microsoft/uf2. A block has 512 bytes, 256 of them for the flash.
"""

import pathlib
import struct
import sys

FLASH = 0x10000000
FAMILY_RP2040 = 0xE48BFF56
FAMILY_PRESENT = 0x2000
PAYLOAD = 256
MAGIC = 0x0A324655, 0x9E5D5157
MAGIC_END = 0x0AB16F30


def pack(image):
    """Return the blocks that write an image from the start of the flash on."""
    total = -(-len(image) // PAYLOAD)
    blocks = []
    for i in range(total):
        address = FLASH + i * PAYLOAD
        data = image[i * PAYLOAD : (i + 1) * PAYLOAD]
        header = *MAGIC, FAMILY_PRESENT, address, PAYLOAD, i, total, FAMILY_RP2040
        blocks.append(struct.pack("<8I476sI", *header, data, MAGIC_END))
    return b"".join(blocks)


if __name__ == "__main__":
    source, target = map(pathlib.Path, sys.argv[1:])
    target.write_bytes(pack(source.read_bytes()))
