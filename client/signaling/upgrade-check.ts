/**
 * Distinguishes an unreachable server from a reachable one whose WebSocket does not open, as behind a proxy that drops `Upgrade`:
 * waiting helps only in the first case.
 */

import { SIGNALING_PATH } from '../../server/wire/signaling.ts';
import { Emitter } from '../emitter.ts';
import type { SignalingClient } from './signaling-client.ts';

/** A server that has just restarted may refuse one. */
const UNOPENED_TRIES = 2;
/** A server that returned between the two is found by the next try. */
const ANSWERS = 2;
const TIMEOUT_MS = 5_000;
const UPGRADE_REQUIRED = 426;

export class UpgradeCheck extends Emitter<{ change: boolean }> {
  readonly #ask: () => Promise<boolean>;
  #blocked = false;
  #asking = false;
  /** In a row, while no socket opened. */
  #answers = 0;

  /** @param ask whether the server is reachable, by a plain request */
  constructor(signaling: Pick<SignalingClient, 'on'>, ask: () => Promise<boolean>) {
    super();
    this.#ask = ask;
    signaling.on('unopened', (tries) => {
      if (tries >= UNOPENED_TRIES) void this.#check();
    });
    signaling.on('state', (state) => {
      if (state !== 'open' && state !== 'stopped') return;
      this.#answers = 0;
      this.#set(false);
    });
  }

  /** The server answers plain requests and its WebSocket does not open. */
  get blocked(): boolean {
    return this.#blocked;
  }

  async #check(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    this.#answers = (await this.#ask()) ? this.#answers + 1 : 0;
    this.#set(this.#answers >= ANSWERS);
    this.#asking = false;
  }

  #set(blocked: boolean): void {
    if (this.#blocked === blocked) return;
    this.#blocked = blocked;
    this.emit('change', blocked);
  }
}

/** @param server its origin */
export async function isServerThere(server: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { status } = await fetch(server + SIGNALING_PATH, { cache: 'no-store', signal });
    return status === UPGRADE_REQUIRED;
  } catch {
    return false;
  }
}
