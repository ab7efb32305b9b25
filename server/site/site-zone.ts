/**
 * The one time zone of the site, for recording hours and quiet hours: chosen by an administrator, or reported by the browser of
 * the first one; until then the machine's, which in a container is usually UTC.
 */

import { EventEmitter } from 'node:events';
import { machineTimeZone } from '../core/local-time.ts';
import type { SiteTimeZone } from '../wire/site.ts';
import type { SiteStore } from './site-store.ts';

export class SiteZone extends EventEmitter<{ changed: [SiteTimeZone] }> {
  readonly #store: SiteStore;
  #chosen: string | undefined;

  constructor(store: SiteStore) {
    super();
    this.#store = store;
    this.#chosen = store.timeZone();
  }

  /** IANA. */
  readonly timeZone = (): string => this.#chosen ?? machineTimeZone();

  get view(): SiteTimeZone {
    return { timeZone: this.timeZone(), chosen: this.#chosen !== undefined };
  }

  /** In force at once. @param unlessChosen leaves one that was chosen as it is */
  async set(timeZone: string, unlessChosen: boolean): Promise<void> {
    await this.#store.setTimeZone(timeZone, unlessChosen);
    const before = this.#chosen;
    this.#chosen = this.#store.timeZone();
    if (this.#chosen !== before) this.emit('changed', this.view);
  }
}
