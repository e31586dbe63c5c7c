// SPDX-License-Identifier: MIT

import { BasePeripheral } from "rp2040js";

const PAGE_BYTES = 256;
const ERASE_BYTES = { 0x20: 4096, 0x52: 32768, 0xd8: 65536 };

// A chip of the family Winbond W25Q, as its data sheet describes the commands with one data line.
// Bits are cleared by programming and set by erasing only. Both are done at once.
export class FlashChip {
  constructor(memory) {
    this.memory = memory;
    this.status = [0, 0];
    this.identity = [0xef, 0x40, Math.log2(memory.length)];
    this.unique = [0xe6, 0x63, 0x68, 0x25, 0x00, 0x00, 0x20, 0x40];
    this.changed = false;
    this.bytes = null;
  }

  select() {
    this.bytes ??= [];
  }

  // Erasing and programming begin when the chip is no longer selected.
  deselect() {
    const bytes = this.bytes;
    this.bytes = null;
    if (!bytes?.length) {
      return;
    }
    const [command, ...rest] = bytes;
    const writable = this.status[0] & 2;
    if (command === 0x06) {
      this.status[0] |= 2;
    } else if (command === 0x04) {
      this.status[0] &= ~2;
    } else if (writable && command === 0x01) {
      this.status = [rest[0] & ~3, rest[1] ?? this.status[1]];
    } else if (writable && command === 0x02 && bytes.length > 4) {
      this.program(this.address(bytes), bytes.slice(4));
    } else if (writable && command in ERASE_BYTES && bytes.length === 4) {
      this.erase(this.address(bytes), ERASE_BYTES[command]);
    } else if (writable && (command === 0x60 || command === 0xc7)) {
      this.erase(0, this.memory.length);
    }
  }

  address(bytes) {
    return ((bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) % this.memory.length;
  }

  // Beyond the end of a page it goes on at the beginning.
  program(address, data) {
    const page = address - (address % PAGE_BYTES);
    data.forEach((byte, i) => {
      this.memory[page + ((address + i) % PAGE_BYTES)] &= byte;
    });
    this.status[0] &= ~2;
    this.changed = true;
  }

  erase(address, count) {
    const start = address - (address % count);
    this.memory.fill(0xff, start, start + count);
    this.status[0] &= ~2;
    this.changed = true;
  }

  // Take a byte and return the one that goes the other way at the same time.
  exchange(byte) {
    const bytes = this.bytes;
    const i = bytes.push(byte) - 1;
    if (i === 0) {
      return 0xff;
    }
    switch (bytes[0]) {
      case 0x03:
        return i < 4 ? 0xff : this.memory[(this.address(bytes) + i - 4) % this.memory.length];
      case 0x05:
        return this.status[0];
      case 0x35:
        return this.status[1];
      case 0x4b:
        return i < 5 ? 0xff : this.unique[(i - 5) % 8];
      case 0x9f:
        return this.identity[(i - 1) % 3];
    }
    return 0xff;
  }
}

const SSI_CTRLR0 = 0x00;
const SSI_ENABLE = 0x08;
const SSI_RXFLR = 0x24;
const SSI_SR = 0x28;
const SSI_DR0 = 0x60;
const SSI_DR35 = 0xec;
const SR_TFNF = 1 << 1;
const SR_TFE = 1 << 2;
const SR_RFNE = 1 << 3;

// The serial interface between the bus and the flash (datasheet, 4.10). A frame goes over the
// wires in no time. Reading through the cache is rp2040js's business; how it is set up is ignored.
export class SSI extends BasePeripheral {
  constructor(rp2040, chip) {
    super(rp2040, "SSI");
    this.chip = chip;
    this.registers = new Uint32Array(64);
    this.received = [];
    this.automatic = true;
  }

  // The select line, which programs may force, else it is low while there is something to send.
  force(level) {
    this.automatic = level === undefined;
    if (level === 0) {
      this.chip.deselect();
      this.chip.select();
    } else {
      this.chip.deselect();
    }
  }

  readUint32(offset) {
    if (offset === SSI_SR) {
      if (this.automatic) {
        this.chip.deselect();
      }
      return SR_TFE | SR_TFNF | (this.received.length ? SR_RFNE : 0);
    }
    if (offset === SSI_RXFLR) {
      return this.received.length;
    }
    if (offset >= SSI_DR0 && offset <= SSI_DR35) {
      return this.received.shift() ?? 0;
    }
    return this.registers[offset >> 2];
  }

  writeUint32(offset, value) {
    if (offset >= SSI_DR0 && offset <= SSI_DR35) {
      // Frames on two or four lines are the second stage's preparations for reading.
      if (this.registers[SSI_ENABLE >> 2] & 1 && ((this.registers[SSI_CTRLR0] >> 21) & 3) === 0) {
        if (this.automatic) {
          this.chip.select();
        }
        this.received.push(this.chip.bytes ? this.chip.exchange(value & 0xff) : 0xff);
      }
      return;
    }
    if (offset === SSI_ENABLE && !(value & 1)) {
      this.received = [];
    }
    this.registers[offset >> 2] = value;
  }
}

const SS_CTRL = 0x0c;

// The pins of the flash (datasheet, 2.19.6.2), of which only the select line does something.
export class QspiPins extends BasePeripheral {
  constructor(rp2040, ssi) {
    super(rp2040, "IO_QSPI");
    this.ssi = ssi;
    this.registers = new Uint32Array(64);
  }

  readUint32(offset) {
    return this.registers[offset >> 2];
  }

  writeUint32(offset, value) {
    this.registers[offset >> 2] = value;
    if (offset === SS_CTRL) {
      this.ssi.force([undefined, undefined, 0, 1][(value >> 8) & 3]);
    }
  }
}

// The control registers of the cache (datasheet, 2.6.3), which there is not: it is always flushed.
export class CacheControl extends BasePeripheral {
  readUint32(offset) {
    return offset === 8 ? 3 : 0;
  }

  writeUint32() {}
}
