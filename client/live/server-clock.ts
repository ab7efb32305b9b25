/** The server's clock as far as this page knows it: fed by the clock exchanges of the signaling socket. */

import { localUs } from '../signaling/heartbeat.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import { ClockOffset } from '../signaling/clock-offset.ts';

export class ServerClock {
  readonly #offset = new ClockOffset();

  constructor(signaling: SignalingClient) {
    signaling.on('clock', (exchange) => this.#offset.add(exchange));
    signaling.on('state', (state) => {
      // A restarted server may run on another machine's clock.
      if (state !== 'open') this.#offset.reset();
    });
  }

  /** µs since the Unix epoch, null before the first exchange. */
  nowUs(): number | null {
    const { offsetUs } = this.#offset;
    return offsetUs === null ? null : localUs() + offsetUs;
  }

  /** ms since the Unix epoch; by this device's clock before the first exchange. */
  nowMs(): number {
    const nowUs = this.nowUs();
    return nowUs === null ? Date.now() : nowUs / 1000;
  }

  /** @param timestampMs a DOMHighResTimeStamp of this page */
  atUs(timestampMs: number): number | null {
    const { offsetUs } = this.#offset;
    return offsetUs === null ? null : (performance.timeOrigin + timestampMs) * 1000 + offsetUs;
  }

  /** The clock is right within half of this, in ms. */
  get roundTripMs(): number | null {
    const { roundTripUs } = this.#offset;
    return roundTripUs === null ? null : roundTripUs / 1000;
  }
}
