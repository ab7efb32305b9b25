/**
 * Every route of the API, also those of administrators, with parameters, queries and bodies at random: each is
 * answered, none with a fault of the server. Routes that end the attack itself, or the server on purpose, are left out.
 */

import { randomBytes } from 'node:crypto';
import { API_ROUTES, type ApiRouteName } from '../../../server/wire/api-routes.ts';
import { call } from '../../support/http-call.ts';
import type { Attack, Counts, Target } from '../attack.ts';

interface Given {
  token: string;
  cameraId: string;
}

const LEFT_OUT = new Set<ApiRouteName>([
  'POST /api/auth/login',
  'POST /api/auth/refresh',
  'POST /api/auth/logout',
  // A backup of the whole database each time.
  'POST /api/backup',
]);
const AT_ONCE = 8;
const NETWORKS = 64;
const ROUTES = (Object.keys(API_ROUTES) as ApiRouteName[]).filter((name) => !LEFT_OUT.has(name));

export const attack: Attack<Given> = {
  name: 'random-bodies',
  title: 'every route of the API with random parameters and bodies',
  prepare: async (stage) => {
    const administrator = await stage.administrator();
    const camera = stage.otherCameras[0];
    return { token: administrator.session.accessToken, cameraId: camera?.id ?? '' };
  },
  run: async (target) => {
    const counts: Counts = {};
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => ask(target, index, counts)));
    return counts;
  },
};

async function ask({ port, untilMs, given }: Target<Given>, index: number, counts: Counts): Promise<void> {
  for (let turn = index; Date.now() < untilMs; turn += AT_ONCE) {
    const name = ROUTES[turn % ROUTES.length] ?? 'GET /api/cameras';
    const [method = '', pattern = ''] = name.split(' ');
    // Nothing that exists is removed, so that all of it lasts as long as the attack.
    const path = pattern.replaceAll(/:(\w+)/g, (_, parameter: string) =>
      parameter === 'cameraId' && method !== 'DELETE' && turn % 2 === 0
        ? given.cameraId
        : encodeURIComponent(text()),
    );
    const query = turn % 3 === 0 ? `?${text()}=${encodeURIComponent(text())}&limit=${text()}` : '';
    const body = method === 'GET' || method === 'DELETE' ? {} : { text: bodyOf(turn) };
    const { status } = await call(port, {
      method,
      path: path + query,
      client: `2001:db8:${(turn % NETWORKS).toString(16)}::1`,
      headers: { authorization: `Bearer ${given.token}` },
      ...body,
    });
    counts[`answers ${status}`] = (counts[`answers ${status}`] ?? 0) + 1;
  }
}

function text(): string {
  return randomBytes(1 + Math.floor(Math.random() * 12)).toString('base64url');
}

function bodyOf(turn: number): string {
  if (turn % 5 === 0) return randomBytes(200).toString('latin1');
  if (turn % 5 === 1) return '['.repeat(5_000);
  return JSON.stringify(valueOf(3));
}

const NAMES = ['name', 'cameras', 'kind', 'zones', 'points', 'url', 'mode', 'rights', 'boxes', '__proto__'];

function valueOf(depth: number): unknown {
  const kinds = [null, true, -1, 1e308, text(), '\u0000\uD800', 2 ** 53];
  const kind = Math.floor(Math.random() * (kinds.length + 2));
  if (depth > 0 && kind === kinds.length)
    return Array.from({ length: Math.floor(Math.random() * 9) }, () => valueOf(depth - 1));
  if (depth > 0 && kind > kinds.length)
    return Object.fromEntries(
      NAMES.filter(() => Math.random() < 0.4).map((name) => [name, valueOf(depth - 1)]),
    );
  return kinds[kind % kinds.length];
}
