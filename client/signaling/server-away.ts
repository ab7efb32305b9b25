/**
 * Whether the server is away, and since when. A gap that is over before one could read about it does not count.
 */

import { monotonicMs } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import type { SignalingClient } from './signaling-client.ts';

const COUNTS_AFTER_MS = 1_200;

export class ServerAway extends Emitter<{ change: boolean }> {
  #lostAtMs: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAway = false;

  constructor(signaling: Pick<SignalingClient, 'on'>) {
    super();
    signaling.on('state', (state) => {
      if (state === 'open' || state === 'stopped') this.#end();
      else this.#begin();
    });
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  /** Since its connection was lost, or was first tried; 0 while it is there. */
  get forMs(): number {
    return this.#lostAtMs === undefined ? 0 : monotonicMs() - this.#lostAtMs;
  }

  #begin(): void {
    if (this.#lostAtMs !== undefined) return;
    this.#lostAtMs = monotonicMs();
    this.#timer = setTimeout(() => this.#set(true), COUNTS_AFTER_MS);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#lostAtMs = undefined;
    this.#set(false);
  }

  #set(isAway: boolean): void {
    if (this.#isAway === isAway) return;
    this.#isAway = isAway;
    this.emit('change', isAway);
  }
}
