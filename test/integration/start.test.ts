import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { ApiSession } from '../support/api-session.ts';
import { startCamera } from '../support/camera-process.ts';
import { Child } from '../support/child-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import { until } from '../support/until.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-start-'));
  folders.push(folder);
  return folder;
}

const FREE_PORTS = { VIGIE_HTTP_PORT: '0', VIGIE_RTC_PORT: '0' };

/** Starts a server that must fail. @returns its output */
async function failedStart(env: Record<string, string>, cwd = emptyFolder()): Promise<string> {
  const child = new Child('server/main.ts', [], { cwd, env: { ...FREE_PORTS, ...env } });
  assert.equal(await child.exited(), 1);
  return child.output;
}

test('the first start prints the address and a password and shows a demo camera, and no later start prints it', async () => {
  const cwd = emptyFolder();
  const first = new Child('server/main.ts', [], { cwd, env: FREE_PORTS });
  const [, url = ''] = await first.line(/Vigie is ready: (\S+)/);
  const [, password = ''] = await first.line(/First administrator: admin \/ (\S+)/);
  const admin = await ApiSession.signIn(url, 'admin', password);
  await until('the demo camera is online', async () => (await admin.cameras())[0]?.status === 'online');
  assert.equal((await admin.cameras())[0]?.kind, 'demo');

  const door = await admin.addCamera('Front door');
  const names = async (): Promise<string> => (await admin.cameras()).map(({ name }) => name).join();
  assert.equal(await names(), 'Demo camera,Front door', 'the demo stays until a camera is live');
  const camera = await ScriptedCamera.connect(`${url.replace('http', 'ws')}/camera`, door);
  camera.play();
  await until('the first real camera replaces the demo', async () => (await names()) === 'Front door');
  camera.close();
  assert.equal(await first.stop(), 0);

  const second = new Child('server/main.ts', [], { cwd, env: FREE_PORTS });
  const [, newUrl = ''] = await second.line(/Vigie is ready: (\S+)/);
  assert.doesNotMatch(second.output, /First administrator/);
  assert.equal(second.output.includes(password), false);
  await ApiSession.signIn(newUrl, 'admin', password);
  assert.equal(await second.stop(), 0);
});

test('users, cameras, keys and sign-ins survive a restart', async () => {
  const server = await ServerProcess.start();
  const admin = await server.admin();
  const door = await admin.addCamera('Front door');
  await admin.addViewer('anna', 'a password of her own', [door.id]);
  const camera = startCamera(server.cameraUrl, door);
  const isOnline = async () => (await admin.cameras())[0]?.status === 'online';
  await until('the camera is online', isOnline);
  await server.kill();
  await server.start();
  await until('the camera has come back by itself, with the same key', isOnline);
  const anna = await ApiSession.signIn(server.url, 'anna', 'a password of her own');
  assert.deepEqual(
    (await anna.cameras()).map(({ id }) => id),
    [door.id],
  );
  await camera.stop();
  await server.stop();
});

test('only the server’s user can read the data folder and the database', async () => {
  const server = await ServerProcess.start();
  const data = join(server.folder, 'data');
  assert.equal(statSync(data).mode & 0o077, 0);
  for (const name of readdirSync(data)) assert.equal(statSync(join(data, name)).mode & 0o077, 0, name);
  await server.stop();
});

test('a taken port prints one line that says what to do, and the process ends', async (t) => {
  const taken = createServer().listen(0);
  t.after(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const output = await failedStart({ VIGIE_HTTP_PORT: String(port) });
  assert.match(output, new RegExp(`^TCP port ${port} [^\\n]* is taken by [^\\n]*VIGIE_HTTP_PORT[^\\n]*\\n$`));
});

test('a taken UDP port prints one line that says what to do', async (t) => {
  const server = await ServerProcess.start();
  t.after(() => server.stop());
  const { port } = (await (await server.admin()).status()).sfu;
  const output = await failedStart({ VIGIE_RTC_PORT: String(port) });
  assert.match(output, new RegExp(`^UDP port ${port} [^\\n]*VIGIE_RTC_PORT[^\\n]*\\n$`));
});

test('an unwritable data folder prints one line that says what to do', async () => {
  const folder = emptyFolder();
  // Even root cannot make a folder inside a file.
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const output = await failedStart({ VIGIE_DATA_DIR: join(file, 'data') }, folder);
  assert.match(output, /^the data folder [^\n]* cannot be written to [^\n]*VIGIE_DATA_DIR\n$/);
});

test('a broken .env prints one line for each problem', async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, '.env'), 'VIGIE_DEMO=1\nthis is no setting\nVIGIE_LOG_LEVEL=chatty\n');
  const lines = (await failedStart({}, folder)).trimEnd().split('\n');
  assert.equal(lines.length, 2);
  assert.ok(lines.some((line) => line.includes('.env') && line.includes('2')));
  assert.ok(lines.some((line) => line.includes('VIGIE_LOG_LEVEL')));
});

test('--check-config prints every setting and no secret', async () => {
  const child = new Child('server/main.ts', ['--check-config'], {
    cwd: emptyFolder(),
    env: { VIGIE_TURN_URLS: 'turn:turn.example.org', VIGIE_TURN_SECRET: 'this-must-not-be-seen' },
  });
  assert.equal(await child.exited(), 0);
  assert.match(child.output, /^VIGIE_HTTP_PORT=8080$/m);
  assert.doesNotMatch(child.output, /must-not-be-seen/);
});
