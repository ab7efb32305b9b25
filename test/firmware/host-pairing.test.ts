/** `vigie-camera --pair`: with the real server behind TLS, and with servers that send invalid answers. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import type { PairingCodeView } from '../../server/wire/camera.ts';
import { ServerProcess } from '../support/server-process.ts';
import { TlsFront } from '../support/tls-front.ts';
import { until } from '../support/until.ts';
import { buildFirmware } from '../support/build-firmware.ts';
import { HostCamera, Workshop } from '../support/host-camera.ts';

buildFirmware();
const workshop = new Workshop();
const footage = workshop.footage();
const server = await ServerProcess.start({ env: { VIGIE_TRUSTED_PROXIES: 'loopback' } });
const front = await TlsFront.start(server.url);
const admin = await server.admin();
after(async () => {
  front.close();
  await server.stop();
  workshop[Symbol.dispose]();
});

function start(url: string, ca: string, words: readonly string[]): HostCamera {
  return new HostCamera(url, footage, ['--ca', ca, ...words], Buffer.alloc(32), '');
}

/** Requested through the proxy, as the administrator's browser does it. */
async function pairingCode(cameraId: string): Promise<string> {
  const answer = await fetch(`${server.url}/api/cameras/${cameraId}/pairing-code`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${admin.session.accessToken}`, 'X-Forwarded-Proto': 'https' },
  });
  return ((await answer.json()) as PairingCodeView).code;
}

async function isOnline(cameraId: string): Promise<boolean> {
  return (await admin.cameras()).some(({ id, status }) => id === cameraId && status === 'online');
}

test('a code pairs one camera, which streams and stores id and key readable by its owner only', async () => {
  const { id } = await admin.addCamera('Nest');
  const code = await pairingCode(id);
  const credentials = join(workshop.folder, 'nest');
  const typed = code.toLowerCase().replace('-', ' ');
  const paired = start(front.cameraUrl, front.certificate.path, [
    '--pair',
    typed,
    '--credentials',
    credentials,
  ]);
  await until('it is online', () => isOnline(id));
  assert.equal(await paired.stop(), 0, paired.output);
  assert.equal(statSync(credentials).mode & 0o777, 0o600);
  assert.match(readFileSync(credentials, 'utf8'), new RegExp(`^${id}\n[\\w-]{43}\n$`));
  await until('it is offline', async () => !(await isOnline(id)));

  // The next start is without the code, which is used up.
  const again = start(front.cameraUrl, front.certificate.path, ['--credentials', credentials]);
  await until('it is online again', () => isOnline(id));
  assert.equal(await again.stop(), 0, again.output);
  const thief = start(front.cameraUrl, front.certificate.path, [
    '--pair',
    code,
    '--credentials',
    join(workshop.folder, 'thief'),
  ]);
  await thief.says(/does not take this code/);
  assert.equal(await thief.stop(), 1);
  assert.ok(!existsSync(join(workshop.folder, 'thief')));
});

const GOOD = JSON.stringify({ cameraId: 'cam_1', key: Buffer.alloc(32, 7).toString('base64url') });
const head = (...lines: string[]): string => `HTTP/1.1 201 Created\r\n${lines.join('\r\n')}\r\n\r\n`;
const sized = (body: string): string => head(`Content-Length: ${body.length}`) + body;
const NOT_UNDERSTOOD = /not understood/;

const ANSWERS: readonly (readonly [name: string, answer: string, said: RegExp])[] = [
  ['nothing', '', /was interrupted/],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', NOT_UNDERSTOOD],
  ['a head that never ends', `HTTP/1.1 201 Created\r\n${'X-Long: y\r\n'.repeat(2000)}`, NOT_UNDERSTOOD],
  [
    'a body in chunks',
    head('Transfer-Encoding: chunked') + `${GOOD.length.toString(16)}\r\n${GOOD}`,
    NOT_UNDERSTOOD,
  ],
  ['a body of no length', head('X-Other: 1') + GOOD, NOT_UNDERSTOOD],
  ['two lengths', head('Content-Length: 5', 'Content-Length: 80') + GOOD, NOT_UNDERSTOOD],
  ['a negative length', head('Content-Length: -1') + GOOD, NOT_UNDERSTOOD],
  ['a length beyond all numbers', head(`Content-Length: ${'9'.repeat(30)}`) + GOOD, NOT_UNDERSTOOD],
  ['a body of a gigabyte', head('Content-Length: 1000000000'), /too long/],
  ['less than it said', head(`Content-Length: ${GOOD.length + 1}`) + GOOD, /was interrupted/],
  [
    'a redirect',
    'HTTP/1.1 302 Found\r\nLocation: https://evil.test/\r\nContent-Length: 0\r\n\r\n',
    /cannot pair a camera now/,
  ],
  ['a body that is not JSON', sized('<html>'), NOT_UNDERSTOOD],
  ['no key', sized('{"cameraId":"cam_1"}'), NOT_UNDERSTOOD],
  ['a short key', sized('{"cameraId":"cam_1","key":"AAAA"}'), NOT_UNDERSTOOD],
  ['no id', sized(GOOD.replace('cam_1', '')), NOT_UNDERSTOOD],
  ['an id of 300 characters', sized(GOOD.replace('cam_1', 'x'.repeat(300))), NOT_UNDERSTOOD],
];

test('an invalid answer to a pairing request is reported, and nothing of it is stored', async () => {
  const certificate = workshop.certificate('localhost');
  let answer = '';
  const liar = createServer(certificate, (socket: TLSSocket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer));
  });
  liar.listen(0, 'localhost');
  await once(liar, 'listening');
  const url = `wss://localhost:${(liar.address() as AddressInfo).port}/camera`;
  const kept = join(workshop.folder, 'kept');
  try {
    for (const [name, text, said] of ANSWERS) {
      answer = text;
      const camera = start(url, certificate.path, ['--pair', 'K7QF-3MZP', '--credentials', kept]);
      await until('it has given up', () => camera.process.exitCode !== null);
      assert.equal(await camera.stop(), 1, `${name}: ${camera.output}`);
      assert.match(camera.output, said, name);
      assert.ok(!existsSync(kept), name);
    }
  } finally {
    liar.close();
  }
});
