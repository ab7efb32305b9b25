/**
 * Requests the server's time regularly: each answer is a clock exchange, and a missing answer means that the connection is dead,
 * whatever TCP reports.
 */

import { pageUs } from '../clock.ts';
import type { ClockExchange } from './clock-offset.ts';

export interface HeartbeatOptions {
  /** @throws when there is no answer within `timeoutMs` */
  getTime: (t0: number, timeoutMs: number) => Promise<{ t1: number; t2: number; dateMs: number }>;
  onExchange: (exchange: ClockExchange) => void;
  onDead: () => void;
  intervalMs: number;
}

const TIMEOUT_MS = 5_000;
/** The first exchange is repeated several times: the fastest of many is the most accurate. */
const FIRST_EXCHANGES = 5;

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #closed = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.beat(), options.intervalMs);
    void this.#first();
  }

  async beat(timeoutMs = TIMEOUT_MS): Promise<void> {
    const t0 = pageUs();
    try {
      const { t1, t2, dateMs } = await this.#options.getTime(t0, timeoutMs);
      this.#options.onExchange({ t0, t1, t2, t3: pageUs(), dateMs });
    } catch {
      if (!this.#closed) this.#options.onDead();
    }
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  async #first(): Promise<void> {
    for (let i = 0; i < FIRST_EXCHANGES && !this.#closed; i++) await this.beat();
  }
}
