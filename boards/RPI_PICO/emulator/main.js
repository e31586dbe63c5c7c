// SPDX-License-Identifier: MIT
//
// node main.js ROM FIRMWARE.uf2 [--port N] [--flash FILE] [--flash-mib N] [--tied]
//     [--ranges FILE] [--counts FILE]
//
// Runs a firmware on an emulated RP2040 and serves its serial port by TCP, at a free port unless
// one is chosen; the first line that is printed says which. With --flash the contents of the flash
// are read from a file, if it is there, and written to it in the end. With --ranges and --counts
// cycles are counted by addresses, see pico.js, with a line of the file for each range and mark.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { parseArgs } from "node:util";
import { Pico } from "./pico.js";

const SLICE_MILLIS = 5;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: "string", default: "0" },
    flash: { type: "string" },
    "flash-mib": { type: "string", default: "2" },
    ranges: { type: "string" },
    counts: { type: "string" },
    tied: { type: "boolean" },
  },
});

// Lines of three numbers.
function parseRanges(text) {
  return text.trim().split("\n").map((line) => line.split(" ").map(Number));
}

let client = null;
const pico = new Pico(
  readFileSync(positionals[0]),
  values["flash-mib"] * 2 ** 20,
  (bytes) => client?.write(bytes),
  values.ranges ? parseRanges(readFileSync(values.ranges, "utf8")) : [],
  values.counts ? (line) => appendFileSync(values.counts, `${line}\n`) : undefined,
);
if (values.flash && existsSync(values.flash)) {
  pico.memory.set(readFileSync(values.flash));
}
pico.load(readFileSync(positionals[1]));

function end(status) {
  if (values.flash) {
    writeFileSync(values.flash, pico.memory);
  }
  process.exit(status);
}
pico.onStop = (reason) => {
  console.error(`The board stopped: ${reason}.`);
  end(1);
};
process.on("SIGTERM", () => end(0));
process.on("SIGINT", () => end(0));
if (values.tied) {
  process.stdin.resume().on("end", () => end(0));
}

const server = createServer((socket) => {
  // One at a time, as with a cable.
  client?.destroy();
  client = socket;
  socket.setNoDelay(true);
  socket.on("data", (bytes) => pico.serial.send(bytes));
  socket.on("close", () => {
    client = client === socket ? null : client;
  });
  socket.on("error", () => {});
});
server.listen(Number(values.port), "127.0.0.1", () => {
  console.log(`socket://127.0.0.1:${server.address().port}`);
});

function loop() {
  if (pico.run(SLICE_MILLIS)) {
    setTimeout(loop, 1);
  } else {
    setImmediate(loop);
  }
}
loop();
