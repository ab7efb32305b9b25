import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { until } from '../support/until.ts';

const VIDEO = new URL('../../server/video/', import.meta.url);
const SERVER = `
  import { createLog } from '${new URL('../log.ts', VIDEO).href}';
  import { FrameHub } from '${new URL('frame-hub.ts', VIDEO).href}';
  import { Transcoder } from '${new URL('transcoder.ts', VIDEO).href}';
  const log = createLog('silent');
  const transcoder = new Transcoder(new FrameHub(log), log);
  console.log(transcoder.codecPids.join(' '));
`;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('codec processes end with a server that was killed', { timeout: 30_000 }, async () => {
  const server = spawn(process.execPath, ['--input-type=module', '--eval', SERVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = (await once(server.stdout, 'data')) as [Buffer];
  const pids = printed.toString().trim().split(' ').map(Number);
  assert.ok(pids.length > 0 && pids.every(alive));
  server.kill('SIGKILL');
  await once(server, 'exit');
  await until(() => !pids.some(alive));
});

test('a server that closes its transcoder can exit', { timeout: 30_000 }, async () => {
  const server = spawn(
    process.execPath,
    ['--input-type=module', '--eval', `${SERVER} setTimeout(() => transcoder.close(), 500);`],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  assert.deepEqual(await once(server, 'exit'), [0, null]);
});
