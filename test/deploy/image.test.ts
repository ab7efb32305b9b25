import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { ApiSession } from '../support/api-session.ts';
import { startCamera } from '../support/camera-process.ts';
import { NodeViewer } from '../support/node-viewer.ts';
import { until } from '../support/until.ts';
import { ImageTree } from './support/image-tree.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PASSWORD = 'correct horse battery staple';
const NODE_USER = 1000;
const tree = ImageTree.build();
after(() => tree[Symbol.dispose]());

test('.dockerignore excludes everything except what the Dockerfile copies', () => {
  const [first, ...others] = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(first, '*');
  const copied = [...readFileSync(join(ROOT, 'Dockerfile'), 'utf8').matchAll(/^COPY (?!--from)(.*) \S+$/gm)];
  const sources = copied.flatMap(([, words = '']) => words.split(' ')).map((path) => path.split('/')[0]);
  assert.deepEqual(
    new Set(sources),
    new Set(others.flatMap((line) => (line.startsWith('!') ? line.slice(1) : []))),
  );
});

test('the image contains only what is needed to run', () => {
  const packages = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  for (const name of Object.keys(packages.dependencies))
    assert.ok(existsSync(tree.path(`vigie/node_modules/${name}`)), name);
  // A package that others need where they run is no package for development only: protobufjs names @types/node.
  const { packages: locked } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const left = Object.keys(packages.devDependencies)
    .filter((name) => locked[`node_modules/${name}`]?.dev)
    .filter((name) => existsSync(tree.path(`vigie/node_modules/${name}`)));
  assert.deepEqual(left, []);
  for (const path of ['test', 'firmware', 'data', '.env', '.git', 'client/main.ts'])
    assert.ok(!existsSync(tree.path(`vigie/${path}`)), path);
  assert.ok(existsSync(tree.path('vigie/client/dist/index.html')));
  assert.deepEqual(globSync('**/.env*', { cwd: tree.path('vigie/server') }), []);
});

test('the image names the licences of its contents, and that it must not be redistributed', () => {
  const notice = readFileSync(tree.path('vigie/LICENCES.txt'), 'utf8');
  assert.match(notice, /not\s+be passed on/);
  assert.match(notice, /^@seydx\/node-av-linux-x64 .*GPL-3\.0-or-later AND FDK-AAC$/m);
  assert.match(
    readFileSync(join(ROOT, 'Dockerfile'), 'utf8'),
    /licenses="MIT AND GPL-3\.0-or-later AND FDK-AAC"/,
  );
});

test('from the image’s files alone, as a user without write access, a camera is transcoded and watched', async (context) => {
  const data = mkdtempSync(join(tmpdir(), 'vigie-image-data-'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(data, NODE_USER, NODE_USER);
  // mkdtemp makes it private.
  chmodSync(tree.folder, 0o755);
  const [, ...args] = tree.command;
  const server = spawn(process.execPath, args, {
    cwd: tree.path(tree.workdir),
    env: {
      ...tree.env,
      VIGIE_DATA_DIR: data,
      VIGIE_HTTP_PORT: '0',
      VIGIE_RTC_PORT: '0',
      VIGIE_ADMIN_PASSWORD: PASSWORD,
      VIGIE_DEMO: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isRoot && { uid: NODE_USER, gid: NODE_USER }),
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  context.after(async () => {
    if (server.exitCode === null) server.kill('SIGKILL');
    rmSync(data, { recursive: true });
  });
  const ready = await until(
    'the server is ready',
    () => /ready: (http:\/\/localhost:(\d+))/.exec(output) ?? server.exitCode !== null,
  ).catch((error: unknown) => assert.fail(`${String(error)}\n${output}`));
  assert.ok(typeof ready === 'object', output);
  const [, url = ''] = ready;

  const page = await fetch(`${url}/`, { headers: { Accept: 'text/html' } });
  assert.match(await page.text(), /<vigie-app/);

  const admin = await ApiSession.signIn(url, 'admin', PASSWORD);
  const camera = await admin.addCamera('Door');
  const cameraProcess = startCamera(`${url.replace('http', 'ws')}/camera`, camera);
  context.after(() => cameraProcess.stop());
  const signaling = await admin.signaling();
  const { id: transportId, ...transport } = await signaling.request('createWebRtcTransport', {});
  const { iceParameters, dtlsParameters } = transport;
  const { sfu } = await admin.status();
  const viewer = await NodeViewer.create({
    port: sfu.port,
    iceParameters,
    fingerprints: dtlsParameters.fingerprints,
  });
  context.after(() => viewer.close());
  await signaling.request('connectWebRtcTransport', { transportId, dtlsParameters: viewer.dtlsParameters });
  await viewer.connect();
  const { id: consumerId } = await until('the camera is online', () =>
    signaling.request('consume', { transportId, cameraId: camera.id }).catch(() => undefined),
  );
  const arrives = viewer.nextRtp();
  await signaling.request('resumeConsumer', { consumerId });
  assert.ok((await arrives).payload.length > 0);
  signaling.close();

  if (isRoot) {
    const { codecPids } = await admin.status();
    assert.ok(codecPids.length > 0);
    for (const pid of codecPids)
      assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), new RegExp(`^Uid:\\t${NODE_USER}\\t`, 'm'));
  }
  assert.equal(
    spawnSync('find', [tree.path('vigie'), '-user', String(NODE_USER)], { encoding: 'utf8' }).stdout,
    '',
  );
  const stopped = once(server, 'exit');
  server.kill('SIGTERM');
  assert.deepEqual(await stopped, [0, null]);
});
