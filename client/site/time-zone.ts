/** The site's time zone as this browser knows it, and this browser's own. */

import type { SiteTimeZone } from '../../server/wire/site.ts';
import type { Api } from '../http/api.ts';

export function deviceTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The first administrator's browser says where the site is, for the server's machine rarely knows: a container runs in UTC. */
export async function sayTimeZone(api: Api): Promise<void> {
  const { chosen } = await api.call('GET /api/site/time-zone');
  if (chosen) return;
  await api.call('PUT /api/site/time-zone', { body: { timeZone: deviceTimeZone(), unlessChosen: true } });
}

/** "Europe/Paris (GMT+1)": the name alone says little to most people. */
export function zoneText(timeZone: string, nowMs: number): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'shortOffset' }).formatToParts(nowMs);
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value;
  return offset === undefined || offset === timeZone ? timeZone : `${timeZone} (${offset})`;
}

/** All there are to choose from, with the one that is set among them. */
export function zoneChoices({ timeZone }: SiteTimeZone): string[] {
  return [...new Set([timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])].toSorted();
}
