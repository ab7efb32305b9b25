/** Recordings and events of one camera around a time range. */

import type { EventView } from '../../server/wire/event.ts';
import type { Timeline } from '../../server/wire/recording.ts';
import type { Api } from '../http/api.ts';
import { eventsOf } from './event-jumps.ts';
import { rangeQuery } from './timelines.ts';

const MAX_EVENTS = 1000;

export interface CameraPast {
  timeline: Timeline;
  events: EventView[];
}

/**
 * Covers slightly more time than is shown, so that a moved timeline is filled at once.
 *
 * @param withEvents needs the right to them, and a camera that was not removed
 */
export async function cameraPast(
  api: Api,
  cameraId: string,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  withEvents: boolean,
): Promise<CameraPast> {
  const marginMs = (toMs - fromMs) / 2;
  const query = rangeQuery(fromMs - marginMs, toMs + marginMs);
  const [timeline, events] = await Promise.all([
    api.call('GET /api/cameras/:cameraId/timeline', { params: { cameraId }, query }),
    withEvents ? eventsOf(api, cameraId)({ ...query, limit: MAX_EVENTS }) : [],
  ]);
  return { timeline, events };
}
