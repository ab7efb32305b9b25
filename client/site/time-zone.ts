/** How the site's time zone is chosen: said by a browser, or picked from a list. */

import type { Api } from '../http/api.ts';
import { deviceTimeZone } from '../dates/shown-time.ts';

/** The first administrator's browser says where the site is, for the server's machine rarely knows: a container runs in UTC. */
export async function sayTimeZone(api: Api): Promise<void> {
  const { chosen } = await api.call('GET /api/site/time-zone');
  if (chosen) return;
  await api.call('PUT /api/site/time-zone', { body: { timeZone: deviceTimeZone(), unlessChosen: true } });
}

/** All there are to choose from, with the one that is set among them. */
export function zoneChoices(timeZone: string): string[] {
  return [...new Set([timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])].toSorted();
}
