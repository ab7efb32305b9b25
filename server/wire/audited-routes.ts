/**
 * The audit entries of each route and signaling method, or why there is none. One table, so that a new one
 * cannot be forgotten: it does not compile without an entry, and a test compares the table with the routes of the app.
 * The log writes by it in one place (server/audit/audit-calls.ts); handlers write nothing themselves.
 *
 * Invariant: an entry takes its values from the fields named here and from no other part of a request, so secrets
 * cannot get in.
 */

import type { ApiRouteName } from './api-routes.ts';
import type { AuditAction } from './audit-actions.ts';
import type { SignalingMethod } from './signaling.ts';

export interface Written {
  readonly action: AuditAction;
  /** Written from the beginning of the answer to its end. */
  readonly lasts?: true;
  /** Written only if the caller is known: anybody may send the request, and without a caller it has no effect. */
  readonly ofUser?: true;
  /** The action that is written when the call is refused; if missing, a refusal is not written. */
  readonly refusedAs?: AuditAction;
  /** Fields of the body or the query whose values are written. */
  readonly values?: readonly string[];
  /** Fields of the answer whose values are written. */
  readonly answered?: readonly string[];
  /** A field of the answer: the id of the camera. */
  readonly camera?: string;
  /** A field of the body that marks requests sent by a page itself: these are not written. */
  readonly unless?: string;
  /** The names of the body's fields are written, not their values. */
  readonly names?: true;
}

export type AuditRule =
  | Written
  /** Streams of signaling and WHEP: written from the beginning of the stream to its end (core/viewer-allowance.ts). */
  | { readonly stream: AuditAction }
  | { readonly none: string };

const CAMERA_SETTINGS =
  'frameSize jpegQuality maxFps flash hMirror vFlip brightness contrast exposure whiteBalance adaptToConnection largePictures pictureIntervalMs'.split(
    ' ',
  );
const READS = { none: 'reads settings or lists, no pictures' } as const;
const OWN = { none: 'concerns only the notifications of the user who asks' } as const;
const SERVER = { none: 'reads figures of the server' } as const;

export const AUDITED_ROUTES: Readonly<Record<ApiRouteName, AuditRule>> = {
  'POST /api/auth/login': { action: 'signedIn', refusedAs: 'signInRefused' },
  'POST /api/auth/refresh': { none: 'continues a session whose beginning is written' },
  'POST /api/auth/logout': { action: 'signedOut', ofUser: true },
  'POST /api/auth/password': { action: 'passwordChanged', refusedAs: 'passwordChanged' },
  'GET /api/users': READS,
  'POST /api/users': { action: 'userAdded', values: ['username', 'role', 'cameras'] },
  'PATCH /api/users/:userId': { action: 'userChanged', names: true, values: ['role', 'cameras'] },
  'PUT /api/users/:userId/cameras': { action: 'userChanged', values: ['cameras'] },
  'DELETE /api/users/:userId': { action: 'userRemoved' },
  'GET /api/keys': READS,
  'POST /api/keys': {
    action: 'apiKeyMade',
    values: ['name', 'everyCamera', 'cameras', 'powers', 'expiresAtMs'],
  },
  'DELETE /api/keys/:keyId': { action: 'apiKeyRevoked' },
  'GET /api/notices': READS,
  'DELETE /api/notices/:notice': { none: 'hides a text' },

  'GET /api/cameras': READS,
  'POST /api/cameras': { action: 'cameraAdded', values: ['name'], camera: 'id' },
  'PATCH /api/cameras/:cameraId': { action: 'cameraRenamed', values: ['name'] },
  'DELETE /api/cameras/:cameraId': { action: 'cameraRemoved', values: ['recordings'] },
  'GET /api/cameras/:cameraId/losses': READS,
  'POST /api/cameras/:cameraId/key': { action: 'cameraKeyRenewed' },
  'GET /api/cameras/:cameraId/settings': READS,
  'POST /api/cameras/:cameraId/settings': {
    action: 'cameraSettingsChanged',
    values: CAMERA_SETTINGS,
  },
  'POST /api/cameras/:cameraId/reboot': { action: 'cameraRestarted' },
  'GET /api/cameras/:cameraId/status': READS,
  'POST /api/cameras/:cameraId/pairing-code': { action: 'pairingCodeMade' },
  'POST /api/pairing': { action: 'cameraPaired', refusedAs: 'pairingRefused', camera: 'cameraId' },

  'GET /api/switch': READS,
  'PUT /api/switch': { action: 'cameraSwitched', values: ['off'] },
  'PUT /api/switch/hours': { action: 'offHoursChanged' },
  'GET /api/cameras/:cameraId/switch': READS,
  'PUT /api/cameras/:cameraId/switch': { action: 'cameraSwitched', values: ['off'] },
  'PUT /api/cameras/:cameraId/switch/hours': { action: 'offHoursChanged' },

  'GET /api/cameras/:cameraId/snapshot.jpg': { action: 'watched' },
  'GET /api/cameras/:cameraId/mjpeg': { action: 'watched', lasts: true },
  'POST /api/cameras/:cameraId/whep': { stream: 'watched' },
  'PATCH /api/cameras/:cameraId/whep/:sessionId': { none: 'changes the path of a stream, which is written' },
  'DELETE /api/cameras/:cameraId/whep/:sessionId': { none: 'ends a stream, which is written' },

  'GET /api/recording': READS,
  'GET /api/recording/retention': READS,
  'PUT /api/recording/retention': { action: 'recordingSettingsChanged', values: ['keepDays'] },
  'GET /api/recording/retention/losses': READS,
  'GET /api/cameras/:cameraId/recording': READS,
  'PUT /api/cameras/:cameraId/recording': {
    action: 'recordingSettingsChanged',
    values: ['mode', 'preRollSeconds', 'postRollSeconds'],
    names: true,
  },
  'GET /api/cameras/:cameraId/timeline': {
    none: 'lists when there are recordings; the recordings are written',
  },
  'GET /api/cameras/:cameraId/recordings/:recordingId.webm': { action: 'lookedBack' },
  'PATCH /api/cameras/:cameraId/recordings/:recordingId': {
    action: 'recordingProtectionChanged',
    values: ['protected'],
  },
  'DELETE /api/cameras/:cameraId/recordings/:recordingId': { action: 'recordingDeleted' },
  'GET /api/removed-cameras': READS,
  'GET /api/removed-cameras/:cameraId': READS,
  'DELETE /api/removed-cameras/:cameraId': { action: 'removedCameraDeleted' },
  'GET /api/exports': { none: 'lists exports, which are written' },
  'POST /api/cameras/:cameraId/exports': { action: 'downloaded', values: ['fromMs', 'toMs'] },
  'GET /api/cameras/:cameraId/exports/:exportId.webm': { none: 'sends an export, which is written' },
  'GET /api/cameras/:cameraId/exports/:exportId': { none: 'reads how far an export is, which is written' },
  'DELETE /api/cameras/:cameraId/exports/:exportId': {
    none: 'removes a copy of recordings, not the recordings',
  },
  'GET /api/cameras/:cameraId/export.webm': { action: 'downloaded', values: ['from', 'to'] },

  'GET /api/events': { none: 'lists events in words; their pictures are written' },
  'GET /api/cameras/:cameraId/events': { none: 'lists events in words; their pictures are written' },
  'POST /api/cameras/:cameraId/events': { none: 'is the report of a sensor, which the events keep' },
  'POST /api/cameras/:cameraId/detections': { none: 'is the report of an analyser, which the events keep' },
  'GET /api/detection-labels': READS,
  'GET /api/cameras/:cameraId/events/:eventId/thumbnail.jpg': { action: 'sawEventPictures' },
  'GET /api/cameras/:cameraId/events/:eventId/clip.webm': {
    none: 'leads to the export, which is written',
  },
  'GET /api/cameras/:cameraId/sensors': READS,
  'POST /api/cameras/:cameraId/sensors': { action: 'sensorAdded', values: ['name'] },
  'DELETE /api/cameras/:cameraId/sensors/:sensorId': { action: 'sensorRemoved' },
  'GET /api/cameras/:cameraId/motion': READS,
  'PUT /api/cameras/:cameraId/motion': { action: 'motionSettingsChanged', names: true },

  'GET /api/webhooks': READS,
  'POST /api/webhooks': { action: 'webhookAdded', values: ['name'] },
  'PUT /api/webhooks/:webhookId': { action: 'webhookChanged', values: ['name', 'enabled'] },
  'DELETE /api/webhooks/:webhookId': { action: 'webhookRemoved' },
  'POST /api/webhooks/:webhookId/secret': { action: 'webhookSecretRenewed' },
  'POST /api/webhooks/:webhookId/test': { none: 'sends a test message without contents' },
  'GET /api/webhooks/:webhookId/deliveries': READS,
  'POST /api/webhooks/:webhookId/deliveries/:deliveryId/again': {
    none: 'sends a message again that was meant for this receiver',
  },
  'GET /api/notifications': OWN,
  'PUT /api/notifications': OWN,
  'POST /api/notifications/devices': OWN,
  'DELETE /api/notifications/devices/:deviceId': OWN,
  'POST /api/notifications/test': OWN,

  'GET /api/firmware': READS,
  'POST /api/firmware': { action: 'firmwareUploaded', answered: ['version', 'target'] },
  'DELETE /api/firmware/:imageId': { action: 'firmwareDeleted' },
  'GET /api/firmware/cameras': READS,
  'GET /api/cameras/:cameraId/update': READS,
  'POST /api/cameras/:cameraId/update': { action: 'updateStarted', values: ['imageId'] },
  'DELETE /api/cameras/:cameraId/update': { action: 'updateCancelled' },

  'GET /api/health': SERVER,
  'GET /api/local-authority': SERVER,
  'GET /api/openapi.json': { none: 'reads what is in the source, too' },
  'GET /api/status': SERVER,
  'GET /api/site/time-zone': READS,
  'PUT /api/site/time-zone': { action: 'timeZoneChanged', values: ['timeZone'], unless: 'unlessChosen' },
  'GET /api/site/clock': READS,
  'GET /api/edges': READS,
  'PUT /api/edges/:edge': { action: 'edgeDropped', values: ['dropped'] },
  'POST /api/backup': { action: 'backupDownloaded' },
  'POST /api/backup/uploads': { none: 'holds a file for a restore, which is written' },
  'POST /api/backup/uploads/:uploadId/contents': { none: 'checks a file for a restore, which is written' },
  'POST /api/backup/uploads/:uploadId/restore': { action: 'backupRestored', refusedAs: 'backupRestored' },
  'GET /api/connection': SERVER,
  'GET /api/connection/addresses': SERVER,

  'GET /api/audit': { none: 'reads the log itself; taking it away is written' },
  'GET /api/audit/export.csv': { action: 'auditExported' },
  'GET /api/audit/export.jsonl': { action: 'auditExported' },
  'GET /api/audit/settings': READS,
  'PUT /api/audit/settings': { action: 'auditSettingsChanged', values: ['days'] },
};

const NEGOTIATES = { none: 'negotiates a connection; the pictures sent over it are written' } as const;

export const AUDITED_METHODS: Readonly<Record<SignalingMethod, AuditRule>> = {
  authenticate: { none: 'continues a session whose beginning is written' },
  getRouterRtpCapabilities: NEGOTIATES,
  createWebRtcTransport: NEGOTIATES,
  connectWebRtcTransport: NEGOTIATES,
  addIceCandidates: NEGOTIATES,
  closeWebRtcTransport: NEGOTIATES,
  getIceServers: NEGOTIATES,
  restartIce: NEGOTIATES,
  consume: { none: 'sends nothing before resumeConsumer' },
  pauseConsumer: { none: 'ends what resumeConsumer began' },
  resumeConsumer: { stream: 'watched' },
  closeConsumer: { none: 'ends what resumeConsumer began' },
  setView: NEGOTIATES,
  setQuality: NEGOTIATES,
  setFrameTimings: NEGOTIATES,
  setDetections: { none: 'sends boxes over pictures, which are written' },
  watchFrames: { stream: 'watched' },
  stopFrames: { none: 'ends what watchFrames began' },
  setWatched: { stream: 'watched' },
  getTime: { none: 'compares clocks' },
};
