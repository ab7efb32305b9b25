/** The pages and their URLs, both ways. Pure: what the history API has to do with it is in navigation.ts. */

import { fillPath, PAGE_PATHS } from '../../server/wire/paths.ts';
import { BASE_PATH } from '../http/base-path.ts';

export type Route =
  | { page: 'cameras' }
  | { page: 'camera'; cameraId: string }
  /** @property atMs the moment to show, ms since the Unix epoch */
  | { page: 'recordings'; cameraId: string; atMs?: number }
  | { page: 'motion'; cameraId: string }
  | { page: 'setup'; cameraId: string }
  /** Recordings of several cameras together. */
  | { page: 'lookBack' }
  /** Events of one camera, or of all. */
  | { page: 'events'; cameraId?: string }
  | { page: 'users' }
  | { page: 'keys' }
  | { page: 'firmware' }
  | { page: 'webhooks' }
  | { page: 'audit' }
  | { page: 'api' }
  | { page: 'notifications' }
  | { page: 'connection' }
  | { page: 'secure' }
  | { page: 'unknown' };

/** One that has a path. */
export type Reachable = Exclude<Route, { page: 'unknown' }>;

type PathName = keyof typeof PAGE_PATHS;

const PATTERNS = (Object.keys(PAGE_PATHS) as PathName[]).map((name) => ({
  name,
  pattern: new RegExp(`^${PAGE_PATHS[name].replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
}));

/**
 * @param pathname of a URL, still percent-encoded; one slash at the end is ignored
 * @param basePath may stand in front of it, and be left out: the server answers to both
 */
export function parseRoute(pathname: string, basePath = BASE_PATH): Route {
  const isBelow = basePath !== '' && (pathname === basePath || pathname.startsWith(`${basePath}/`));
  const ownPath = isBelow ? pathname.slice(basePath.length) || '/' : pathname;
  const path = ownPath.length > 1 && ownPath.endsWith('/') ? ownPath.slice(0, -1) : ownPath;
  for (const { name, pattern } of PATTERNS) {
    const match = pattern.exec(path);
    if (match) return routeOf(name, match.groups ?? {});
  }
  return { page: 'unknown' };
}

/** @param params still percent-encoded */
function routeOf(name: PathName, { cameraId: encodedId = '', atMs = '' }: Record<string, string>): Route {
  const cameraId = decoded(encodedId);
  if (cameraId === undefined) return { page: 'unknown' };
  if (name === 'cameraEvents') return { page: 'events', cameraId };
  if (name === 'recordingsAt') {
    if (!/^\d{1,15}$/.test(atMs)) return { page: 'unknown' };
    return { page: 'recordings', cameraId, atMs: Number(atMs) };
  }
  if (name === 'camera' || name === 'motion' || name === 'setup' || name === 'recordings')
    return { page: name, cameraId };
  return { page: name };
}

export function routePath(route: Reachable, basePath = BASE_PATH): string {
  const { cameraId = '', atMs = 0 }: { page: string; cameraId?: string; atMs?: number } = route;
  return basePath + fillPath(PAGE_PATHS[pathNameOf(route)], { cameraId, atMs: Math.round(atMs) });
}

function pathNameOf(route: Reachable): PathName {
  if (route.page === 'events' && route.cameraId !== undefined) return 'cameraEvents';
  if (route.page === 'recordings' && route.atMs !== undefined) return 'recordingsAt';
  return route.page;
}

/** @returns undefined for invalid percent-encoding */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
