/** Whole HTTP requests to the real server with all its routes, body parsers and files: no answer is a server fault. */

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import * as fc from 'fast-check';
import { DEFAULT_MOTION } from '../../../server/events/motion-watch.ts';
import { DEFAULT_RECORDING } from '../../../server/recording/default-recording.ts';
import type { Problem } from '../../../server/wire/problem.ts';
import { ApiClient } from '../../support/api-client.ts';
import { startApi } from '../../support/api-server.ts';
import { appImage } from '../../support/app-image.ts';
import { headerText, mutatedBytes, mutatedJson } from '../arbitraries.ts';
import { fuzzCase, type FuzzTarget } from '../target.ts';
import { rightsTo } from '../../support/rights.ts';

const zone = {
  id: 'z1',
  name: 'Path',
  points: [
    [0, 0],
    [1, 0],
    [1, 1],
  ],
};
/** Methods and paths; `:id` becomes a camera's id or something else. */
const ROUTES: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ['POST', '/api/cameras', { name: 'Door' }],
  ['PATCH', '/api/cameras/:id', { name: 'Door' }],
  ['POST', '/api/cameras/:id/settings', { frameSize: 'VGA', jpegQuality: 12 }],
  ['POST', '/api/cameras/:id/sensors', { name: 'PIR' }],
  ['POST', '/api/cameras/:id/events', { kind: 'motion', source: 'PIR' }],
  ['PUT', '/api/cameras/:id/motion', { ...DEFAULT_MOTION, zones: [zone], masks: [] }],
  ['PUT', '/api/cameras/:id/recording', DEFAULT_RECORDING],
  ['POST', '/api/cameras/:id/update', { imageId: 'img_1', allowOlder: true }],
  ['PATCH', '/api/cameras/:id/recordings/:id', { protected: true }],
  ['POST', '/api/pairing', { code: 'K7QF-3MZP', board: 'AI-Thinker', firmware: '1.2.3' }],
  ['PATCH', '/api/users/:id', { role: 'viewer', cameras: [] }],
  ['PUT', '/api/users/:id/cameras', { cameras: rightsTo(['cam_1']) }],
  [
    'POST',
    '/api/webhooks',
    {
      name: 'Home',
      url: 'https://example.org/hook',
      cameraIds: [],
      kinds: ['motion'],
      moment: 'both',
      enabled: false,
    },
  ],
  [
    'PUT',
    '/api/notifications',
    {
      kinds: ['motion'],
      cameraIds: [],
      quiet: [{ days: [0], from: '22:00', to: '24:00' }],
      pauseSeconds: 60,
    },
  ],
  [
    'POST',
    '/api/notifications/devices',
    { endpoint: 'https://example.org/push', keys: { p256dh: 'A'.repeat(87), auth: 'A'.repeat(22) } },
  ],
  ['GET', '/api/events?limit=20&kind=motion&order=oldest&from=0&to=1'],
  ['GET', '/api/cameras/:id/timeline?from=0&to=1'],
  ['GET', '/api/cameras/:id/snapshot.jpg?width=320'],
  ['GET', '/api/cameras/:id/export.webm?from=0&to=1'],
  ['GET', '/api/cameras/:id/recordings/:id.webm'],
  ['GET', '/api/cameras/:id/events/:id/thumbnail.jpg'],
  ['DELETE', '/api/cameras/:id/sensors/:id'],
  ['GET', '/firmware/:id'],
];
const FILES = ['/', '/index.html', '/assets/app-1a2b3c4d.js', '/assets/none.js', '/users'];
const ANSWER_TIMEOUT_MS = 20_000;
/** The problem with a body is quoted, and a body has up to 64 KiB. */
const MAX_ANSWER_BYTES = 512 * 1024;
/** Server faults. An offline camera or a busy server is not one. */
const FAULTS = new Set([500, 501, 504]);

/** Started once, with the first request of any case. */
let started: Promise<{ port: number; token: string; cameraId: string }> | undefined;

function server(): Promise<{ port: number; token: string; cameraId: string }> {
  started ??= (async () => {
    // It lives as long as the process, which every caller ends.
    const context = { after: (close: () => unknown) => process.once('exit', () => void close()) };
    const api = await startApi(context);
    const client = await ApiClient.signedIn(api);
    const { body } = await client.call<{ id: string }>('POST', '/api/cameras', { body: { name: 'Fuzzed' } });
    return { port: api.port, token: client.accessToken ?? '', cameraId: body.id };
  })();
  return started;
}

const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constant('CAMERA') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '..',
      '%2e%2e',
      '%',
      '%00',
      '%ff',
      '__proto__',
      'a'.repeat(2_000),
      '*',
      'cam_1',
    ),
  },
  { weight: 1, arbitrary: fc.webPath().map((path) => path.slice(0, 200)) },
);
const oddHeader = fc.tuple(
  fc.constantFrom(
    'Content-Type',
    'Content-Encoding',
    'Accept',
    'Accept-Encoding',
    'Cookie',
    'Origin',
    'X-Forwarded-For',
    'Expect',
    'Authorization',
    'If-None-Match',
    'Sec-Fetch-Site',
  ),
  headerText.map((text) => text.replaceAll(/[\r\n]/g, ' ')),
);
const conditional = fc.tuple(
  fc.constantFrom(
    'Range',
    'If-Range',
    'If-Match',
    'If-None-Match',
    'If-Modified-Since',
    'If-Unmodified-Since',
    'Accept-Encoding',
  ),
  fc.oneof(
    fc.constantFrom(
      'bytes=0-',
      'bytes=999999-',
      'bytes=-0',
      'bytes=5-1',
      'bytes=0-0,2-3',
      '*',
      '"x"',
      'W/"x"',
      'Thu, 01 Jan 1970 00:00:00 GMT',
    ),
    fc.tuple(fc.nat(100), fc.nat(100)).map(([from, to]) => `bytes=${from}-${to}`),
    headerText.map((text) => text.replaceAll(/[\r\n]/g, ' ')),
  ),
);
const routed = fc.constantFrom(...ROUTES).chain(([method, path, example]) =>
  fc.record({
    method: fc.constant(method),
    path: fc
      .tuple(segment, segment)
      .map(([first, second]) => path.replace(':id', first).replace(':id', second)),
    body: example === undefined ? fc.constant('') : mutatedJson(example),
    headers: fc.array(oddHeader, { maxLength: 2 }),
  }),
);

export const httpRequests: FuzzTarget = {
  name: 'http-requests',
  cases: [
    fuzzCase(
      'any body and any id at any route is answered without a server fault',
      routed,
      async ({ method, path, body, headers }) => {
        const { port, token, cameraId } = await server();
        const fields = [
          ['Authorization', `Bearer ${token}`],
          ['Content-Type', 'application/json'],
          ...headers,
        ];
        const answer = await ask(
          port,
          request(method, path.replaceAll('CAMERA', cameraId), fields, Buffer.from(body)),
        );
        assertNoFault(answer);
        if (answer.status >= 400 && path.startsWith('/api/')) assertProblem(answer);
      },
    ),
    fuzzCase(
      'any upload is firmware or is refused with the reason',
      mutatedBytes(fc.constant(appImage())),
      async (bytes) => {
        const { port, token } = await server();
        const fields = [
          ['Authorization', `Bearer ${token}`],
          ['Content-Type', 'application/octet-stream'],
        ];
        const answer = await ask(port, request('POST', '/api/firmware', fields, bytes));
        assertNoFault(answer);
        if (answer.status >= 400) assertProblem(answer);
      },
    ),
    fuzzCase(
      'any bytes are answered without a server fault, or the connection ends',
      mutatedBytes(
        routed.map(({ method, path, body, headers }) => request(method, path, headers, Buffer.from(body))),
      ),
      async (bytes) => {
        const { port } = await server();
        assertNoFault(await ask(port, bytes, false));
      },
    ),
  ],
};

export const fileRequests: FuzzTarget = {
  name: 'file-requests',
  cases: [
    fuzzCase(
      'any condition and any range of a file is answered without a server fault',
      fc.tuple(
        fc.constantFrom('GET', 'HEAD'),
        fc.constantFrom(...FILES),
        fc.array(conditional, { maxLength: 3 }),
      ),
      async ([method, path, headers]) => {
        const { port } = await server();
        const answer = await ask(
          port,
          request(method, path, [['Accept', 'text/html'], ...headers], Buffer.alloc(0)),
        );
        assertNoFault(answer);
        assert.ok([200, 206, 304, 400, 404, 412, 416].includes(answer.status), String(answer.status));
      },
    ),
  ],
};

interface Answer {
  /** 0: the connection ended without one. */
  status: number;
  contentType: string;
  body: string;
  bytes: number;
}

/** Header values in latin1, as they go over the wire. */
function request(
  method: string,
  path: string,
  headers: readonly (readonly string[])[],
  body: Buffer,
): Buffer {
  const lines = [
    ...headers,
    ['Host', 'localhost'],
    ['Connection', 'close'],
    ['Content-Length', String(body.length)],
  ];
  const target = path.replaceAll(/[\s\u0080-\u{10ffff}]/gu, '-');
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${head}\r\n`, 'latin1'), body]);
}

/** @param isWhole otherwise this side is closed, so that the server does not wait for more */
async function ask(port: number, bytes: Buffer, isWhole = true): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const pieces: Buffer[] = [];
  const socket = connect({ port, host: '127.0.0.1' });
  const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), ANSWER_TIMEOUT_MS);
  let problem: Error | undefined;
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  socket.on('error', (error) => (problem = error));
  socket.on('close', () => resolve());
  if (isWhole) socket.write(bytes);
  else socket.end(bytes);
  await promise;
  clearTimeout(timer);
  assert.notEqual(problem?.message, 'no answer in time');
  const received = Buffer.concat(pieces);
  const [head = '', ...rest] = received.toString('latin1').split('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    contentType: /^content-type: (.*)$/im.exec(head)?.[1] ?? '',
    body: Buffer.from(rest.join('\r\n\r\n'), 'latin1').toString('utf8'),
    bytes: received.length,
  };
}

function assertNoFault({ status, body, bytes }: Answer): void {
  assert.ok(!FAULTS.has(status), `${status} ${body}`);
  assert.ok(bytes <= MAX_ANSWER_BYTES, `${bytes} bytes`);
}

function assertProblem({ status, contentType, body }: Answer): void {
  // Requests that Node itself refuses, for their form or an Expect header, never reach a route.
  if ((status === 400 && contentType === '') || (status === 417 && body === '')) return;
  assert.match(contentType, /application\/problem\+json/, `${status} ${body}`);
  const problem = JSON.parse(body) as Problem;
  assert.equal(problem.status, status);
  assert.match(problem.code, /^[a-zA-Z]+$/);
}
