/** Opens the site feature: its clock, whether that can be right, and its time zone. */

import packageJson from '../../package.json' with { type: 'json' };
import type { Log } from '../log.ts';
import type { SiteClockView } from '../wire/site.ts';
import { ClockTrust } from './clock-trust.ts';
import { ClockWatch } from './clock-watch.ts';
import type { SiteStore } from './site-store.ts';
import { SiteZone } from './site-zone.ts';

/** ms since the Unix epoch: a correct clock is never earlier. */
export const VERSION = packageJson.version;
export const RELEASED_AT_MS = Date.parse(packageJson.releasedAt);

export interface OpenSiteOptions {
  store: { site: SiteStore };
  log: Log;
}

export interface OpenedSite {
  clock: ClockWatch;
  trust: ClockTrust;
  zone: SiteZone;
  /** Idempotent. */
  close(): void;
}

export function openSite({ store, log }: OpenSiteOptions): OpenedSite {
  const component = log.child({ component: 'site' });
  const clock = new ClockWatch(component);
  const trust = new ClockTrust(clock, RELEASED_AT_MS);
  clock.on('changed', () => trust.tell());
  const warn = ({ problem }: SiteClockView): void => {
    if (problem) component.warn({ problem: problem.code }, 'clock not trusted');
  };
  warn(trust.view);
  trust.on('changed', warn);
  return {
    clock,
    trust,
    zone: new SiteZone(store.site),
    close: () => {
      trust.close();
      clock.close();
    },
  };
}
