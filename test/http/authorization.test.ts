/**
 * Every route of the API demands what wire/authorization.ts says: each is called over HTTP by a stranger, by viewers with
 * each right alone and without any, by an administrator, and by API keys with the same rights.
 */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { API_ROUTES, type ApiRouteName } from '../../server/wire/api-routes.ts';
import {
  ROUTE_AUTHORIZATION,
  SIGNALING_AUTHORIZATION,
  type Authorization,
} from '../../server/wire/authorization.ts';
import { keyAccessOf } from '../../server/wire/key-access.ts';
import { RIGHTS, type Right } from '../../server/wire/rights.ts';
import { SIGNALING_METHODS } from '../../server/signaling/signaling-messages.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi, type ApiServer } from '../support/api-server.ts';
import { rightsTo } from '../support/rights.ts';

const PASSWORD = 'a password of their own';
const ROUTES: [name: string, who: Authorization][] = Object.entries(ROUTE_AUTHORIZATION);

/** The caller's identity, and the token that proves it. */
interface Caller {
  who: string;
  token: string | null;
  rights: readonly Right[];
  role: 'stranger' | 'viewer' | 'administrator';
  isKey?: boolean;
}

test('every route that exists has an entry, and every entry a route', () => {
  assert.deepEqual(Object.keys(ROUTE_AUTHORIZATION).toSorted(), Object.keys(API_ROUTES).toSorted());
});

test('every method of signaling that exists has an entry, and every entry a method', () => {
  assert.deepEqual(Object.keys(SIGNALING_AUTHORIZATION).toSorted(), SIGNALING_METHODS.toSorted());
});

async function callersOf(
  context: TestContext,
): Promise<{ server: ApiServer; callers: Caller[]; id: string }> {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const { id: other } = await server.store.cameras.add('Yard', 'v1', 0);
  const viewer = async (username: string, rights: readonly Right[]): Promise<Caller> => {
    // Every right to another camera is no right to this one.
    const cameras = [...rightsTo([other], RIGHTS), ...(rights.length > 0 ? rightsTo([id], rights) : [])];
    await server.accounts.users.add({ username, password: PASSWORD, role: 'viewer', cameras });
    const { accessToken: token } = await ApiClient.signedIn(server, username, PASSWORD);
    return { who: username, token, rights, role: 'viewer' };
  };
  const callers: Caller[] = [{ who: 'stranger', token: null, rights: [], role: 'stranger' }];
  callers.push(await viewer('none', []));
  for (const right of RIGHTS) callers.push(await viewer(right, [right]));
  const admin = await ApiClient.signedIn(server);
  const { accessToken: token } = admin;
  callers.push({ who: 'admin', token, rights: RIGHTS, role: 'administrator' });
  const key = async (who: string, body: object): Promise<string> => {
    const made = await admin.call<{ secret: string }>('POST', '/api/keys', { body: { name: who, ...body } });
    return made.body.secret;
  };
  const others = rightsTo([other], RIGHTS);
  const live = await key('key: live', { cameras: [...others, ...rightsTo([id], ['live'])] });
  callers.push({ who: 'key: live', token: live, rights: ['live'], role: 'viewer', isKey: true });
  const none = await key('key: none', { cameras: others });
  callers.push({ who: 'key: none', token: none, rights: [], role: 'viewer', isKey: true });
  const all = await key('key: all', { powers: ['administer'] });
  callers.push({ who: 'key: all', token: all, rights: RIGHTS, role: 'administrator', isKey: true });
  return { server, callers, id };
}

/** A refusal by the guard, told apart from those of what is behind it. */
const REFUSALS = [
  ['administrators only', 'only an administrator may do this'],
  ['another right', 'you may not '],
  ['another right', 'this API key may not '],
  ['hidden', 'there is no such camera, or you have no right to it'],
  ['no keys', 'API keys may not do this'],
  ['not an analyser', 'only an API key with the right analyse'],
] as const;
type Refusal = (typeof REFUSALS)[number][0];
type Answer = Refusal | number;

function isRefusal(answer: Answer): boolean {
  return typeof answer === 'string';
}

/** The guard runs first: a refusal needs neither a body nor an existing id. */
async function ask(server: ApiServer, name: string, cameraId: string, token: string | null): Promise<Answer> {
  const [method = '', path = ''] = name.split(' ');
  const url = path.replace(':cameraId', cameraId).replaceAll(/:\w+/g, 'none_1');
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  // One answer never ends by itself.
  const leave = new AbortController();
  const response = await fetch(server.url + url, {
    method,
    headers,
    redirect: 'manual',
    signal: leave.signal,
  });
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem') ?? false;
  const detail = isProblem ? ((await response.json()) as { detail: string }).detail : '';
  leave.abort();
  const refused = REFUSALS.find(([, begin]) => detail.startsWith(begin))?.[0];
  return response.status === 401 ? 401 : (refused ?? response.status);
}

function expected(name: string, who: Authorization, caller: Caller): 401 | Refusal | 'let in' {
  const { role, rights, isKey } = caller;
  if (who === 'public') return 'let in';
  if (role === 'stranger' || who === 'sensor') return 401;
  const access = keyAccessOf(name as ApiRouteName);
  if (isKey && access === 'never') return 'no keys';
  if (isKey && access === 'administer') return role === 'administrator' ? 'let in' : 'administrators only';
  if (who === 'analyser') return analyserExpected(caller);
  if (who === 'signedIn' || role === 'administrator') return 'let in';
  if (who === 'administrator') return 'administrators only';
  if (rights.length === 0) return 'hidden';
  return rights.includes(who.right) ? 'let in' : 'another right';
}

/** An administrator's key that administers has every right; nobody analyses in person. */
function analyserExpected({ role, rights, isKey }: Omit<Caller, 'who' | 'token'>): Refusal | 'let in' {
  if (isKey && role === 'administrator') return 'let in';
  return rights.length === 0 ? 'hidden' : 'not an analyser';
}

test('every route lets in whom the table names, and nobody else', async (context) => {
  const { server, callers, id } = await callersOf(context);
  // These would end what the others need.
  const last = new Set(['DELETE /api/cameras/:cameraId', 'POST /api/auth/logout']);
  for (const caller of callers)
    for (const [name, who] of ROUTES.filter(([each]) => !last.has(each))) {
      const wanted = expected(name, who, caller);
      const answer = await ask(server, name, id, caller.token);
      const label = `${name} by ${caller.who}: ${answer}`;
      if (wanted !== 'let in') assert.equal(answer, wanted, label);
      // Nobody signs in without a password, or renews a session without a cookie.
      else assert.ok(who === 'public' || (answer !== 401 && !isRefusal(answer)), label);
    }
});

test('a camera is removed by an administrator only', async (context) => {
  const { server, callers, id } = await callersOf(context);
  const name = 'DELETE /api/cameras/:cameraId';
  const answers: Answer[] = [];
  for (const { token } of callers) answers.push(await ask(server, name, id, token));
  const viewers = Array<string>(1 + RIGHTS.length).fill('administrators only');
  assert.deepEqual(answers, [401, ...viewers, 204, 'administrators only', 'administrators only', 404]);
});
