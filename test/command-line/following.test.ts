/** Commands that go on, against a server that plays their part: events that follow, a stream that stalls. */

import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { ApiCaller } from '../../server/command-line/api-caller.ts';
import { watch } from '../../server/command-line/commands/cameras.ts';
import { listEvents } from '../../server/command-line/commands/events.ts';
import type { CommandOptions, CommandRun } from '../../server/command-line/command-run.ts';
import { Output } from '../../server/command-line/output.ts';
import { until } from '../support/until.ts';

async function runWith(context: TestContext, options: CommandOptions, answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await until('it listens', () => server.listening);
  const stop = new AbortController();
  context.after(() => {
    stop.abort();
    server.closeAllConnections();
    server.close();
  });
  const printed: { id?: string }[] = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run: CommandRun = {
    api: new ApiCaller({ url, key: 'vigie_a' }, stop.signal),
    output: new Output(true, { out: (text) => printed.push(JSON.parse(text)), progress: undefined }),
    words: ['cam_1'],
    options,
    nowMs: () => performance.timeOrigin + performance.now(),
    gone: stop.signal,
  };
  return { run, printed, stop };
}

const eventOf = (number: number) => ({
  id: `evt_${number}`,
  cameraId: 'cam_1',
  kind: 'motion',
  sourceName: '',
  zones: [],
  startedAtMs: number,
  endedAtMs: number,
});

test('events that were there before are not followed as new ones, also where others are removed', async (context) => {
  // The newest first.
  let events = Array.from({ length: 260 }, (_, index) => eventOf(260 - index));
  let polls = 0;
  const { run, printed, stop } = await runWith(context, { follow: true }, ({ url = '' }, response) => {
    polls++;
    const limit = Number(new URL(url, 'http://x').searchParams.get('limit'));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(events.slice(0, limit)));
  });
  const ended = assert.rejects(listEvents(run, 1), { name: 'AbortError' });
  await until('it was asked again', () => polls >= 4);
  assert.deepEqual([printed.length, printed.at(-1)?.id], [20, 'evt_260']);
  events = [eventOf(262), eventOf(261), ...events.slice(60)];
  const seen = polls;
  await until('it was asked again', () => polls >= seen + 4);
  assert.deepEqual(
    printed.slice(20).map(({ id }) => id),
    ['evt_261', 'evt_262'],
  );
  stop.abort();
  await ended.catch(() => undefined);
});

for (const [what, pictures] of [
  ['after a picture', 1],
  ['before the first', 0],
] as const)
  test(`a stream that stalls ${what} is watched for no longer than asked`, async (context) => {
    const { run, printed } = await runWith(context, { for: '0.3' }, ({ url }, response) => {
      if (url === '/api/cameras') {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify([{ id: 'cam_1', name: 'Door', status: 'live', rights: [] }]));
        return;
      }
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' });
      response.flushHeaders();
      if (pictures) response.write('--b\r\nContent-Length: 2\r\nX-Timestamp: 1\r\n\r\nab');
    });
    if (pictures) await watch(run);
    else await assert.rejects(watch(run), { failure: 'failed', message: /no picture came within 0.3 s/ });
    assert.equal(printed.length, pictures);
  });
