/**
 * Who may call each route of the API and each method of signaling, in one table. The handlers' guards enforce it;
 * test/http/authorization.test.ts calls every route in every role and with every right to hold the two together, and a
 * route or method without an entry does not compile.
 */

import type { ApiRouteName } from './api-routes.ts';
import type { Right } from './rights.ts';
import type { SignalingMethod } from './signaling.ts';

/**
 * - `public`: no token needed
 * - `sensor`: the token of a sensor of this camera
 * - `analyser`: an API key with the right `analyse` to this camera
 * - `signedIn`: any user; a list contains only objects that the caller has a right to
 * - `administrator`
 * - a right: users with that right to the camera of the path or request, and administrators
 */
export type Authorization =
  'public' | 'sensor' | 'analyser' | 'signedIn' | 'administrator' | { readonly right: Right };

const LIVE = { right: 'live' } as const;
const LOOK_BACK = { right: 'lookBack' } as const;
const EVENTS = { right: 'events' } as const;
const CONTROL = { right: 'control' } as const;

export const ROUTE_AUTHORIZATION = {
  // Accounts
  'POST /api/auth/login': 'public',
  'POST /api/auth/refresh': 'public',
  'POST /api/auth/logout': 'public',
  'POST /api/auth/password': 'signedIn',
  'GET /api/users': 'administrator',
  'POST /api/users': 'administrator',
  'PATCH /api/users/:userId': 'administrator',
  'PUT /api/users/:userId/cameras': 'administrator',
  'DELETE /api/users/:userId': 'administrator',
  'GET /api/notices': 'administrator',
  'DELETE /api/notices/:notice': 'administrator',

  // API keys
  'GET /api/keys': 'signedIn',
  'POST /api/keys': 'signedIn',
  'DELETE /api/keys/:keyId': 'signedIn',

  // Cameras
  'GET /api/cameras': 'signedIn',
  'POST /api/cameras': 'administrator',
  'PATCH /api/cameras/:cameraId': 'administrator',
  'DELETE /api/cameras/:cameraId': 'administrator',
  'GET /api/cameras/:cameraId/losses': 'administrator',
  'POST /api/cameras/:cameraId/key': 'administrator',
  'GET /api/cameras/:cameraId/settings': CONTROL,
  'POST /api/cameras/:cameraId/settings': CONTROL,
  'POST /api/cameras/:cameraId/reboot': CONTROL,
  'GET /api/cameras/:cameraId/status': LIVE,
  'POST /api/cameras/:cameraId/pairing-code': 'administrator',
  'POST /api/pairing': 'public',

  // The privacy switch
  'GET /api/switch': 'administrator',
  'PUT /api/switch': 'administrator',
  'PUT /api/switch/hours': 'administrator',
  'GET /api/cameras/:cameraId/switch': CONTROL,
  'PUT /api/cameras/:cameraId/switch': CONTROL,
  'PUT /api/cameras/:cameraId/switch/hours': 'administrator',

  // Pictures
  'GET /api/cameras/:cameraId/snapshot.jpg': LIVE,
  'GET /api/cameras/:cameraId/mjpeg': LIVE,

  // WHEP
  'POST /api/cameras/:cameraId/whep': LIVE,
  'PATCH /api/cameras/:cameraId/whep/:sessionId': LIVE,
  'DELETE /api/cameras/:cameraId/whep/:sessionId': LIVE,

  // Recordings
  'GET /api/recording': 'administrator',
  'GET /api/recording/retention': 'administrator',
  'PUT /api/recording/retention': 'administrator',
  'GET /api/recording/retention/losses': 'administrator',
  'GET /api/cameras/:cameraId/recording': 'administrator',
  'PUT /api/cameras/:cameraId/recording': 'administrator',
  'GET /api/cameras/:cameraId/timeline': LOOK_BACK,
  'GET /api/cameras/:cameraId/recordings/:recordingId.webm': LOOK_BACK,
  'PATCH /api/cameras/:cameraId/recordings/:recordingId': 'administrator',
  'DELETE /api/cameras/:cameraId/recordings/:recordingId': 'administrator',
  'GET /api/removed-cameras': 'signedIn',
  'GET /api/removed-cameras/:cameraId': 'administrator',
  'DELETE /api/removed-cameras/:cameraId': 'administrator',
  'GET /api/exports': 'signedIn',
  'POST /api/cameras/:cameraId/exports': LOOK_BACK,
  'GET /api/cameras/:cameraId/exports/:exportId.webm': LOOK_BACK,
  'GET /api/cameras/:cameraId/exports/:exportId': LOOK_BACK,
  'DELETE /api/cameras/:cameraId/exports/:exportId': LOOK_BACK,
  'GET /api/cameras/:cameraId/export.webm': LOOK_BACK,

  // Events
  'GET /api/events': 'signedIn',
  'GET /api/cameras/:cameraId/events': EVENTS,
  'POST /api/cameras/:cameraId/events': 'sensor',
  'POST /api/cameras/:cameraId/detections': 'analyser',
  'GET /api/detection-labels': 'signedIn',
  'GET /api/cameras/:cameraId/events/:eventId/thumbnail.jpg': EVENTS,
  // A redirect to the export, which needs `lookBack`.
  'GET /api/cameras/:cameraId/events/:eventId/clip.webm': EVENTS,
  'GET /api/cameras/:cameraId/sensors': 'administrator',
  'POST /api/cameras/:cameraId/sensors': 'administrator',
  'DELETE /api/cameras/:cameraId/sensors/:sensorId': 'administrator',
  'GET /api/cameras/:cameraId/motion': 'administrator',
  'PUT /api/cameras/:cameraId/motion': 'administrator',

  // Outbound messages
  'GET /api/webhooks': 'administrator',
  'POST /api/webhooks': 'administrator',
  'PUT /api/webhooks/:webhookId': 'administrator',
  'DELETE /api/webhooks/:webhookId': 'administrator',
  'POST /api/webhooks/:webhookId/secret': 'administrator',
  'POST /api/webhooks/:webhookId/test': 'administrator',
  'GET /api/webhooks/:webhookId/deliveries': 'administrator',
  'POST /api/webhooks/:webhookId/deliveries/:deliveryId/again': 'administrator',
  'GET /api/notifications': 'signedIn',
  'PUT /api/notifications': 'signedIn',
  'POST /api/notifications/devices': 'signedIn',
  'DELETE /api/notifications/devices/:deviceId': 'signedIn',
  'POST /api/notifications/test': 'signedIn',

  // Firmware
  'GET /api/firmware': 'administrator',
  'POST /api/firmware': 'administrator',
  'DELETE /api/firmware/:imageId': 'administrator',
  'GET /api/firmware/cameras': 'administrator',
  'GET /api/cameras/:cameraId/update': 'administrator',
  'POST /api/cameras/:cameraId/update': 'administrator',
  'DELETE /api/cameras/:cameraId/update': 'administrator',

  // Audit log
  'GET /api/audit': 'administrator',
  'GET /api/audit/export.csv': 'administrator',
  'GET /api/audit/export.jsonl': 'administrator',
  'GET /api/audit/settings': 'administrator',
  'PUT /api/audit/settings': 'administrator',

  // The server itself
  'GET /api/health': 'public',
  'GET /api/local-authority': 'public',
  'GET /api/openapi.json': 'public',
  'GET /api/status': 'administrator',
  'GET /api/site/time-zone': 'signedIn',
  'PUT /api/site/time-zone': 'administrator',
  'GET /api/site/clock': 'administrator',
  'GET /api/edges': 'administrator',
  'PUT /api/edges/:edge': 'administrator',
  'POST /api/backup': 'administrator',
  'POST /api/backup/uploads': 'administrator',
  'POST /api/backup/uploads/:uploadId/contents': 'administrator',
  'POST /api/backup/uploads/:uploadId/restore': 'administrator',
  'GET /api/connection': 'signedIn',
  'GET /api/connection/addresses': 'administrator',
} as const satisfies Readonly<Record<ApiRouteName, Authorization>>;

/** A consumer or watch belongs to one camera, whose right its methods need; it closes with that right. */
export const SIGNALING_AUTHORIZATION = {
  authenticate: 'public',
  getRouterRtpCapabilities: 'signedIn',
  createWebRtcTransport: 'signedIn',
  connectWebRtcTransport: 'signedIn',
  addIceCandidates: 'signedIn',
  closeWebRtcTransport: 'signedIn',
  getIceServers: 'signedIn',
  restartIce: 'signedIn',
  consume: LIVE,
  pauseConsumer: 'signedIn',
  resumeConsumer: LIVE,
  closeConsumer: 'signedIn',
  setView: 'signedIn',
  setQuality: 'signedIn',
  setFrameTimings: 'signedIn',
  // Without the right `events` as well, nothing is sent.
  setDetections: LIVE,
  watchFrames: LIVE,
  stopFrames: 'signedIn',
  setWatched: 'signedIn',
  getTime: 'signedIn',
} as const satisfies Readonly<Record<SignalingMethod, Authorization>>;
