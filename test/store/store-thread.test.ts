/** One thread of the store, with a worker that follows instructions. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { createLog } from '../../server/log.ts';
import { StoreThread } from '../../server/store/store-thread.ts';
import type { ThreadData } from '../../server/store/thread-messages.ts';

const RESTART_MS = 1_000;
/** Answers with its instruction, and dies of `die`. */
const WORKER = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (message) => {
      if (message === 'die' || message === 'close') process.exit(1);
      parentPort.postMessage(message);
    });`)}`,
);

function open(context: TestContext): StoreThread<string, string> {
  const thread = new StoreThread<string, string>({
    url: WORKER,
    data: {} as ThreadData,
    log: createLog('silent'),
  });
  context.after(() => thread.close());
  return thread;
}

test('a thread that dies fails its request, and is restarted at most once a second', async (context) => {
  const thread = open(context);
  const startedMs = performance.now();
  assert.equal(await thread.ask('first'), 'first');
  for (let death = 1; death <= 2; death++) {
    await assert.rejects(thread.ask('die'), { code: 'unavailable' });
    assert.equal(await thread.ask('again'), 'again');
    assert.equal(thread.restarts, death);
  }
  assert.ok(performance.now() - startedMs >= 2 * RESTART_MS, 'each start waits for the interval');
});

test('one request at a time is accepted, and none after close', async (context) => {
  const thread = open(context);
  const first = thread.ask('first');
  await assert.rejects(thread.ask('second'), /one request at a time/);
  assert.equal(await first, 'first');
  await thread.close();
  await thread.close();
  await assert.rejects(thread.ask('late'), { code: 'unavailable' });
});

test('an idle thread does not keep the process running', async () => {
  const module = new URL('../../server/store/store-thread.ts', import.meta.url).href;
  const program = `
    import { StoreThread } from ${JSON.stringify(module)};
    const thread = new StoreThread({ url: new URL(${JSON.stringify(WORKER.href)}), data: {}, log: console });
    process.stdout.write(await thread.ask('answered'));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 20_000,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  const [code] = await once(child, 'close');
  assert.deepEqual([output, code], ['answered', 0]);
});
