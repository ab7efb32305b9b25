import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiRoute } from '../../server/wire/api-route.ts';
import { API_ROUTES } from '../../server/wire/api-routes.ts';
import { ACCOUNT_ROUTES } from '../../server/wire/routes/accounts.ts';
import { API_KEY_ROUTES } from '../../server/wire/routes/api-keys.ts';
import { AUDIT_ROUTES } from '../../server/wire/routes/audit.ts';
import { BACKUP_ROUTES } from '../../server/wire/routes/backup.ts';
import { CAMERA_ROUTES } from '../../server/wire/routes/cameras.ts';
import { WHEP_ROUTES } from '../../server/wire/routes/whep.ts';
import { SWITCH_ROUTES } from '../../server/wire/routes/camera-switch.ts';
import { DETECTION_ROUTES } from '../../server/wire/routes/detections.ts';
import { EDGE_ROUTES } from '../../server/wire/routes/edges.ts';
import { EVENT_ROUTES } from '../../server/wire/routes/events.ts';
import { FIRMWARE_ROUTES } from '../../server/wire/routes/firmware.ts';
import { OUTBOUND_ROUTES } from '../../server/wire/routes/outbound.ts';
import { PICTURE_ROUTES } from '../../server/wire/routes/pictures.ts';
import { RECORDING_ROUTES } from '../../server/wire/routes/recording.ts';
import { SERVER_ROUTES } from '../../server/wire/routes/server.ts';
import { assertContract } from '../support/assert-contract.ts';

const routes: [name: string, route: ApiRoute][] = Object.entries(API_ROUTES);

test('no two features have a route of the same name', () => {
  const tables = [
    ACCOUNT_ROUTES,
    API_KEY_ROUTES,
    AUDIT_ROUTES,
    BACKUP_ROUTES,
    CAMERA_ROUTES,
    DETECTION_ROUTES,
    EDGE_ROUTES,
    EVENT_ROUTES,
    FIRMWARE_ROUTES,
    OUTBOUND_ROUTES,
    PICTURE_ROUTES,
    RECORDING_ROUTES,
    SERVER_ROUTES,
    SWITCH_ROUTES,
    WHEP_ROUTES,
  ];
  assert.deepEqual(
    routes.map(([name]) => name).toSorted(),
    tables.flatMap((table) => Object.keys(table)).toSorted(),
  );
});

test('the parameters of a path are those of its schema', () => {
  for (const [name, { params }] of routes) {
    const named = [...name.matchAll(/:(\w+)/g)].map(([, each = '']) => each);
    const example = Object.fromEntries(named.map((each) => [each, 'cam_1']));
    assert.equal(params !== undefined, named.length > 0, name);
    assert.deepEqual(params?.parse(example) ?? {}, example, name);
    for (const each of named) {
      const { [each]: _, ...others } = example;
      assert.equal(params?.safeParse(others).success, false, `${name} without ${each}`);
    }
  }
});

test('a read-only route has no body, and an answer is JSON, of a media type, or empty', () => {
  for (const [name, { body, upload, response, media, summary }] of routes) {
    assert.ok(summary.length > 0 && !summary.endsWith('.'), name);
    assert.ok(!name.startsWith('GET ') || (body === undefined && upload === undefined), name);
    assert.ok(!response || media === undefined, name);
  }
});

/** Routes that create something without an Idempotency-Key, and why they need none. */
const NATURAL: Readonly<Record<string, string>> = {
  'POST /api/cameras/:cameraId/whep': 'what is made ends by itself unless the client connects to it',
  'POST /api/cameras/:cameraId/pairing-code': 'the new code replaces the former one',
  'POST /api/pairing': 'a code can be exchanged once',
  'POST /api/cameras/:cameraId/events': 'from a sensor, which reports the same motion again anyway',
  'POST /api/notifications/devices': 'a device is itself by its address',
  'POST /api/backup/uploads': 'the new upload replaces the former one',
  'POST /api/firmware': 'an image is itself by its content',
};

test('a route that creates something takes an Idempotency-Key, or is known to create it once', () => {
  for (const [name, { keyed, body, response, errors, statuses }] of routes) {
    assert.equal(keyed ?? false, statuses?.[0] === 201 && !(name in NATURAL), name);
    assert.ok(!keyed || (body && response && errors?.includes(409)), name);
  }
});

const liveness = { status: 'never', sinceMs: null, lastFrameAtMs: null, staleAfterMs: 2000 };
const camera = { id: 'cam_1', name: 'Door', kind: 'v1', ...liveness, createdAtMs: 1, rights: ['live'] };
const OK = { method: 'GET', path: '/api/cameras', status: 200, contentType: 'application/json' };
const problem = {
  type: 'urn:vigie:problem:conflict',
  title: 'Conflict',
  status: 409,
  detail: '',
  code: 'conflict',
};
const REFUSED = { contentType: 'application/problem+json', text: JSON.stringify(problem), status: 409 };

test('a valid answer passes', () => {
  assertContract({ ...OK, text: JSON.stringify([camera]) });
  assertContract({ ...OK, ...REFUSED, method: 'DELETE', path: '/api/cameras/cam_1' });
  assertContract({ method: 'POST', path: '/api/auth/logout', status: 204, contentType: '', text: '' });
});

const wrong: [what: string, exchange: Partial<Parameters<typeof assertContract>[0]>][] = [
  ['an extra field, such as a secret', { text: JSON.stringify([{ ...camera, key: 'A'.repeat(43) }]) }],
  ['a missing field', { text: JSON.stringify([{ ...camera, kind: undefined }]) }],
  ['a route that is not in the table', { path: '/api/inner', text: '{}' }],
  ['an unlisted status', { status: 201, text: '[]' }],
  ['another content type', { contentType: 'text/html', text: '[]' }],
  ['an unlisted error', REFUSED],
  [
    'a problem with an extra field',
    { ...REFUSED, status: 404, text: JSON.stringify({ ...problem, stack: '' }) },
  ],
  ['a body where none is expected', { method: 'POST', path: '/api/auth/logout', status: 204, text: 'x' }],
];
for (const [what, exchange] of wrong)
  test(`an answer breaks the contract by ${what}`, () => {
    assert.throws(() => assertContract({ ...OK, text: '', ...exchange }), assert.AssertionError);
  });
