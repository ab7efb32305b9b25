/** The command `vigie` against a real server with a real camera: what it prints, and its exit codes. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { parseLine } from '../../server/command-line/command-table.ts';
import { findConnection } from '../../server/command-line/connection.ts';
import { sensorCommand } from '../../client/devices/device-commands.ts';
import type { ApiKeyView, MadeApiKey } from '../../server/wire/api-key.ts';
import type { EventView, SensorWithToken } from '../../server/wire/event.ts';
import { startCamera } from '../support/camera-process.ts';
import { callLikeCurl } from '../support/curl-call.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const MAIN = resolve(import.meta.dirname, '../../server/command-line/main.ts');

const server = await ServerProcess.start();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
await admin.addCamera('Yard');
const camera = startCamera(server.cameraUrl, door);
after(async () => {
  await camera.stop();
  await server.stop();
});

async function keyOf(body: object): Promise<string> {
  return (await admin.request<MadeApiKey>('POST', '/keys', { name: 'Command', ...body })).secret;
}

const key = await keyOf({ powers: ['administer'] });

async function vigie(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: server.folder,
    env: { ...process.env, VIGIE_URL: server.url, VIGIE_KEY: key, ...env },
  });
  const closed = once(child, 'close');
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code: child.exitCode, out, err, lines: out.trim().split('\n') };
}

function json<T>({ lines }: { lines: string[] }): T[] {
  return lines.map((line) => JSON.parse(line) as T);
}

test('cameras are listed for people, and as JSON for programs', async () => {
  const people = await vigie(['cameras']);
  assert.equal(people.code, 0, people.err);
  assert.match(
    people.out,
    /^ID +NAME +STATUS +RIGHTS\ncam_\w+ +Front door +\w+ +live lookBack events control\n/,
  );
  const listed = json<{ name: string }>(await vigie(['cameras', '--json']));
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['Front door', 'Yard'],
  );
});

test('a snapshot is saved, and a stream is watched', async () => {
  await until(
    'there is a picture',
    async () => (await vigie(['snapshot', 'Front door', '-o', 'a.jpg'])).code === 0,
  );
  assert.deepEqual([...readFileSync(join(server.folder, 'a.jpg')).subarray(0, 2)], [0xff, 0xd8]);
  const watched = await vigie(['watch', door.id, '--for', '1', '--json']);
  assert.equal(watched.code, 0, watched.err);
  const [figures] = json<{ fps: number; ageMs: number; bytes: number }>(watched);
  assert.ok(figures && figures.fps > 0 && figures.bytes > 1000, watched.out);
});

test(
  'a full disk is a failure that is named, and a reader who leaves is none',
  { skip: !existsSync('/dev/full') },
  async () => {
    const full = openSync('/dev/full', 'w');
    for (const args of [['cameras'], ['snapshot', 'Front door', '--output', '-']]) {
      const child = spawn(process.execPath, [MAIN, ...args], {
        env: { ...process.env, VIGIE_URL: server.url, VIGIE_KEY: key },
        stdio: ['ignore', full, 'pipe'],
      });
      const [err] = await Promise.all([text(child.stderr as Readable), once(child, 'close')]);
      assert.equal(child.exitCode, 1, args.join(' '));
      assert.match(err, /^vigie: the output cannot be written: ENOSPC/);
    }
    closeSync(full);
    const { code, err } = await vigie(['snapshot', 'Front door', '--output', '/dev/full']);
    assert.equal(code, 1);
    assert.match(err, /^vigie: \/dev\/full cannot be written: ENOSPC/);
    const child = spawn(process.execPath, [MAIN, 'watch', 'Front door'], {
      env: { ...process.env, VIGIE_URL: server.url, VIGIE_KEY: key },
    });
    child.stdout.once('data', () => child.stdout.destroy());
    await once(child, 'close');
    assert.equal(child.exitCode, 0);
  },
);

test('recording is switched on, and a range is exported', async () => {
  const on = await vigie(['record', door.id, '--mode', 'continuous', '--json']);
  assert.equal(json<{ settings: { mode: string } }>(on)[0]?.settings.mode, 'continuous', on.err);
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const save = ['export', door.id, '--from', from, '-o', 'a.webm', '--json'];
  await until('something was recorded', async () => (await vigie(save)).code === 0);
  assert.deepEqual([...readFileSync(join(server.folder, 'a.webm')).subarray(0, 4)], [0x1a, 0x45, 0xdf, 0xa3]);
  const [saved] = json<{ bytes: number }>(await vigie(save));
  assert.ok((saved?.bytes ?? 0) > 1000);
});

test('keys are made, listed and revoked', async () => {
  const made = json<MadeApiKey>(
    await vigie(['keys', 'add', 'Hall', '--camera', 'Yard', '--days', '1', '--json']),
  )[0];
  assert.ok(made);
  const limited = json<{ name: string }>(await vigie(['cameras', '--json'], { VIGIE_KEY: made.secret }));
  assert.deepEqual(
    limited.map(({ name }) => name),
    ['Yard'],
  );
  assert.match((await vigie(['keys'])).out, /Hall/);
  assert.equal((await vigie(['keys', 'revoke', made.key.id])).code, 0);
  assert.equal((await vigie(['cameras'], { VIGIE_KEY: made.secret })).code, 4);
});

test('events are listed, and followed until the key is revoked', async () => {
  const made = await admin.request<MadeApiKey>('POST', '/keys', {
    name: 'Follower',
    everyCamera: ['events'],
  });
  const { token } = await admin.request<SensorWithToken>('POST', `/cameras/${door.id}/sensors`, {
    name: 'Porch',
  });
  const child = spawn(process.execPath, [MAIN, 'events', '--follow', '--camera', 'Front door', '--json'], {
    env: { ...process.env, VIGIE_URL: server.url, VIGIE_KEY: made.secret },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  // The key's first use is listed when it has asked; from then on nothing is missed.
  await until('it asks', async () => {
    const keys = await admin.request<ApiKeyView[]>('GET', '/keys');
    return keys.find(({ id }) => id === made.key.id)?.lastUsedAtMs;
  });
  const answer = await callLikeCurl(sensorCommand(`${server.url}/api/cameras/${door.id}/events`, token));
  const { id } = (await answer.json()) as EventView;
  await until('it is printed', () => out.includes(`"id":"${id}"`));
  const ended = once(child, 'close');
  await admin.request('DELETE', `/keys/${made.key.id}`);
  await ended;
  assert.equal(child.exitCode, 4);
  assert.match(err, /^vigie: .*revoked/);
  const listed = json<EventView>(await vigie(['events', '--limit', '100', '--json']));
  assert.ok(listed.some((event) => event.id === id));
});

test('doctor names the camera that was never there', async () => {
  const { code, out } = await vigie(['doctor']);
  assert.equal(code, 6);
  assert.match(out, /BAD {2}camera Yard: never/);
  assert.match(out, /ok {3}server/);
});

test('exit codes tell a program what went wrong', async () => {
  const live = await keyOf({ everyCamera: ['live'] });
  const cases: [code: number, args: string[], env?: NodeJS.ProcessEnv][] = [
    [0, ['--help']],
    [2, ['nothing']],
    [2, ['snapshot']],
    [2, ['cameras', '--width', '1']],
    [2, ['cameras'], { VIGIE_KEY: '', VIGIE_CONFIG: '/nowhere' }],
    [3, ['cameras'], { VIGIE_URL: 'http://127.0.0.1:1' }],
    [4, ['cameras'], { VIGIE_KEY: 'vigie_wrong' }],
    [4, ['keys'], { VIGIE_KEY: live }],
    [5, ['snapshot', 'Cellar']],
    [5, ['keys', 'revoke', 'key_none']],
  ];
  for (const [code, args, env] of cases) {
    const done = await vigie(args, env);
    assert.equal(done.code, code, `${args.join(' ')}: ${done.err}`);
    assert.ok(!done.err.includes(key), 'the key is not printed');
  }
});

test('a file with the key that others may read is refused', (context) => {
  const path = join(temporaryFolder(context), 'config.json');
  writeFileSync(path, JSON.stringify({ url: 'https://vigie.example/', key: 'vigie_a' }), { mode: 0o600 });
  const environment = { VIGIE_CONFIG: path };
  assert.deepEqual(findConnection(environment), { url: 'https://vigie.example', key: 'vigie_a' });
  chmodSync(path, 0o640);
  assert.throws(() => findConnection(environment), { failure: 'usage', message: /chmod 600/ });
});

test('a line that is not understood is refused', () => {
  for (const line of ['watch', 'watch a --for soon', 'cameras --follow', 'cameras --key vigie_a', 'toString'])
    assert.throws(() => parseLine(line.split(' ')), { failure: 'usage' }, line);
  assert.equal(parseLine([]), undefined);
});
