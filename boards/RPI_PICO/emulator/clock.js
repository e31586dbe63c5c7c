// SPDX-License-Identifier: MIT

// Time as rp2040js's peripherals want it, told by the cycles that the core has run. It is worked
// out when somebody asks, so an instruction costs one comparison with `deadline`.
export class Clock {
  constructor(frequency) {
    this.core = { cycles: 0 };
    this.alarms = [];
    this.deadline = Infinity;
    this.base = { cycles: 0, nanos: 0 };
    this.nanosPerCycle = 1e9 / frequency;
  }

  get nanos() {
    return this.base.nanos + (this.core.cycles - this.base.cycles) * this.nanosPerCycle;
  }

  get micros() {
    return this.nanos / 1000;
  }

  setFrequency(frequency) {
    this.base = { cycles: this.core.cycles, nanos: this.nanos };
    this.nanosPerCycle = 1e9 / frequency;
    this.updateDeadline();
  }

  createAlarm(callback) {
    const alarm = { nanos: 0, callback };
    alarm.cancel = () => {
      this.alarms = this.alarms.filter((other) => other !== alarm);
      this.updateDeadline();
    };
    alarm.schedule = (nanos) => {
      alarm.nanos = this.nanos + nanos;
      const others = this.alarms.filter((other) => other !== alarm);
      const later = others.findIndex((other) => other.nanos > alarm.nanos);
      others.splice(later < 0 ? others.length : later, 0, alarm);
      this.alarms = others;
      this.updateDeadline();
    };
    return alarm;
  }

  updateDeadline() {
    const { base, nanosPerCycle } = this;
    this.deadline = this.alarms.length
      ? base.cycles + Math.ceil((this.alarms[0].nanos - base.nanos) / nanosPerCycle)
      : Infinity;
  }

  // Call what is due.
  ring() {
    while (this.core.cycles >= this.deadline) {
      const alarm = this.alarms.shift();
      this.updateDeadline();
      alarm.callback();
    }
  }
}
