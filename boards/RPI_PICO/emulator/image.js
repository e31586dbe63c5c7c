// SPDX-License-Identifier: MIT
//
// node image.js ROM IMAGE COUNTS
//
// Runs an image without MicroPython from the flash, from 0x10000100 on as a firmware lies there;
// the boot ROM and the second stage are passed over. What it prints, and its end, go by semihosting:
// BKPT 0xab with SYS_WRITE0 or SYS_EXIT. For each write to the counter a line with the cycles so far
// goes to the file COUNTS.

import { readFileSync, writeFileSync } from "node:fs";
import { BasePeripheral } from "rp2040js";
import { COUNTER, Pico } from "./pico.js";

const START = 0x10000100;
const SEMIHOSTING = 0xab;
const SYS_WRITE0 = 4;
const SYS_EXIT = 0x18;
const STOPPED_EXIT = 0x20026;
const FLASH_BYTES = 2 ** 21;
const SLICE_CYCLES = 5000;

const [rom, image, counts] = process.argv.slice(2);
const pico = new Pico(readFileSync(rom), FLASH_BYTES, () => {});
const { rp2040 } = pico;
const { core } = rp2040;
const marks = [];
let status = null;

class Marks extends BasePeripheral {
  writeUint32() {
    marks.push(core.cycles);
  }
}

function print(address) {
  const bytes = [];
  for (let byte; (byte = rp2040.readUint8(address + bytes.length)); ) {
    bytes.push(byte);
  }
  process.stdout.write(Buffer.from(bytes));
}

rp2040.onBreak = (code) => {
  const [operation, argument] = core.registers;
  if (code === SEMIHOSTING && operation === SYS_WRITE0) {
    print(argument);
  } else {
    const good = code === SEMIHOSTING && operation === SYS_EXIT && argument === STOPPED_EXIT;
    status = good ? 0 : 1;
  }
};
rp2040.peripherals[COUNTER] = new Marks(rp2040, "MARKS");
pico.memory.set(readFileSync(image), START & 0xffffff);
core.VTOR = START;
core.SP = rp2040.readUint32(START);
core.PC = rp2040.readUint32(START + 4) & ~1;
while (status === null) {
  pico.step(core.cycles + SLICE_CYCLES);
}
writeFileSync(counts, marks.map((cycles) => `${cycles}\n`).join(""));
process.exit(status);
