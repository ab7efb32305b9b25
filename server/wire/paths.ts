/**
 * Paths of the web app's pages: the app's router reads and writes them, and the links of webhooks and notifications
 * open them. The browser uses them at run time, so this file does not import zod.
 *
 * Invariant: links that were sent long ago still work, so a path may be added and none may change.
 */

export const PAGE_PATHS = {
  cameras: '/',
  camera: '/camera/:cameraId',
  motion: '/camera/:cameraId/motion',
  setup: '/camera/:cameraId/setup',
  cameraEvents: '/camera/:cameraId/events',
  recordings: '/camera/:cameraId/recordings',
  /** At a time, ms since the Unix epoch. */
  recordingsAt: '/camera/:cameraId/recordings/:atMs',
  lookBack: '/recordings',
  events: '/events',
  users: '/users',
  keys: '/keys',
  firmware: '/firmware',
  webhooks: '/webhooks',
  audit: '/audit',
  api: '/api-reference',
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

/** @param params are percent-encoded here */
export function fillPath<P extends string>(
  path: P,
  params: Readonly<Record<PathParams<P>, string | number>>,
): string {
  return fillAnyPath(path, params);
}

/** Like fillPath, for paths of the API, whose parameters have the types of their schemas. */
export function fillAnyPath(path: string, values: Readonly<Record<string, string | number>>): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}
