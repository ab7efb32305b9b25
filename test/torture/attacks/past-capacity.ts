/**
 * Viewers join until the server reports that it is full, or until there are more than two cores can serve: current
 * viewers keep their picture.
 *
 * The receivers are real up to the kernel: each has a socket, a key and its consent, and leaves most packets unread,
 * because on this one machine they would otherwise take the CPU that is measured.
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { LoadSample } from '../../../server/core/admission.ts';
import type { CapacityStats } from '../../../server/core/capacity.ts';
import { openVisit, type Visit } from '../../support/visit.ts';
import { strangersAddress, type Attack, type Target } from '../attack.ts';
import { call } from '../../support/http-call.ts';

interface Given {
  /** Users who share the crowd: one user may have about forty pages. */
  tokens: string[];
  cameraId: string;
}

const PROCESSES = 4;
const VIEWERS_PER_PROCESS = 200;
const USERS = 24;
const PASSWORD = 'one of a crowd of viewers';
const RECEIVE_BUFFER_BYTES = 2_304;
const CONSENT_INTERVAL_MS = 4_000;
const REFUSED_PAUSE_MS = 2_000;
const SLEEP_MS = 250;
const PROBE_MS = 1_000;

export const attack: Attack<Given> = {
  name: 'past-capacity',
  title: `${PROCESSES * VIEWERS_PER_PROCESS} viewers who want to watch the same camera`,
  processes: PROCESSES,
  prepare: async (stage) => {
    const { port, liveCamera } = stage;
    const admin = await stage.administrator();
    const tokens: string[] = [];
    for (let index = 0; index < USERS; index++) {
      const username = `crowd-${index}`;
      // They exist already when the attack is repeated on the same server.
      await admin.addViewer(username, PASSWORD, [liveCamera.id]).catch(() => undefined);
      const body = { username, password: PASSWORD };
      const answer = await call(port, { method: 'POST', path: '/api/auth/login', body });
      tokens.push((JSON.parse(answer.body) as { accessToken: string }).accessToken);
    }
    return { tokens, cameraId: liveCamera.id };
  },
  run: async (target) => {
    const counts = { watching: 0, refused: 0, failed: 0 };
    const visits: Visit[] = [];
    let consentMs = Date.now();
    while (Date.now() < target.untilMs) {
      if (visits.length < VIEWERS_PER_PROCESS) await join(target, visits, counts);
      // While it sleeps, arriving packets are left to the kernel, which drops them.
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SLEEP_MS);
      await new Promise(setImmediate);
      if (Date.now() - consentMs < CONSENT_INTERVAL_MS) continue;
      consentMs = Date.now();
      for (const { viewer } of visits) viewer.renewConsent();
    }
    counts.watching = visits.filter(({ isOver }) => !isOver).length;
    return counts;
  },
  probe: async (stage, untilMs) => {
    const admin = await stage.administrator();
    const seen: CapacityStats[] = [];
    while (Date.now() < untilMs - PROBE_MS) {
      await delay(PROBE_MS);
      seen.push((await admin.request<{ capacity: CapacityStats }>('GET', '/status')).capacity);
    }
    const last = seen.slice(-Math.ceil(seen.length / 2)).flatMap(({ measured }) => measured ?? []);
    const mean = (key: keyof LoadSample): number =>
      last.reduce((sum, sample) => sum + sample[key], 0) / last.length;
    return [
      {
        text:
          `${Math.max(...seen.map(({ watching }) => watching))} watch at most; in the second half the loop is busy ` +
          `${(mean('utilization') * 100).toFixed(0)} %, frames go out in ${(mean('lateUs') / 1000).toFixed(0)} ms, timers come ` +
          `${(mean('delayUs') / 1000).toFixed(0)} ms late, ${(mean('droppedShare') * 100).toFixed(1)} % dropped`,
      },
    ];
  },
};

async function join(
  { port, index, given }: Target<Given>,
  visits: Visit[],
  counts: { refused: number; failed: number },
): Promise<void> {
  const number = index * VIEWERS_PER_PROCESS + visits.length;
  const token = given.tokens[number % given.tokens.length] ?? '';
  try {
    const from = strangersAddress(6, number);
    visits.push(
      await openVisit(port, token, [given.cameraId], { receiveBufferBytes: RECEIVE_BUFFER_BYTES, from }),
    );
  } catch (error) {
    const isRefusal = error instanceof Error && /unavailable|full|tooMany|503/i.test(error.message);
    counts[isRefusal ? 'refused' : 'failed']++;
    await delay(REFUSED_PAUSE_MS);
  }
}
