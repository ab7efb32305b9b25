/** The server's clock as far as this page knows it: fed by the clock exchanges of the signaling socket. */

import { pageUs, wallMs } from '../clock.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import { ClockOffset } from '../signaling/clock-offset.ts';

export class ServerClock {
  readonly #offset = new ClockOffset();
  /** Dates step when the server's clock is set; server time does not. */
  #dateOffsetMs = 0;

  constructor(signaling: SignalingClient) {
    signaling.on('clock', (exchange) => {
      this.#offset.add(exchange);
      const { t2, dateMs = t2 / 1000 } = exchange;
      this.#dateOffsetMs = dateMs - t2 / 1000;
    });
    signaling.on('state', (state) => {
      // A restarted server may run on another machine's clock.
      if (state !== 'open') this.#offset.reset();
    });
  }

  /** Server time, the clock of capture times, in µs; null before the first exchange. */
  nowUs(): number | null {
    const { offsetUs } = this.#offset;
    return offsetUs === null ? null : pageUs() + offsetUs;
  }

  /** The date on the server, ms since the Unix epoch; by this device's clock before the first exchange. */
  nowMs(): number {
    const nowUs = this.nowUs();
    return nowUs === null ? wallMs() : nowUs / 1000 + this.#dateOffsetMs;
  }

  /** @param timestampMs a DOMHighResTimeStamp of this page */
  atUs(timestampMs: number): number | null {
    const { offsetUs } = this.#offset;
    return offsetUs === null ? null : pageUs(timestampMs) + offsetUs;
  }

  /** The clock is right within half of this, in ms. */
  get roundTripMs(): number | null {
    const { roundTripUs } = this.#offset;
    return roundTripUs === null ? null : roundTripUs / 1000;
  }
}
