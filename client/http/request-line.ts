/**
 * The method and the URL of a call, from the name of its route. Only types are imported from the table: zod stays out of the
 * browser.
 */

import type { ApiRouteName, ApiTarget, MediaRouteName } from '../../server/wire/api-routes.ts';
import { BASE_PATH } from './base-path.ts';
import { fillAnyPath } from '../../server/wire/paths.ts';

export interface RequestLine {
  method: string;
  /** With its query, without a host. */
  path: string;
}

/** The last argument, optional if all of its parts are. */
export type Optional<T> = Record<string, never> extends T ? [T?] : [T];

/** The parts of the URL of any route. */
export interface AnyTarget {
  params?: Readonly<Record<string, string>>;
  query?: object;
}

export function requestLine<N extends ApiRouteName>(
  name: N,
  ...[target]: Optional<ApiTarget<N>>
): RequestLine {
  return lineOf(name, target as AnyTarget | undefined);
}

/** For `<img>` and `<video>`, which show the media cookie. */
export function mediaPath<N extends MediaRouteName>(name: N, ...[target]: Optional<ApiTarget<N>>): string {
  return BASE_PATH + lineOf(name, target as AnyTarget | undefined).path;
}

/** Like requestLine, if the types are already checked. */
export function lineOf(name: ApiRouteName, { params = {}, query = {} }: AnyTarget = {}): RequestLine {
  const [method = '', pattern = ''] = name.split(' ');
  const path = fillAnyPath(pattern, params);
  const text = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]));
  return { method, path: text.size === 0 ? path : `${path}?${text.toString()}` };
}
