/**
 * The site's time zone as this page knows it: requested when somebody has signed in and whenever signaling opens, kept up to
 * date by a notification, so that every open page changes to another zone at once.
 *
 * Until the first answer, and where the browser does not know the site's zone, times are in the browser's own.
 */

import type { SiteTimeZone } from '../../server/wire/site.ts';
import { Emitter } from '../emitter.ts';
import { FreshViews } from '../signaling/fresh-views.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import { ShownTime, deviceTimeZone } from './shown-time.ts';

const KEY = 'zone';

export class ShownZone extends Emitter<{ change: ShownTime }> {
  readonly #ask: () => Promise<SiteTimeZone>;
  readonly #views = new FreshViews<SiteTimeZone>();
  #time = new ShownTime(deviceTimeZone());

  constructor(signaling: Pick<SignalingClient, 'on'>, ask: () => Promise<SiteTimeZone>) {
    super();
    this.#ask = ask;
    signaling.on('siteTimeZone', (zone) => this.update(zone));
    // It may have changed while the connection was down.
    signaling.on('state', (state) => {
      if (state === 'open') void this.load();
    });
  }

  /** Undefined before the server has said. */
  get zone(): SiteTimeZone | undefined {
    return this.#views.get(KEY);
  }

  get time(): ShownTime {
    return this.#time;
  }

  async load(): Promise<void> {
    try {
      await this.#views.load(async () => [[KEY, await this.#ask()]]);
      this.#show();
    } catch {
      // The connection banner shows why the server does not answer; signaling opens again when it does.
    }
  }

  /** Takes a newer zone, from a notification or the answer to a change. */
  update(zone: SiteTimeZone): void {
    this.#views.update(KEY, zone);
    this.#show();
  }

  #show(): void {
    const timeZone = this.zone?.timeZone ?? this.#time.timeZone;
    if (timeZone !== this.#time.timeZone) {
      try {
        this.#time = new ShownTime(timeZone);
      } catch {
        // A zone that is newer than this browser.
        this.#time = new ShownTime(deviceTimeZone());
      }
    }
    this.emit('change', this.#time);
  }
}
