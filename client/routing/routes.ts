/** The pages and their URLs, both ways. Pure: what the history API has to do with it is in navigation.ts. */

export type Route =
  | { page: 'cameras' }
  | { page: 'camera'; cameraId: string }
  /** @property atMs the moment to show, ms since the Unix epoch */
  | { page: 'recordings'; cameraId: string; atMs?: number }
  | { page: 'motion'; cameraId: string }
  /** Several cameras looked back at together. */
  | { page: 'lookBack' }
  /** Events of one camera, or of all. */
  | { page: 'events'; cameraId?: string }
  | { page: 'users' }
  | { page: 'firmware' }
  | { page: 'webhooks' }
  | { page: 'notifications' }
  | { page: 'connection' }
  | { page: 'secure' }
  | { page: 'unknown' };

/** One that has a path. */
export type Reachable = Exclude<Route, { page: 'unknown' }>;

/** @param pathname of a URL, still percent-encoded; one slash at the end is ignored */
export function parseRoute(pathname: string): Route {
  const path = pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  if (path === '/') return { page: 'cameras' };
  if (path === '/recordings') return { page: 'lookBack' };
  if (path === '/events') return { page: 'events' };
  if (path === '/users') return { page: 'users' };
  if (path === '/webhooks') return { page: 'webhooks' };
  if (path === '/firmware') return { page: 'firmware' };
  if (path === '/notifications') return { page: 'notifications' };
  if (path === '/connection') return { page: 'connection' };
  if (path === '/secure') return { page: 'secure' };
  const [, encodedId, rest, at] =
    /^\/camera\/([^/]+)(\/motion|\/events|\/recordings(?:\/(\d{1,15}))?)?$/.exec(path) ?? [];
  if (encodedId !== undefined) {
    try {
      const cameraId = decodeURIComponent(encodedId);
      if (rest === '/motion') return { page: 'motion', cameraId };
      if (rest === '/events') return { page: 'events', cameraId };
      if (rest === undefined) return { page: 'camera', cameraId };
      return { page: 'recordings', cameraId, ...(at !== undefined && { atMs: Number(at) }) };
    } catch {
      return { page: 'unknown' };
    }
  }
  return { page: 'unknown' };
}

export function routePath(route: Reachable): string {
  switch (route.page) {
    case 'cameras':
      return '/';
    case 'motion':
      return `/camera/${encodeURIComponent(route.cameraId)}/motion`;
    case 'lookBack':
      return '/recordings';
    case 'events':
      return route.cameraId === undefined
        ? '/events'
        : `/camera/${encodeURIComponent(route.cameraId)}/events`;
    case 'users':
      return '/users';
    case 'webhooks':
      return '/webhooks';
    case 'firmware':
      return '/firmware';
    case 'notifications':
      return '/notifications';
    case 'connection':
      return '/connection';
    case 'secure':
      return '/secure';
    case 'camera':
      return `/camera/${encodeURIComponent(route.cameraId)}`;
    case 'recordings':
      return `/camera/${encodeURIComponent(route.cameraId)}/recordings${route.atMs === undefined ? '' : `/${Math.round(route.atMs)}`}`;
    default:
      return route satisfies never;
  }
}
