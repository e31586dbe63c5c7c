// SPDX-License-Identifier: MIT

import { USBCDC } from "rp2040js";

const PACKET_BYTES = 64;

// The serial port over USB. Unlike rp2040js's it answers a read only when there is something to
// read: empty packets would interrupt the program all the time.
export class Serial {
  constructor(rp2040, onData) {
    this.usb = rp2040.usbCtrl;
    this.cdc = new USBCDC(this.usb);
    this.cdc.onSerialData = onData;
    this.queue = Buffer.alloc(0);
    this.wanted = 0;
    this.usb.onEndpointRead = (endpoint, size) => {
      if (endpoint === this.cdc.outEndpoint) {
        this.wanted = size;
        this.answer();
      }
    };
  }

  send(bytes) {
    this.queue = Buffer.concat([this.queue, bytes]);
    this.answer();
  }

  answer() {
    const count = Math.min(this.wanted, this.queue.length, PACKET_BYTES);
    if (count > 0) {
      this.wanted = 0;
      this.usb.endpointReadDone(this.cdc.outEndpoint, new Uint8Array(this.queue.subarray(0, count)));
      this.queue = this.queue.subarray(count);
    }
  }
}
