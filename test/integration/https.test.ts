/** The server's own https: its local authority, cameras by wss: and ws:, and an operator's files. */

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { once } from 'node:events';
import { startCamera } from '../support/camera-process.ts';
import { makeCertificate } from '../support/certificates.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigie-https-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** For fetch and WebSocket of this process from now on. */
function trust(pem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), pem]);
}

async function servedBy(url: string): Promise<string | undefined> {
  const { port } = new URL(url);
  const socket = connect({
    port: Number(port),
    host: '127.0.0.1',
    servername: 'localhost',
    rejectUnauthorized: false,
  });
  await once(socket, 'secureConnect');
  const fingerprint = socket.getPeerX509Certificate()?.fingerprint256;
  socket.destroy();
  return fingerprint;
}

test('with a local authority a camera that pins it streams by wss:, and a ws: camera keeps working', async (context) => {
  const server = await ServerProcess.start({ env: { VIGIE_TLS: 'local' } });
  context.after(() => server.stop());
  const plainUrl = server.url.replace('https:', 'http:');
  const pem = await (await fetch(`${plainUrl}/ca.pem`)).text();
  const crt = await fetch(`${plainUrl}/ca.crt`);
  assert.equal(crt.headers.get('content-type'), 'application/x-x509-ca-cert');
  const { fingerprint256 } = new X509Certificate(Buffer.from(await crt.arrayBuffer()));
  assert.equal(new X509Certificate(pem).fingerprint256, fingerprint256);
  await server.child.line(new RegExp(`SHA-256 ${fingerprint256}`));
  await assert.rejects(fetch(server.url), 'a client that does not trust it refuses');
  const redirect = await fetch(`${plainUrl}/users`, { redirect: 'manual' });
  assert.deepEqual([redirect.status, redirect.headers.get('location')], [307, `${server.url}/users`]);

  trust(pem);
  const view = await (await fetch(`${server.url}/api/local-authority`)).json();
  assert.equal((view as { authority: { fingerprint: string } }).authority.fingerprint, fingerprint256);
  const admin = await server.admin();
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, pem);
  const [pinned, plain] = [await admin.addCamera('pinned'), await admin.addCamera('plain')];
  const cameras = [
    startCamera(server.cameraUrl, pinned, ['--ca', caFile, '--fps', '5', '--size', 'QVGA']),
    startCamera(server.cameraUrl.replace('wss:', 'ws:'), plain, ['--fps', '5', '--size', 'QVGA']),
  ];
  const stranger = startCamera(server.cameraUrl, pinned, ['--fps', '5']);
  context.after(() => Promise.all([...cameras, stranger].map((camera) => camera.stop())));
  for (const [camera, secure] of [
    [pinned, true],
    [plain, false],
  ] as const) {
    await until(`${camera.name} streams`, async () => {
      const details = await admin.request<{ fps: number; secure: boolean | null }>(
        'GET',
        `/cameras/${camera.id}/status`,
      );
      return details.fps > 0 && details.secure === secure;
    });
  }
  await stranger.line(/self-signed certificate in certificate chain|unable to (?:verify|get)/i);
});

test("with the operator's files a renewed certificate is served without a restart", async (context) => {
  const [first, second] = [await makeCertificate(), await makeCertificate()];
  const paths = { VIGIE_TLS_CERT: join(folder, 'tls.crt'), VIGIE_TLS_KEY: join(folder, 'tls.key') };
  writeFileSync(paths.VIGIE_TLS_CERT, first.cert);
  writeFileSync(paths.VIGIE_TLS_KEY, first.key);
  const server = await ServerProcess.start({ env: paths });
  context.after(() => server.stop());
  assert.equal(await servedBy(server.url), new X509Certificate(first.cert).fingerprint256);
  writeFileSync(paths.VIGIE_TLS_CERT, second.cert);
  writeFileSync(paths.VIGIE_TLS_KEY, second.key);
  const { fingerprint256 } = new X509Certificate(second.cert);
  await until('the new one is served', async () => (await servedBy(server.url)) === fingerprint256);
});
