/** `events`: what happened, and with --follow what happens. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { EventView } from '../../wire/event.ts';
import type { CommandRun } from '../command-run.ts';
import { findCamera } from './cameras.ts';

const POLL_MS = 2_000;
const PAGE = 100;
/** Ids of the newest events, to tell new ones; far more than one page. */
const MAX_KNOWN = 1_000;

export async function listEvents(run: CommandRun): Promise<void> {
  const { api, options, gone } = run;
  const camera = options.camera === undefined ? undefined : await findCamera(api, options.camera);
  const read = (limit: number): Promise<EventView[]> =>
    camera
      ? api.call('GET /api/cameras/:cameraId/events', { params: { cameraId: camera.id }, query: { limit } })
      : api.call('GET /api/events', { query: { limit } });
  const first = await read(Number(options.limit ?? 20));
  for (const event of first.toReversed()) print(run, event);
  if (!options.follow) return;
  const known = new Set(first.map(({ id }) => id));
  while (!gone.aborted) {
    await sleep(POLL_MS, undefined, { signal: gone });
    for (const event of (await read(PAGE)).toReversed()) {
      if (known.has(event.id)) continue;
      known.add(event.id);
      print(run, event);
    }
    for (const oldest of known) {
      if (known.size <= MAX_KNOWN) break;
      known.delete(oldest);
    }
  }
}

function print({ output }: CommandRun, event: EventView): void {
  const { startedAtMs, endedAtMs, kind, cameraId, sourceName, zones } = event;
  const lasted = endedAtMs === null ? 'goes on' : `${Math.round((endedAtMs - startedAtMs) / 1000)} s`;
  const what = [kind, ...(sourceName === '' ? [] : [sourceName]), ...zones].join(', ');
  output.value(event, `${new Date(startedAtMs).toISOString()}  ${cameraId}  ${what}  ${lasted}`);
}
