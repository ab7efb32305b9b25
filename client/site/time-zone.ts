/** Chooses the site's time zone: reported by a browser, or selected from a list. */

import type { Api } from '../http/api.ts';
import { deviceTimeZone } from '../dates/shown-time.ts';

/** The first administrator's browser reports the zone, because the server's machine rarely knows it: a container runs in UTC. */
export async function sayTimeZone(api: Api): Promise<void> {
  const { chosen } = await api.call('GET /api/site/time-zone');
  if (chosen) return;
  await api.call('PUT /api/site/time-zone', { body: { timeZone: deviceTimeZone(), unlessChosen: true } });
}

/** All zones to choose from, including the present one. */
export function zoneChoices(timeZone: string): string[] {
  return [...new Set([timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])].toSorted();
}
