/**
 * WHEP: broken offers, good ones of clients that never come, candidates for sessions of somebody else. The offers are
 * bounded, the sessions are the user's share and end by themselves.
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MadeApiKey } from '../../../server/wire/api-key.ts';
import { call } from '../../support/http-call.ts';
import type { Attack, Counts, Target } from '../attack.ts';

interface Given {
  keys: string[];
  cameraId: string;
}

const AT_ONCE = 16;
const KEYS = 16;
const PAUSE_MS = 20;
const NETWORKS = 64;
const OFFER = readFileSync(resolve(import.meta.dirname, '../../fixtures/whep/chromium-offer.sdp'), 'utf8');
const SESSION = '3b241101-e2bb-4255-8caf-4136c566a962';

export const attack: Attack<Given> = {
  name: 'whep-offers',
  title: 'broken offers, and good ones of clients that never come, by WHEP',
  prepare: async (stage) => {
    const administrator = await stage.administrator();
    const keys: string[] = [];
    for (let key = 0; key < KEYS; key++) {
      const body = { name: `Player ${key}`, everyCamera: ['live'], expiresAtMs: null };
      keys.push((await administrator.request<MadeApiKey>('POST', '/keys', body)).secret);
    }
    return { keys, cameraId: stage.liveCamera.id };
  },
  run: async (target) => {
    const counts: Counts = {};
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => offer(target, index, counts)));
    return counts;
  },
};

async function offer({ port, untilMs, given }: Target<Given>, index: number, counts: Counts): Promise<void> {
  const endpoint = `/api/cameras/${given.cameraId}/whep`;
  for (let turn = index; Date.now() < untilMs; turn += AT_ONCE) {
    const isPatch = turn % 5 === 4;
    const { status } = await call(port, {
      method: isPatch ? 'PATCH' : 'POST',
      path: isPatch ? `${endpoint}/${SESSION}` : endpoint,
      client: `2001:db8:${(turn % NETWORKS).toString(16)}::1`,
      text: offerOf(turn),
      headers: {
        authorization: `Bearer ${given.keys[turn % KEYS]}`,
        'Content-Type': isPatch ? 'application/trickle-ice-sdpfrag' : 'application/sdp',
        ...(isPatch && { 'If-Match': '*' }),
      },
    });
    const name = `${isPatch ? 'PATCH' : 'POST'} ${status}`;
    counts[name] = (counts[name] ?? 0) + 1;
    await delay(PAUSE_MS);
  }
}

/** Whole, cut off, with lines left out, doubled, or of letters at random. */
function offerOf(turn: number): string {
  const lines = OFFER.split('\r\n');
  const at = Math.floor(Math.random() * lines.length);
  switch (turn % 6) {
    case 0:
      return OFFER;
    case 1:
      return lines.slice(0, at).join('\r\n');
    case 2:
      return lines.filter(() => Math.random() > 0.1).join('\r\n');
    case 3:
      return lines
        .flatMap((line) => (Math.random() > 0.9 ? Array<string>(50).fill(line) : line))
        .join('\r\n');
    case 4:
      return lines.with(at, `a=${'x'.repeat(10_000)}`).join('\r\n');
    default:
      return OFFER.replaceAll(/\d/g, () => String(Math.floor(Math.random() * 10)));
  }
}
