/**
 * The route of the API that a request calls: the one that serves it, or, before express has found that, the one of its path,
 * because guards in front of several routes need it too.
 *
 * Invariant: it is found in the path that express matches, so that no form of the request line (a whole URL, a `#`) yields
 * another route here than there.
 */

import type { Request } from 'express';
import { API_ROUTES, type ApiRouteName } from '../wire/api-routes.ts';

const PATTERNS = (Object.keys(API_ROUTES) as ApiRouteName[]).map((name) => {
  const [method = '', path = ''] = name.split(' ');
  const pattern = path.replaceAll('.', String.raw`\.`).replaceAll(/:\w+/g, '[^/]+?');
  // As express has it: in any case, with a slash at the end or without.
  return { name, method, path: new RegExp(`^${pattern}/?$`, 'i') };
});

const SERVED = new WeakMap<Request, ApiRouteName>();

/** To be called before the handler of the route. */
export function setServedRoute(request: Request, name: ApiRouteName): void {
  SERVED.set(request, name);
}

/** @returns undefined for a request outside the API */
export function calledRoute(request: Request): ApiRouteName | undefined {
  const served = SERVED.get(request);
  if (served !== undefined) return served;
  const path = request.baseUrl + request.path;
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  return PATTERNS.find((each) => each.method === method && each.path.test(path))?.name;
}
