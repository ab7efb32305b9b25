/** The page that an event links to: its recording, for users who may see recordings of its camera. */

import type { EventView } from '../../server/wire/event.ts';
import type { AppContext } from '../app-context.ts';
import { routePath } from '../routing/routes.ts';

/** @returns undefined without the right */
export function eventHref(
  cameras: Pick<AppContext['live']['cameras'], 'may'>,
  { cameraId, startedAtMs }: EventView,
): string | undefined {
  if (!cameras.may('lookBack', cameraId)) return undefined;
  return routePath({ page: 'recordings', cameraId, atMs: startedAtMs });
}
