/**
 * Acts on passwords that `--reset-password` sets while the server runs: closes everything that depends on the ended sessions, as
 * if the password had been changed here.
 */

import type { Log } from '../log.ts';
import type { AccountEvents } from './sessions.ts';
import type { PasswordResetStore } from './password-reset-store.ts';
import type { UserStore } from './user-store.ts';

export interface PasswordResetWatchOptions {
  resets: Pick<PasswordResetStore, 'newest' | 'after'>;
  users: Pick<UserStore, 'find'>;
  events: AccountEvents;
  log: Log;
  intervalMs?: number;
}

/** A right that is removed ends within a second. */
const INTERVAL_MS = 900;

export class PasswordResetWatch {
  readonly #options: PasswordResetWatchOptions;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #seen: number;
  #failing = false;

  constructor(options: PasswordResetWatchOptions) {
    this.#options = options;
    this.#log = options.log.child({ component: 'accounts' });
    this.#seen = options.resets.newest();
    this.#timer = setInterval(() => this.look(), options.intervalMs ?? INTERVAL_MS).unref();
  }

  /** Called by itself; never throws. */
  look(): void {
    try {
      for (const { sequence, userId, sessionIds } of this.#options.resets.after(this.#seen)) {
        this.#seen = sequence;
        const username = this.#options.users.find(userId)?.username;
        this.#log.warn({ userId, username, ended: sessionIds.length }, 'password changed by command');
        for (const id of sessionIds) this.#options.events.emit('credentialEnded', id);
        this.#options.events.emit('accessChanged', userId);
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#log.error({ err: error }, 'failed to look for reset passwords');
      this.#failing = true;
    }
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }
}
