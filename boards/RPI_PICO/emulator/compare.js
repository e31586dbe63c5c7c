// SPDX-License-Identifier: MIT
//
// node compare.js ROM FIRMWARE.uf2 CYCLES
//
// Runs a firmware with FastCore and with rp2040js alone, types the same line into both, and
// compares registers, flags, cycles and RAM now and then. Exits with 1 where they differ.

import { readFileSync } from "node:fs";
import { Pico } from "./pico.js";

const EVERY = 50000;
// When the REPL is there.
const TYPE_AT = 2_500_000;
const LINE = `
import octograd as og, hashlib
n = og.Sequential(og.Dense(8, og.relu), og.Dense(3)); n.build((9,)); n.digest()
hashlib.sha256(b"a" * 300).digest(), 1.5 * 3.7, 10 ** 30 // 7, sum(i * 3 & 255 for i in range(3000))
`;

const [rom, firmware] = process.argv.slice(2, 4).map((file) => readFileSync(file));
const picos = [true, false].map((fast) => {
  const pico = new Pico(rom, 2 ** 21, (bytes) => {
    pico.printed += Buffer.from(bytes).toString();
  });
  pico.printed = "";
  pico.load(firmware);
  pico.fast = fast ? pico.fast : null;
  return pico;
});

function state({ rp2040: { core, sram } }) {
  const { registers, N, Z, C, V, cycles, IPSR } = core;
  const ram = Buffer.from(sram).toString("latin1");
  return [registers.join(), N, Z, C, V, cycles, IPSR, ram];
}

for (let cycles = 0; cycles < process.argv[4]; cycles += EVERY) {
  const [ours, theirs] = picos.map((pico) => {
    if (cycles === TYPE_AT) {
      pico.serial.send(Buffer.from(LINE.replaceAll("\n", "\r\n")));
    }
    while (pico.rp2040.core.cycles < cycles) {
      pico.step(cycles);
    }
    return state(pico);
  });
  if (ours.some((value, i) => value !== theirs[i])) {
    console.log("different at", ours.slice(0, -1).join(" "), "and", theirs.slice(0, -1).join(" "));
    process.exit(1);
  }
}
console.log(picos[0].printed);
