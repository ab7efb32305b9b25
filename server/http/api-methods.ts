/**
 * The methods of each path of the API: answers OPTIONS with them (RFC 9110 section 9.3.7), and any other method with 405 (section
 * 15.5.6). Used before the routes.
 *
 * Invariant: of two paths that both match, such as `/exports/:exportId` and `/exports/:exportId.webm`, the one with more
 * literal text counts.
 */

import type { RequestHandler } from 'express';
import { VigieError } from '../errors.ts';
import { API_ROUTES } from '../wire/api-routes.ts';

interface KnownPath {
  pattern: RegExp;
  literals: number;
  methods: Set<string>;
}

const byPath = new Map<string, KnownPath>();
for (const name of Object.keys(API_ROUTES)) {
  const [method = '', path = ''] = name.split(' ');
  const known = byPath.get(path) ?? knownPath(path);
  byPath.set(path, known);
  known.methods.add(method);
  // Express answers it with the head of GET.
  if (method === 'GET') known.methods.add('HEAD');
}
const PATHS = [...byPath.values()].toSorted((a, b) => b.literals - a.literals);

export const apiMethods: RequestHandler = (request, response, next) => {
  const path = request.baseUrl + request.path;
  const methods = PATHS.find(({ pattern }) => pattern.test(path))?.methods;
  if (!methods || methods.has(request.method)) return next();
  response.setHeader('Allow', [...methods, 'OPTIONS'].toSorted().join(', '));
  if (request.method === 'OPTIONS') return void response.status(204).end();
  throw new VigieError('methodNotAllowed', `there is no ${request.method} at ${path}`);
};

/** Express's matching: not case-sensitive, with or without a slash at the end. */
function knownPath(path: string): KnownPath {
  const source = path.replaceAll('.', String.raw`\.`).replaceAll(/:\w+/g, '[^/]+');
  const literals = path.replaceAll(/:\w+/g, '').length;
  return { pattern: new RegExp(`^${source}/?$`, 'i'), literals, methods: new Set() };
}
