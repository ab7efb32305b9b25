/** The command `events` prints past events, and with --follow new ones. */

import type { EventView } from '../../wire/event.ts';
import type { CommandRun } from '../command-run.ts';
import { followEvents, type ToldEventsOptions } from '../told-events.ts';
import { findCamera } from './cameras.ts';

const PAGE = 100;
/** Ids of the newest events; far more than one page. */
const MAX_KNOWN = 1_000;

/** @param delays for tests */
export async function listEvents(run: CommandRun, delays?: ToldEventsOptions['delays']): Promise<void> {
  const { api, options, gone } = run;
  const camera = options.camera === undefined ? undefined : await findCamera(api, options.camera);
  const read = (limit: number): Promise<EventView[]> =>
    camera
      ? api.call('GET /api/cameras/:cameraId/events', { params: { cameraId: camera.id }, query: { limit } })
      : api.call('GET /api/events', { query: { limit } });
  const limit = Number(options.limit ?? 20);
  const first = await read(options.follow ? Math.max(limit, PAGE) : limit);
  for (const event of first.slice(0, limit).toReversed()) print(run, event);
  if (!options.follow) return;
  const known = new Set(first.toReversed().map(({ id }) => id));
  const oldestMs = first.length < PAGE ? -Infinity : (first.at(-1)?.startedAtMs ?? -Infinity);
  const onEvent = (event: EventView): void => {
    // Each event is reported when it begins, changes and ends; an event older than those of the first page is not new.
    if (known.has(event.id) || event.startedAtMs < oldestMs) return;
    if (camera && event.cameraId !== camera.id) return;
    known.add(event.id);
    print(run, event);
    for (const oldest of known) {
      if (known.size <= MAX_KNOWN) break;
      known.delete(oldest);
    }
  };
  const catchUp = async (): Promise<void> => {
    const page = await read(PAGE);
    // Newest first. After a removal, older events move up onto the page.
    const newest = page.findIndex(({ id }) => known.has(id));
    for (const event of page.slice(0, newest < 0 ? undefined : newest).toReversed()) onEvent(event);
  };
  await followEvents({ api, gone, onConnected: catchUp, onEvent, ...(delays && { delays }) });
}

function print({ output }: CommandRun, event: EventView): void {
  const { startedAtMs, endedAtMs, kind, cameraId, sourceName, zones } = event;
  const lasted = endedAtMs === null ? 'goes on' : `${Math.round((endedAtMs - startedAtMs) / 1000)} s`;
  const what = [kind, ...(sourceName === '' ? [] : [sourceName]), ...zones].join(', ');
  output.value(event, `${new Date(startedAtMs).toISOString()}  ${cameraId}  ${what}  ${lasted}`);
}
