/**
 * Which routes an API key opens, in addition to the right that authorization.ts demands. A route that is not listed here takes
 * a key as `Authorization: Bearer`.
 *
 * - `never`: only people who are signed in
 * - `administer`: only a key that administers
 * - `basic`: also HTTP Basic, with any user name and the key as the password, for programs that offer nothing else
 *
 * Invariant: routes with Basic only read, and create nothing on the server except a stream that is watched. A browser that
 * has asked for a key sends it by itself from then on, over plain http also for pages of other sites; WHEP refuses
 * those by their Origin.
 */

import type { ApiRouteName } from './api-routes.ts';

export type KeyAccess = 'never' | 'administer' | 'basic' | 'bearer';

const LISTED: Readonly<Partial<Record<ApiRouteName, KeyAccess>>> = {
  'POST /api/auth/login': 'never',
  'POST /api/auth/refresh': 'never',
  'POST /api/auth/logout': 'never',
  'POST /api/auth/password': 'never',
  'GET /api/notifications': 'never',
  'PUT /api/notifications': 'never',
  'POST /api/notifications/devices': 'never',
  'DELETE /api/notifications/devices/:deviceId': 'never',
  'POST /api/notifications/test': 'never',
  // It contains the secret that signs tokens.
  'POST /api/backup': 'never',
  // It asks for the signed-in user's password.
  'POST /api/backup/uploads/:uploadId/restore': 'never',

  'GET /api/keys': 'administer',
  'POST /api/keys': 'administer',
  'DELETE /api/keys/:keyId': 'administer',

  'GET /api/cameras/:cameraId/snapshot.jpg': 'basic',
  'GET /api/cameras/:cameraId/mjpeg': 'basic',
  'POST /api/cameras/:cameraId/whep': 'basic',
  'PATCH /api/cameras/:cameraId/whep/:sessionId': 'basic',
  'DELETE /api/cameras/:cameraId/whep/:sessionId': 'basic',
  'GET /api/cameras/:cameraId/recordings/:recordingId.webm': 'basic',
  'GET /api/cameras/:cameraId/exports/:exportId.webm': 'basic',
  'GET /api/cameras/:cameraId/events/:eventId/thumbnail.jpg': 'basic',
};

export function keyAccessOf(route: ApiRouteName): KeyAccess {
  return LISTED[route] ?? 'bearer';
}
