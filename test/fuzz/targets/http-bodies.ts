/** Bodies and queries of the HTTP API, by the schemas of the routes. */

import type { z } from 'zod';
import { parseRequest } from '../../../server/http/parse-request.ts';
import { VigieError } from '../../../server/errors.ts';
import { DEFAULT_MOTION } from '../../../server/events/motion-watch.ts';
import { DEFAULT_RECORDING } from '../../../server/recording/default-recording.ts';
import type { ApiRoute } from '../../../server/wire/api-route.ts';
import {
  API_ROUTES,
  type ApiBody,
  type ApiQuery,
  type ApiRouteName,
} from '../../../server/wire/api-routes.ts';
import { mutatedJson } from '../arbitraries.ts';
import { fuzzCase, throwsOnly, type FuzzTarget } from '../target.ts';
import { rightsTo } from '../../support/rights.ts';

/** Express refuses longer bodies; an answer only names the problems. */
const MAX_REASON_CHARACTERS = 256 * 1024;
const MAX_ANSWER_SHARE = 8;

const zone = {
  id: 'z1',
  name: 'Path',
  points: [
    [0, 0],
    [1, 0],
    [1, 1],
  ],
};
const webhook = {
  name: 'Home',
  url: 'https://example.org/hook',
  cameraIds: [],
  kinds: ['detection'],
  labels: ['person'],
  moment: 'both',
  enabled: false,
};
const audit = { userId: 'user_1', cameraId: 'cam_1', kind: 'viewing', from: '0', to: '1' };
const events = { limit: '20', from: '0', to: '1', order: 'oldest', kind: 'detection', label: 'person' };

const OFF_HOURS = { days: [1, 2], from: '08:00', to: '17:00' };

/** One for every route with a body: a new one without an example does not compile. */
const BODIES: {
  readonly [N in ApiRouteName as ApiBody<N> extends undefined ? never : N]: object;
} = {
  'POST /api/auth/login': { username: 'admin', password: 'password' },
  'POST /api/auth/password': { currentPassword: 'a', newPassword: 'password' },
  'POST /api/users': { username: 'a', password: 'password', role: 'viewer', cameras: rightsTo(['cam_1']) },
  'PATCH /api/users/:userId': { password: 'password', role: 'viewer', cameras: [] },
  'PUT /api/users/:userId/cameras': { cameras: rightsTo(['cam_1', 'cam_2']) },
  'POST /api/keys': {
    name: 'Hall',
    everyCamera: ['live'],
    cameras: rightsTo(['cam_1']),
    powers: ['metrics'],
    expiresAtMs: 1,
  },
  'POST /api/backup': { password: 'password' },
  'POST /api/backup/uploads/:uploadId/contents': { password: 'password' },
  'POST /api/backup/uploads/:uploadId/restore': { currentPassword: 'password' },
  'POST /api/cameras': { name: 'Door' },
  'PATCH /api/cameras/:cameraId': { name: 'Door' },
  'POST /api/cameras/:cameraId/settings': { frameSize: 'VGA', jpegQuality: 12, flash: 0, vFlip: true },
  'PUT /api/site/time-zone': { timeZone: 'Europe/Paris', unlessChosen: true },
  'POST /api/pairing': { code: 'K7QF-3MZP', board: 'AI-Thinker', firmware: '1.2.3' },
  'PUT /api/cameras/:cameraId/recording': {
    ...DEFAULT_RECORDING,
    schedule: [{ days: [0, 6], from: '08:30', to: '24:00' }],
  },
  'PATCH /api/cameras/:cameraId/recordings/:recordingId': { protected: true },
  'PUT /api/recording/retention': { keepDays: 30 },
  'PUT /api/switch': { off: true },
  'PUT /api/switch/hours': { offHours: [OFF_HOURS] },
  'PUT /api/cameras/:cameraId/switch': { off: false },
  'PUT /api/edges/:edge': { dropped: true },
  'PUT /api/cameras/:cameraId/switch/hours': { offHours: [OFF_HOURS] },
  'POST /api/cameras/:cameraId/exports': { fromMs: 0, toMs: 1 },
  'POST /api/cameras/:cameraId/events': { kind: 'motion', source: 'PIR' },
  'POST /api/cameras/:cameraId/detections': {
    capturedAtMs: 1,
    boxes: [{ label: 'person', score: 0.9, x: 0.1, y: 0.2, width: 0.1, height: 0.3 }],
  },
  'POST /api/cameras/:cameraId/sensors': { name: 'PIR' },
  'PUT /api/cameras/:cameraId/motion': { ...DEFAULT_MOTION, zones: [zone], masks: [] },
  'POST /api/webhooks': webhook,
  'PUT /api/webhooks/:webhookId': webhook,
  'PUT /api/notifications': {
    kinds: ['detection'],
    cameraIds: [],
    detections: [
      { label: 'person', cameraIds: ['cam_1'], hours: [{ days: [0], from: '22:00', to: '24:00' }] },
    ],
    quiet: [{ days: [0], from: '22:00', to: '24:00' }],
    pauseSeconds: 60,
  },
  'POST /api/notifications/devices': {
    endpoint: 'https://example.org/push',
    keys: { p256dh: `BA${'A'.repeat(85)}`, auth: 'A'.repeat(22) },
  },
  'PUT /api/audit/settings': { days: 90 },
  'POST /api/cameras/:cameraId/update': { imageId: 'img_1', allowOlder: true },
};
const QUERIES: { readonly [N in ApiRouteName as ApiQuery<N> extends undefined ? never : N]: object } = {
  'GET /api/recording/retention/losses': { days: '30' },
  'DELETE /api/cameras/:cameraId': { recordings: 'deleted' },
  'GET /api/cameras/:cameraId/snapshot.jpg': { width: '320' },
  'GET /api/cameras/:cameraId/events/:eventId/thumbnail.jpg': { version: '2' },
  'GET /api/cameras/:cameraId/mjpeg': { fps: '5' },
  'GET /api/cameras/:cameraId/recordings/:recordingId.webm': { bytes: '4096' },
  'GET /api/cameras/:cameraId/timeline': { from: '0', to: '1' },
  'GET /api/cameras/:cameraId/export.webm': { from: '0', to: '1' },
  'GET /api/events': events,
  'GET /api/audit': { ...audit, limit: '20', before: 'aud_1' },
  'GET /api/audit/export.csv': audit,
  'GET /api/audit/export.jsonl': audit,
  'GET /api/cameras/:cameraId/events': events,
};

function casesOf(part: 'body' | 'query', examples: Readonly<Record<string, object>>) {
  return Object.entries(examples).map(([name, example]) => {
    const schema: z.ZodType | undefined = (API_ROUTES as Record<string, ApiRoute>)[name]?.[part];
    if (!schema?.safeParse(example).success) throw new Error(`the example is no ${part} of ${name}`);
    const fact = `anything is a ${part} of ${name} or is refused by name`;
    return fuzzCase(fact, mutatedJson(example), (text) => {
      throwsOnly(
        (error) =>
          error instanceof VigieError &&
          error.code === 'badRequest' &&
          error.message.length <= Math.min(MAX_REASON_CHARACTERS, 1_000 + MAX_ANSWER_SHARE * text.length),
        () => parseRequest(schema, jsonOf(text)),
      );
    });
  });
}

export const httpBodies: FuzzTarget = {
  name: 'http-bodies',
  cases: [...casesOf('body', BODIES), ...casesOf('query', QUERIES)],
};

/** Malformed JSON never reaches a schema. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
