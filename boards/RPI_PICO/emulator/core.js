// SPDX-License-Identifier: MIT

const RAM = 0x20000000;
const FLASH = 0x10000000;

// Runs a core's commonest instructions on ROM, flash and RAM, several times as fast as rp2040js,
// to which all else is left: interrupts, peripherals and the rest of the instructions. Registers
// and cycles come out the same.
export class FastCore {
  constructor(rp2040) {
    this.core = rp2040.core;
    this.registers = new Int32Array(rp2040.core.registers.buffer);
    this.code = [rp2040.bootrom, rp2040.flash, rp2040.sram].map(
      ({ buffer }) => new Uint16Array(buffer),
    );
    this.rom32 = new Int32Array(rp2040.bootrom.buffer);
    this.flash = { words: new Int32Array(rp2040.flash.buffer), bytes: rp2040.flash };
    this.ram = { words: new Int32Array(rp2040.sram.buffer), bytes: rp2040.sram };
  }

  // Run until there have been so many cycles, or something was left to rp2040js.
  run(limit) {
    const { core, registers: r } = this;
    const [rom16, flash16, ram16] = this.code;
    const { words: flash32, bytes: flash8 } = this.flash;
    const { words: ram32, bytes: ram8 } = this.ram;
    const rom32 = this.rom32;
    const flashBytes = flash8.length;
    const ramBytes = ram8.length;
    if (core.interruptsUpdated) {
      core.executeInstruction();
      return;
    }
    let { N, Z, C, V, cycles } = core;
    while (cycles < limit) {
      const pc = r[15];
      const region = pc >>> 28;
      const code = region === 2 ? ram16 : region === 1 ? flash16 : rom16;
      const base = region << 28;
      const op = code[(pc - base) >> 1];
      const d = op & 7;
      const n = (op >> 3) & 7;
      const m = (op >> 6) & 7;
      // Whether it was one of those that are done here.
      let done = true;
      let spent = 1;
      let next = pc + 2;
      switch (op >> 11) {
        case 0x00: {
          const shift = (op >> 6) & 31;
          const x = r[n];
          C = shift ? ((x >>> (32 - shift)) & 1) === 1 : C;
          const y = x << shift;
          r[d] = y;
          N = y < 0;
          Z = y === 0;
          break;
        }
        case 0x01: {
          const shift = (op >> 6) & 31;
          const x = r[n];
          const y = shift ? x >>> shift : 0;
          C = ((x >>> (shift ? shift - 1 : 31)) & 1) === 1;
          r[d] = y;
          N = false;
          Z = y === 0;
          break;
        }
        case 0x02: {
          const shift = (op >> 6) & 31 || 32;
          const x = r[n];
          const y = x >> Math.min(shift, 31);
          C = ((x >>> (shift - 1)) & 1) === 1;
          r[d] = y;
          N = y < 0;
          Z = y === 0;
          break;
        }
        case 0x03: {
          const x = r[n];
          const y = op & 0x400 ? m : r[m];
          if (op & 0x200) {
            const z = (x - y) | 0;
            C = x >>> 0 >= y >>> 0;
            V = ((x ^ y) & (x ^ z)) < 0;
            r[d] = z;
            N = z < 0;
            Z = z === 0;
          } else {
            const z = (x + y) | 0;
            C = z >>> 0 < x >>> 0;
            V = ((x ^ z) & (y ^ z)) < 0;
            r[d] = z;
            N = z < 0;
            Z = z === 0;
          }
          break;
        }
        case 0x04:
          r[(op >> 8) & 7] = op & 0xff;
          N = false;
          Z = (op & 0xff) === 0;
          break;
        case 0x05:
        case 0x07: {
          const k = (op >> 8) & 7;
          const x = r[k];
          const y = op & 0xff;
          const z = (x - y) | 0;
          C = x >>> 0 >= y;
          V = (x & ~z) < 0;
          N = z < 0;
          Z = z === 0;
          if (op & 0x1000) {
            r[k] = z;
          }
          break;
        }
        case 0x06: {
          const k = (op >> 8) & 7;
          const x = r[k];
          const z = (x + (op & 0xff)) | 0;
          C = z >>> 0 < x >>> 0;
          V = (~x & z) < 0;
          r[k] = z;
          N = z < 0;
          Z = z === 0;
          break;
        }
        case 0x08: {
          const x = r[d];
          const y = r[n];
          switch ((op >> 6) & 31) {
            case 0x00:
            case 0x08: {
              const z = x & y;
              N = z < 0;
              Z = z === 0;
              if (!(op & 0x200)) {
                r[d] = z;
              }
              break;
            }
            case 0x01: {
              const z = x ^ y;
              r[d] = z;
              N = z < 0;
              Z = z === 0;
              break;
            }
            case 0x05:
            case 0x06: {
              const w = op & 0x80 ? ~y : y;
              const sum = (x >>> 0) + (w >>> 0) + (C ? 1 : 0);
              const z = sum | 0;
              C = sum > 0xffffffff;
              V = ((x ^ z) & (w ^ z)) < 0;
              r[d] = z;
              N = z < 0;
              Z = z === 0;
              break;
            }
            case 0x09: {
              const z = -y | 0;
              C = y === 0;
              V = (y & z) < 0;
              r[d] = z;
              N = z < 0;
              Z = z === 0;
              break;
            }
            case 0x0a: {
              const z = (x - y) | 0;
              C = x >>> 0 >= y >>> 0;
              V = ((x ^ y) & (x ^ z)) < 0;
              N = z < 0;
              Z = z === 0;
              break;
            }
            case 0x0c: {
              const z = x | y;
              r[d] = z;
              N = z < 0;
              Z = z === 0;
              break;
            }
            case 0x0d: {
              const z = Math.imul(x, y);
              r[d] = z;
              N = z < 0;
              Z = z === 0;
              break;
            }
            case 0x0e: {
              const z = x & ~y;
              r[d] = z;
              N = z < 0;
              Z = z === 0;
              break;
            }
            case 0x0f: {
              const z = ~y;
              r[d] = z;
              N = z < 0;
              Z = z === 0;
              break;
            }
            case 0x02:
            case 0x03:
            case 0x04: {
              const shift = y & 0xff;
              if (shift === 0 || shift > 31) {
                done = false;
                break;
              }
              const left = (op & 0x40) === 0 && (op & 0x80) !== 0;
              C = ((x >>> (left ? 32 - shift : shift - 1)) & 1) === 1;
              const z = left ? x << shift : op & 0x100 ? x >> shift : x >>> shift | 0;
              r[d] = z;
              N = z < 0;
              Z = z === 0;
              break;
            }
            case 0x10:
            case 0x11:
            case 0x12:
            case 0x13:
            case 0x14:
            case 0x15:
            case 0x16:
            case 0x17: {
              // ADD and CMP of any registers but the program counter, and no ADD to the stack
              // pointer.
              const to = ((op >> 4) & 8) | d;
              const from = (op >> 3) & 15;
              if (to > 12 || from === 15) {
                done = false;
              } else if (op & 0x100) {
                const v = r[to];
                const w = r[from];
                const z = (v - w) | 0;
                C = v >>> 0 >= w >>> 0;
                V = ((v ^ w) & (v ^ z)) < 0;
                N = z < 0;
                Z = z === 0;
              } else {
                r[to] += r[from];
              }
              break;
            }
            case 0x18:
            case 0x19:
            case 0x1a:
            case 0x1b: {
              // MOV, not of the program counter and neither to it nor to the stack pointer.
              const to = ((op >> 4) & 8) | d;
              const from = (op >> 3) & 15;
              if (to < 13 && from !== 15) {
                r[to] = r[from];
              } else {
                done = false;
              }
              break;
            }
            case 0x1c:
            case 0x1d:
            case 0x1e:
            case 0x1f: {
              // BX and BLX, not to what may be the end of an interrupt.
              const from = (op >> 3) & 15;
              const to = r[from];
              if (to >= 0 && from !== 15) {
                if (op & 0x80) {
                  r[14] = next | 1;
                }
                next = to & ~1;
                spent = 2;
              } else {
                done = false;
              }
              break;
            }
            default:
              done = false;
          }
          break;
        }
        case 0x09: {
          const a = ((next + 2) & ~3) + ((op & 0xff) << 2);
          spent = 2;
          const words = region === 2 ? ram32 : region === 1 ? flash32 : rom32;
          r[(op >> 8) & 7] = words[(a - base) >> 2];
          break;
        }
        case 0x0a:
        case 0x0b:
        case 0x0c:
        case 0x0d:
        case 0x0e:
        case 0x0f:
        case 0x10:
        case 0x11:
        case 0x12:
        case 0x13: {
          // Size in bytes, load or store, signed.
          let size = 4;
          let load = (op & 0x800) !== 0;
          let signed = false;
          let a;
          let t = d;
          switch (op >> 12) {
            case 5: {
              a = (r[n] + r[m]) | 0;
              const kind = (op >> 9) & 7;
              load = kind >= 3;
              signed = kind === 3 || kind === 7;
              size = kind === 0 || kind === 4 ? 4 : kind === 1 || kind === 5 || kind === 7 ? 2 : 1;
              break;
            }
            case 6:
              a = (r[n] + ((op >> 4) & 0x7c)) | 0;
              break;
            case 7:
              a = (r[n] + ((op >> 6) & 31)) | 0;
              size = 1;
              break;
            case 8:
              a = (r[n] + ((op >> 5) & 0x3e)) | 0;
              size = 2;
              break;
            default:
              a = (r[13] + ((op & 0xff) << 2)) | 0;
              t = (op >> 8) & 7;
          }
          spent = 2;
          const o = (a - RAM) | 0;
          if (o >= 0 && o < ramBytes && (o & (size - 1)) === 0) {
            if (load) {
              const x =
                size === 4 ? ram32[o >> 2] : size === 2 ? ram16[o >> 1] : ram8[o];
              r[t] = signed ? (size === 2 ? (x << 16) >> 16 : (x << 24) >> 24) : x;
            } else if (size === 4) {
              ram32[o >> 2] = r[t];
            } else if (size === 2) {
              ram16[o >> 1] = r[t];
            } else {
              ram8[o] = r[t];
            }
          } else {
            const f = (a - FLASH) | 0;
            if (load && f >= 0 && f < flashBytes && (f & (size - 1)) === 0) {
              const x =
                size === 4 ? flash32[f >> 2] : size === 2 ? flash16[f >> 1] : flash8[f];
              r[t] = signed ? (size === 2 ? (x << 16) >> 16 : (x << 24) >> 24) : x;
            } else {
              done = false;
            }
          }
          break;
        }
        case 0x14:
          r[(op >> 8) & 7] = ((next + 2) & ~3) + ((op & 0xff) << 2);
          break;
        case 0x15:
          r[(op >> 8) & 7] = r[13] + ((op & 0xff) << 2);
          break;
        case 0x16:
        case 0x17: {
          const kind = op >> 6;
          if (kind === 0x2cb) {
            r[d] = r[n] & 0xff;
          } else if (kind === 0x2ca) {
            r[d] = r[n] & 0xffff;
          } else if (kind === 0x2c9) {
            r[d] = (r[n] << 24) >> 24;
          } else if (kind === 0x2c8) {
            r[d] = (r[n] << 16) >> 16;
          } else if (op >> 8 === 0xb0) {
            r[13] += (op & 0x80 ? -4 : 4) * (op & 0x7f);
          } else if (op >> 9 === 0x5a) {
            // PUSH, with the link register last.
            let o = r[13] - RAM;
            if (o < 64 || o > ramBytes) {
              done = false;
              break;
            }
            if (op & 0x100) {
              o -= 4;
              ram32[o >> 2] = r[14];
            }
            for (let i = 7; i >= 0; i--) {
              if (op & (1 << i)) {
                o -= 4;
                ram32[o >> 2] = r[i];
                spent++;
              }
            }
            r[13] = o + RAM;
          } else if (op >> 9 === 0x5e) {
            // POP, not of what may be the end of an interrupt.
            let o = r[13] - RAM;
            if (o < 0 || o > ramBytes - 64) {
              done = false;
              break;
            }
            for (let i = 0; i < 8; i++) {
              o += op & (1 << i) ? 4 : 0;
            }
            if (op & 0x100 && ram32[o >> 2] < 0) {
              done = false;
              break;
            }
            o = r[13] - RAM;
            for (let i = 0; i < 8; i++) {
              if (op & (1 << i)) {
                r[i] = ram32[o >> 2];
                o += 4;
                spent++;
              }
            }
            if (op & 0x100) {
              next = ram32[o >> 2] & ~1;
              o += 4;
              spent += 2;
            }
            r[13] = o + RAM;
          } else {
            done = false;
          }
          break;
        }
        case 0x18:
        case 0x19: {
          // STM and LDM.
          const k = (op >> 8) & 7;
          const load = (op & 0x800) !== 0;
          const inFlash = load && r[k] >>> 28 === 1;
          const words = inFlash ? flash32 : ram32;
          let o = r[k] - (inFlash ? FLASH : RAM);
          if (o < 0 || o > words.length * 4 - 32 || o & 3) {
            done = false;
            break;
          }
          const start = r[k] - o;
          for (let i = 0; i < 8; i++) {
            if (op & (1 << i)) {
              if (load) {
                r[i] = words[o >> 2];
              } else {
                words[o >> 2] = r[i];
              }
              o += 4;
              spent++;
            }
          }
          if (!(op & (1 << k))) {
            r[k] = o + start;
          }
          break;
        }
        case 0x1a:
        case 0x1b: {
          let taken;
          switch ((op >> 8) & 15) {
            case 0:
              taken = Z;
              break;
            case 1:
              taken = !Z;
              break;
            case 2:
              taken = C;
              break;
            case 3:
              taken = !C;
              break;
            case 4:
              taken = N;
              break;
            case 5:
              taken = !N;
              break;
            case 6:
              taken = V;
              break;
            case 7:
              taken = !V;
              break;
            case 8:
              taken = C && !Z;
              break;
            case 9:
              taken = !C || Z;
              break;
            case 10:
              taken = N === V;
              break;
            case 11:
              taken = N !== V;
              break;
            case 12:
              taken = N === V && !Z;
              break;
            case 13:
              taken = N !== V || Z;
              break;
            default:
              done = false;
          }
          if (taken) {
            next = pc + 4 + ((op << 24) >> 23);
            spent = 2;
          }
          break;
        }
        case 0x1c:
          next = pc + 4 + ((op << 21) >> 20);
          spent = 2;
          break;
        case 0x1e: {
          // BL, whose second half is at the next halfword.
          const op2 = code[(next - base) >> 1];
          if ((op2 & 0xd000) === 0xd000) {
            const s = (op << 21) >> 31;
            const j1 = ~((op2 >> 13) ^ s) & 1;
            const j2 = ~((op2 >> 11) ^ s) & 1;
            const offset =
              (s << 24) | (j1 << 23) | (j2 << 22) | ((op & 0x3ff) << 12) | ((op2 & 0x7ff) << 1);
            r[14] = (pc + 4) | 1;
            next = pc + 4 + offset;
            spent = 3;
          } else {
            done = false;
          }
          break;
        }
        default:
          done = false;
      }
      if (done) {
        r[15] = next;
        cycles += spent;
      } else {
        core.N = N;
        core.Z = Z;
        core.C = C;
        core.V = V;
        core.cycles = cycles;
        // It may set an alarm or end in an interrupt.
        core.executeInstruction();
        return;
      }
    }
    core.N = N;
    core.Z = Z;
    core.C = C;
    core.V = V;
    core.cycles = cycles;
  }
}
