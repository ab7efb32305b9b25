/** Decides whether the site's clock can be right, and what to do if it cannot. Pure. */

import type { SiteClockView } from '../wire/site.ts';

export interface ClockFacts {
  /** The date now, ms since the Unix epoch. */
  nowMs: number;
  /** When this version of Vigie was released. */
  releasedAtMs: number;
  /** The operating system's answer; undefined if it gives none. */
  synchronized: boolean | undefined;
}

const ADVICE =
  'Recordings and events get wrong dates. Connect the server to the internet, or to a time server of your own, so that its clock is set by NTP; without one, set it by hand (timedatectl set-time).';

export function clockView({ nowMs, releasedAtMs, synchronized }: ClockFacts): SiteClockView {
  if (nowMs < releasedAtMs) {
    const date = new Date(nowMs).toISOString().slice(0, 10);
    const text = `The server’s clock is wrong: it says ${date}, which is before this version of Vigie was made. ${ADVICE}`;
    return { problem: { code: 'beforeRelease', text } };
  }
  if (synchronized === false) {
    const text = `The server’s clock is not synchronized and may be wrong. ${ADVICE}`;
    return { problem: { code: 'notSynchronized', text } };
  }
  return { problem: null };
}
