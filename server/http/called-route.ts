/**
 * The route of the API that a request calls, known before express has found it: guards that stand in front of several routes
 * ask too.
 */

import type { Request } from 'express';
import { API_ROUTES, type ApiRouteName } from '../wire/api-routes.ts';

const PATTERNS = (Object.keys(API_ROUTES) as ApiRouteName[]).map((name) => {
  const [method = '', path = ''] = name.split(' ');
  const pattern = path.replaceAll('.', String.raw`\.`).replaceAll(/:\w+/g, '[^/]+?');
  // As express has it: in any case, with a slash at the end or without.
  return { name, method, path: new RegExp(`^${pattern}/?$`, 'i') };
});

/** @returns undefined for what is not of the API */
export function calledRoute({
  method: asked,
  originalUrl,
}: Pick<Request, 'method' | 'originalUrl'>): ApiRouteName | undefined {
  const path = originalUrl.split('?')[0] ?? '';
  const method = asked === 'HEAD' ? 'GET' : asked;
  return PATTERNS.find((each) => each.method === method && each.path.test(path))?.name;
}
