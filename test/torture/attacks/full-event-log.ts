/** One viewer who requests events in a loop, with a full event log: no query may delay live video. */

import { setTimeout as delay } from 'node:timers/promises';
import { strangersAddress, sumOf, type Attack, type Counts, type Target } from '../attack.ts';
import { call, keepAliveAgent } from '../../support/http-call.ts';

interface Given {
  token: string;
  /** One camera, for the queries that name one. */
  cameraId: string;
}

const LOOPS = 2;
const REFUSED_PAUSE_MS = 50;

export const attack: Attack<Given> = {
  name: 'full-event-log',
  title: 'one viewer who lists events in a loop, 10,000 events in each of 20 cameras',
  prepare: async (stage) => ({
    token: await stage.attackerToken(),
    cameraId: stage.otherCameras[0]?.id ?? '',
  }),
  run: async (target) =>
    sumOf(await Promise.all(Array.from({ length: LOOPS }, (_, index) => ask(target, index)))),
};

async function ask({ port, untilMs, given }: Target<Given>, index: number): Promise<Counts> {
  const counts = { answers: 0, refused: 0, failed: 0 };
  const agent = keepAliveAgent();
  const headers = { Authorization: `Bearer ${given.token}` };
  const from = strangersAddress(3, index);
  // The first loop requests what the page requests; the second the most expensive queries: rare kinds, wide ranges, the
  // far end.
  const paths = index === 0 ? ['/api/events?limit=20'] : costly(given.cameraId);
  for (let turn = 0; Date.now() < untilMs; turn++) {
    const path = paths[turn % paths.length] ?? '';
    const { status } = await call(port, { path, headers, from, agent });
    if (status === 200) counts.answers++;
    else if (status === 429 || status === 503) counts.refused++;
    else counts.failed++;
    if (status !== 200) await delay(REFUSED_PAUSE_MS);
  }
  return counts;
}

function costly(cameraId: string): string[] {
  const toMs = Date.now();
  return [
    '/api/events?limit=20&kind=offline',
    `/api/events?limit=1000&from=0&to=${toMs}&order=oldest`,
    `/api/events?limit=20&from=${toMs - 1000}&to=${toMs}`,
    '/api/events?limit=1000',
    `/api/cameras/${cameraId}/events?limit=20&from=0&to=1`,
  ];
}
