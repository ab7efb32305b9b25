/** From one event of a camera to the next or the one before, also when it lies far outside of what is shown. */

import type { Api } from '../http/api.ts';
import type { EventsQuery, EventView } from '../../server/wire/event.ts';

/** Shows how the event began. */
export const LEAD_MS = 2_000;
/** A jump goes to some seconds before the event; from there the next is another one. */
const APART_MS = 500;
/** The answer also holds events that began earlier and have not ended. */
const LIMIT = 50;

export type QueryEvents = (query: EventsQuery) => Promise<EventView[]>;

export function eventsOf(api: Api, cameraId: string): QueryEvents {
  return (query) => api.call('GET /api/cameras/:cameraId/events', { params: { cameraId }, query });
}

/**
 * @param fromMs the moment that is shown
 * @returns undefined when there is none in that direction
 */
export async function nextEvent(
  ask: QueryEvents,
  fromMs: number,
  direction: 1 | -1,
): Promise<EventView | undefined> {
  const shownMs = Math.round(fromMs + LEAD_MS);
  if (direction === 1) {
    const events = await ask({ from: shownMs + APART_MS, order: 'oldest', limit: LIMIT });
    return events.find(({ startedAtMs }) => startedAtMs > shownMs + APART_MS);
  }
  const events = await ask({ to: shownMs - APART_MS, limit: LIMIT });
  return events.find(({ startedAtMs }) => startedAtMs < shownMs - APART_MS);
}
