/**
 * A site's line to NATS, which video and downloads share: knows by round trips how much of either is on its way.
 *
 * Invariant: what was published is confirmed without anything being published after it.
 */

import { EventEmitter } from 'node:events';
import type { Clock } from '../core/clock.ts';
import { MARK_INTERVAL_US, PublishWindow } from '../core/edges/publish-window.ts';
import type { NatsLink } from './nats-link.ts';

export class SiteUplink extends EventEmitter<{ room: [] }> {
  readonly window = new PublishWindow();
  readonly #link: Pick<NatsLink, 'confirm' | 'on' | 'off'>;
  readonly #clock: Clock;
  readonly #onLost = (): void => this.window.reset();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(link: Pick<NatsLink, 'confirm' | 'on' | 'off'>, clock: Clock) {
    super();
    this.#link = link;
    this.#clock = clock;
    link.on('lost', this.#onLost);
  }

  /** To be called after each message. */
  published(): void {
    void this.#confirm();
  }

  hasBulkRoom(bytes: number): boolean {
    return this.window.bulk.hasRoom(bytes);
  }

  sentBulk(bytes: number): void {
    this.window.publishedBulk(bytes);
    this.published();
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#link.off('lost', this.#onLost);
  }

  /** Learns from a round trip what NATS has read; where the last one has just begun, a moment later. */
  async #confirm(): Promise<void> {
    if (this.#closed || !this.window.hasUnmarked) return;
    if (!this.window.mark(this.#clock())) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void this.#confirm();
      }, MARK_INTERVAL_US / 1000);
      return;
    }
    try {
      await this.#link.confirm();
    } catch {
      // The connection is lost, and with it what was on its way.
      return;
    }
    this.window.confirmed(this.#clock());
    this.emit('room');
  }
}
