// SPDX-License-Identifier: MIT

import { BasePeripheral, ConsoleLogger, LogLevel, RP2040 } from "rp2040js";
import { Clock } from "./clock.js";
import { FastCore } from "./core.js";
import { CacheControl, FlashChip, QspiPins, SSI } from "./flash.js";
import { Serial } from "./serial.js";

const FREQUENCY = 125e6;
const FLASH = 0x10000000;
const SIO_FIFO_ST = 0x50;
const SIO_FIFO_ST_VLD = 1;
const SIO_FIFO_ST_RDY = 2;
const SIO_FIFO_RD = 0x58;
const UF2_BLOCK = 512;
const UF2_MAGICS = [0x0a324655, 0x9e5d5157];
// Where the datasheet has nothing.
export const COUNTER = 0x40068;
// The group of code that counts for the group which calls it.
const CALLED = -1;
// What a core that waits may leave out at a time, so that an idle board needs little of the PC.
const NAP_NANOS = 10e6;
// Between two looks at the PC's clock.
const BURSTS = 200;
const BURST_CYCLES = 5000;
const STOPS = { 1: "fault", 2: "USB boot loader, which is not here" };

// The cycles since the start, for programs that time themselves: low word and high word. Each read
// of the low one makes a line for `onMark`: the cycles, then those of each group of addresses.
// `ranges` are [start, end, group] each; group -1 counts for the group that calls it.
class CycleCounter extends BasePeripheral {
  constructor(rp2040, ranges, onMark) {
    super(rp2040, "COUNTER");
    this.onMark = onMark;
    this.counts = new Float64Array(Math.max(0, ...ranges.map(([, , group]) => group + 1)) + 1);
    if (ranges.length) {
      this.count(rp2040.core, ranges);
    }
  }

  count(core, ranges) {
    const { counts } = this;
    const outside = counts.length - 1;
    // The first 4 MB of each of ROM, flash and RAM.
    const index = (address) => (address >>> 28) * 2 ** 22 + (address & 0x3fffff);
    const groups = new Int16Array(3 * 2 ** 22).fill(outside);
    ranges.forEach(([start, end, group]) => groups.fill(group, index(start), index(end)));
    const execute = core.executeInstruction.bind(core);
    let current = outside;
    core.executeInstruction = () => {
      const group = groups[index(core.PC)];
      if (group !== CALLED) {
        current = group;
      }
      counts[current] += execute();
    };
  }

  readUint32(offset) {
    const { cycles } = this.rp2040.core;
    if (offset === 0) {
      this.onMark([cycles, ...this.counts.slice(0, -1)].join(" "));
    }
    return offset & 4 ? Math.floor(cycles / 2 ** 32) : cycles >>> 0;
  }

  writeUint32() {}
}

// A transmitter that is always empty says so once, not at every access.
function quiet(uart) {
  uart.checkInterrupts = () => {
    uart.rp2040.setInterrupt(uart.irq, !!(uart.interruptStatus & uart.interruptMask));
  };
}

// Core 1, which there is not, says 0, as the real one does when it has been reset.
function answerForCore1(sio) {
  const read = sio.readUint32.bind(sio);
  const answers = { [SIO_FIFO_ST]: SIO_FIFO_ST_RDY | SIO_FIFO_ST_VLD, [SIO_FIFO_RD]: 0 };
  sio.readUint32 = (offset) => answers[offset] ?? read(offset);
}

// A board with an RP2040 and a flash chip; `onData` gets what comes from its serial port.
export class Pico {
  constructor(rom, flashBytes, onData, ranges = [], onMark = () => {}) {
    this.ranges = ranges;
    this.onMark = onMark;
    this.rom = new Uint32Array(rom.buffer, rom.byteOffset, rom.length >> 2);
    this.onData = onData;
    this.onStop = () => {};
    this.memory = new Uint8Array(flashBytes).fill(0xff);
    this.scratch = null;
    this.reset();
  }

  // Write a UF2 file to the flash, as the boot loader would.
  load(uf2) {
    for (let start = 0; start < uf2.length; start += UF2_BLOCK) {
      const block = uf2.subarray(start, start + UF2_BLOCK);
      if (UF2_MAGICS.some((magic, i) => block.readUInt32LE(4 * i) !== magic)) {
        throw new Error("not a UF2 file");
      }
      const [address, count] = [block.readUInt32LE(12), block.readUInt32LE(16)];
      this.memory.set(block.subarray(32, 32 + count), address - FLASH);
    }
  }

  // Everything but the flash, and the watchdog's scratch registers, starts anew.
  reset(reason = 0) {
    const clock = new Clock(FREQUENCY);
    const rp2040 = new RP2040(clock);
    rp2040.logger = new ConsoleLogger(LogLevel.Error);
    rp2040.flash = this.memory;
    rp2040.flashView = new DataView(this.memory.buffer);
    rp2040.flash16 = new Uint16Array(this.memory.buffer);
    rp2040.bootrom.set(this.rom);
    rp2040.core.reset();
    clock.core = rp2040.core;
    rp2040.addClockListener((frequency) => clock.setFrequency(frequency));

    this.chip = new FlashChip(this.memory);
    const ssi = new SSI(rp2040, this.chip);
    rp2040.peripherals[0x18000] = ssi;
    rp2040.peripherals[0x40018] = new QspiPins(rp2040, ssi);
    rp2040.peripherals[0x14000] = new CacheControl(rp2040, "XIP_CTRL");
    rp2040.peripherals[COUNTER] = new CycleCounter(rp2040, this.ranges, this.onMark);
    rp2040.uart.forEach(quiet);
    answerForCore1(rp2040.sio);

    const watchdog = rp2040.peripherals[0x40058];
    watchdog.reason = reason;
    if (this.watchdog) {
      watchdog.scratchData.set(this.watchdog.scratchData);
    }
    // Not at once: the core is in the middle of an instruction.
    watchdog.onWatchdogTrigger = () => {
      this.resetWanted = true;
    };
    this.watchdog = watchdog;
    this.resetWanted = false;
    rp2040.onBreak = (code) => {
      const at = rp2040.core.PC.toString(16);
      this.stopped = true;
      this.onStop(`${STOPS[code] ?? `breakpoint ${code}`} at 0x${at}`);
    };
    this.stopped = false;
    this.rp2040 = rp2040;
    this.clock = clock;
    // Where instructions are counted one by one, one by one they are run.
    this.fast = this.ranges.length ? null : new FastCore(rp2040);
    this.serial = new Serial(rp2040, this.onData);
  }

  // Run a little, to a number of cycles at most.
  step(limit) {
    const { clock, fast } = this;
    const { core } = this.rp2040;
    const end = Math.min(clock.deadline, limit);
    if (core.waiting) {
      core.cycles = end;
    } else if (fast) {
      fast.run(end);
    } else {
      core.executeInstruction();
    }
    if (core.cycles >= clock.deadline) {
      clock.ring();
    }
  }

  // Run for some milliseconds of real time; return whether the core has nothing to do.
  run(millis) {
    if (this.resetWanted) {
      this.reset(this.watchdog.reason);
    }
    const end = performance.now() + millis;
    const { core } = this.rp2040;
    let nap = NAP_NANOS / this.clock.nanosPerCycle;
    while (performance.now() < end && !this.stopped && !this.resetWanted) {
      for (let i = 0; i < BURSTS; i++) {
        if (core.waiting) {
          if (nap <= 0) {
            return true;
          }
          nap += core.cycles;
          this.step(nap);
          nap -= core.cycles;
        } else {
          this.step(core.cycles + BURST_CYCLES);
        }
      }
    }
    return false;
  }
}
