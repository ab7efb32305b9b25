import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ensureClientBuilt } from '../../server/start/client-build.mjs';
import { ApiSession } from '../support/api-session.ts';
import { Child } from '../support/child-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { DeployedCaddy } from './support/deployed-caddy.ts';

const server = await ServerProcess.start({ env: { VIGIE_TRUSTED_PROXIES: 'loopback' } });
const caddy = await DeployedCaddy.start(server.url);
after(async () => {
  await caddy.stop();
  await server.stop();
});

function logIn(password: string, headers: Record<string, string> = {}, url = caddy.url): Promise<Response> {
  return fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ username: 'admin', password }),
  });
}

test('answers have each security header once, and reveal no more of the software than needed', async () => {
  const { headers } = await fetch(`${caddy.url}/api/health`);
  assert.equal(headers.get('strict-transport-security'), 'max-age=63072000');
  assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none';[^,]*$/);
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('server'), null);
  assert.equal(headers.get('alt-svc'), null, 'no client is sent to a port that is not forwarded');
});

test('http is redirected to https, with the same name and without the internal port', async () => {
  const answer = await fetch(`http://localhost:${caddy.httpPort}/cameras`, { redirect: 'manual' });
  assert.equal(answer.status, 308);
  assert.equal(answer.headers.get('location'), 'https://localhost/cameras');
});

test("cookies are Secure, because the server trusts Caddy's headers", async () => {
  const through = (await logIn(server.password)).headers.getSetCookie();
  assert.ok(through.length > 0);
  for (const cookie of through) assert.match(cookie, /; Secure/);
  // An untrusted client may claim anything; here all are trusted, so the test checks without a claim.
  const direct = (await logIn(server.password, {}, server.url)).headers.getSetCookie();
  for (const cookie of direct) assert.doesNotMatch(cookie, /; Secure/);
});

test('files are compressed, answers of the API are not', async () => {
  assert.equal(await ensureClientBuilt(), undefined);
  const headers = { 'Accept-Encoding': 'gzip', Accept: 'text/html' };
  const page = await (await fetch(`${caddy.url}/`, { headers })).text();
  const [script] = /\/assets\/app-[\w-]+\.js/.exec(page) ?? [];
  const encodingOf = async (path = ''): Promise<string | null> =>
    (await fetch(`${caddy.url}${path}`, { headers })).headers.get('content-encoding');
  assert.equal(await encodingOf(script), 'gzip');
  assert.equal(await encodingOf('/api/health'), null);
});

test('a body beyond every limit is refused, and the server keeps working', async () => {
  const answer = await fetch(`${caddy.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: 'x'.repeat(9_000_000),
  }).then(
    ({ status }) => status,
    () => 'cut off',
  );
  // 502 by Caddy before 2.7.
  assert.ok(answer === 413 || answer === 502 || answer === 'cut off', String(answer));
  assert.equal((await logIn(server.password)).status, 200);
});

test('a camera that trusts only Caddy’s root streams over wss, and a viewer sees it', async (context) => {
  const admin = await ApiSession.signIn(caddy.url, 'admin', server.password);
  const { id, key } = await admin.addCamera('Door');
  const url = `${caddy.url.replace('https', 'wss')}/camera`;
  const camera = new Child('server/virtual-camera/main.ts', ['--url', url, '--id', id], {
    env: { VIGIE_CAMERA_KEY: key, NODE_EXTRA_CA_CERTS: caddy.rootPath },
  });
  context.after(() => camera.stop());
  await until('it is online', async () => (await admin.cameras()).some(({ status }) => status === 'online'));
  const viewer = await admin.signaling();
  await viewer.request('watchFrames', { cameraId: id });
  await until('pictures come', () => viewer.pictures.length > 0);
  viewer.close();

  const strange = new Child('server/virtual-camera/main.ts', ['--url', url, '--id', id], {
    env: { VIGIE_CAMERA_KEY: key },
  });
  context.after(() => strange.stop());
  await strange.line(/certificate|self.signed|unable to verify/i);
});

test('a client cannot choose its address: guessing passwords is slowed down', async () => {
  let refused = 0;
  for (let i = 0; i < 12; i++) {
    const { status } = await logIn('wrong password', { 'X-Forwarded-For': `203.0.113.${i}` });
    if (status === 429) refused++;
  }
  assert.ok(refused > 0);
});
