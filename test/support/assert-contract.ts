/**
 * Checks an answer of the HTTP API against the contract of server/wire: its status, its content type and every field of
 * its JSON.
 */

import assert from 'node:assert/strict';
import { COMMON_ERRORS, statusesOf, type ApiRoute } from '../../server/wire/api-route.ts';
import { API_ROUTES } from '../../server/wire/api-routes.ts';
import { PROBLEM } from '../../server/wire/problem.ts';

export interface ApiExchange {
  method: string;
  /** With or without a query. */
  path: string;
  status: number;
  contentType: string;
  text: string;
}

const PATTERNS = Object.entries(API_ROUTES).map(([name, route]: [string, ApiRoute]) => {
  const [method = '', path = ''] = name.split(' ');
  const pattern = path.replaceAll('.', String.raw`\.`).replaceAll(/:\w+/g, '[^/]+');
  return { name, method, pattern: new RegExp(`^${pattern}/?$`, 'i'), route };
});

/** @throws AssertionError that names the route and the fault */
export function assertContract(exchange: ApiExchange): void {
  const { method, status, contentType, text } = exchange;
  const [path = ''] = exchange.path.split('?');
  if (!/^\/api(?:\/|$)/i.test(path)) return;
  // Answered like GET, without the body (RFC 9110 section 9.3.2).
  const isHead = method === 'HEAD';
  const verb = isHead ? 'GET' : method;
  const match = PATTERNS.find((each) => each.method === verb && each.pattern.test(path));
  const what = `${match?.name ?? `${method} ${path}`} answered ${status}`;
  if (status >= 400) {
    assert.match(contentType, /^application\/problem\+json\b/, what);
    if (!isHead) assertShape(PROBLEM, text, what);
    const allowed = [...COMMON_ERRORS, ...(match?.route.errors ?? [])];
    assert.ok(!match || allowed.includes(status), `${what}, which is none of its errors`);
    return;
  }
  assert.ok(match, `${what}, and is in no table`);
  const { route } = match;
  if (status === 304 && verb === 'GET' && route.response) return assert.equal(text, '', what);
  assert.ok(statusesOf(route).includes(status), `${what}, which is none of its statuses`);
  if (route.response) {
    assert.match(contentType, /^application\/json\b/, what);
    if (!isHead) assertShape(route.response, text, what);
  } else if (route.media === undefined) assert.equal(text, '', what);
  else if (status < 300) assert.ok(contentType.startsWith(route.media), `${what} with ${contentType}`);
}

/** Exactly as the schema says: a field it would ignore, or fill in, is a difference. */
function assertShape(schema: NonNullable<ApiRoute['response']>, text: string, what: string): void {
  const body: unknown = JSON.parse(text);
  const parsed = schema.safeParse(body);
  assert.ok(parsed.success, `${what}: ${parsed.error?.message}`);
  assert.deepEqual(parsed.data, body, what);
}
