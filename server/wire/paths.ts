/**
 * The pages of the web app by their paths: what the app's router reads and writes, and what the links of webhooks and
 * notifications open. The browser needs them at run time, so zod stays out of here.
 *
 * Invariant: links that were sent long ago still open, so a path may be added and none may change.
 */

export const PAGE_PATHS = {
  cameras: '/',
  camera: '/camera/:cameraId',
  motion: '/camera/:cameraId/motion',
  cameraEvents: '/camera/:cameraId/events',
  recordings: '/camera/:cameraId/recordings',
  /** At a moment, ms since the Unix epoch. */
  recordingsAt: '/camera/:cameraId/recordings/:atMs',
  lookBack: '/recordings',
  events: '/events',
  users: '/users',
  firmware: '/firmware',
  webhooks: '/webhooks',
  notifications: '/notifications',
  connection: '/connection',
  secure: '/secure',
} as const;

/** The names in a path: `cameraId` of `/camera/:cameraId/motion`. */
type PathParams<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathParams<Rest>
  : P extends `${string}:${infer Name}`
    ? Name
    : never;

/** @param params percent-encoded here */
export function fillPath<P extends string>(
  path: P,
  params: Readonly<Record<PathParams<P>, string | number>>,
): string {
  return fillAnyPath(path, params);
}

/** As fillPath, for the paths of the API, whose parameters have the types of their schemas. */
export function fillAnyPath(path: string, values: Readonly<Record<string, string | number>>): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}
