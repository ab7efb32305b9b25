import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { FeedAttachment } from '../../../client/live/feed-attachment.ts';
import type { LiveConsumer, LiveTransport } from '../../../client/live/live-transport.ts';
import { SignalingError } from '../../../client/signaling/signaling-error.ts';

/** A transport whose server is full as long as the test says so. */
function fullServer(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const server = { watching: 460 as number | null, resumes: 0, pauses: 0, requests: [] as string[] };
  const transport = {
    consume: async (cameraId: string) => ({ id: `consumer of ${cameraId}`, transport }) as LiveConsumer,
    resume: async () => {
      server.resumes++;
      server.requests.push('resume');
      if (server.watching !== null) throw new SignalingError('full', 'this server is full', server.watching);
    },
    pause: async () => void server.pauses++,
    setView: (_id: string, { width }: { width: number }) => void server.requests.push(`view ${width}`),
    closeConsumer: () => undefined,
  } as unknown as LiveTransport;
  return { server, transport };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a full server is reported, and tried again at growing intervals until there is room', async (context) => {
  const { server, transport } = fullServer(context);
  const attachment = new FeedAttachment('door');
  await attachment.attach(transport);
  await settled();
  assert.equal(attachment.feed.watchingWhenFull, 460);
  server.watching = 470;
  context.mock.timers.tick(2_000);
  await settled();
  assert.deepEqual([server.resumes, attachment.feed.watchingWhenFull], [2, 470]);
  for (let seconds = 0; seconds < 100; seconds++) {
    context.mock.timers.tick(1_000);
    await settled();
  }
  assert.ok(server.resumes >= 7 && server.resumes <= 14, `${server.resumes} tries in 100 s`);
  server.watching = null;
  context.mock.timers.tick(20_000);
  await settled();
  assert.equal(attachment.feed.watchingWhenFull, null);
  const { resumes } = server;
  context.mock.timers.tick(60_000);
  assert.equal(server.resumes, resumes);
  attachment.close();
});

test('without a viewer a full server is not tried again', async (context) => {
  const { server, transport } = fullServer(context);
  const attachment = new FeedAttachment('door');
  await attachment.attach(transport);
  await settled();
  attachment.pauseWanted = true;
  assert.equal(server.pauses, 0, 'it is paused already');
  assert.equal(attachment.feed.watchingWhenFull, null);
  context.mock.timers.tick(60_000);
  await settled();
  assert.equal(server.resumes, 1);
  attachment.pauseWanted = false;
  await settled();
  assert.equal(server.resumes, 2);
  attachment.close();
  context.mock.timers.tick(60_000);
  assert.equal(server.resumes, 2);
});

test('video paused by the fallback is resumed after it, unless nobody watches', async (context) => {
  const { server, transport } = fullServer(context);
  server.watching = null;
  const attachment = new FeedAttachment('door');
  await attachment.attach(transport);
  await settled();
  attachment.videoWanted = 'paused';
  assert.deepEqual([server.resumes, server.pauses], [1, 1]);
  attachment.pauseWanted = true;
  attachment.videoWanted = 'flowing';
  await settled();
  assert.deepEqual([server.resumes, server.pauses], [1, 1]);
  attachment.pauseWanted = false;
  await settled();
  assert.deepEqual([server.resumes, server.pauses], [2, 1]);
  attachment.videoWanted = 'paused';
  await attachment.reattach();
  await settled();
  assert.equal(server.resumes, 2, 'another consumer is paused too');
  attachment.close();
});

test('the server knows the size before it sends anything, and video is tried at the smallest one', async (context) => {
  const { server, transport } = fullServer(context);
  server.watching = null;
  const attachment = new FeedAttachment('door');
  attachment.view = { width: 640, height: 480 };
  await attachment.attach(transport);
  await settled();
  assert.deepEqual(server.requests.splice(0), ['view 640', 'resume']);
  attachment.videoWanted = 'paused';
  attachment.videoWanted = 'probed';
  assert.deepEqual(server.requests.splice(0), ['view 160', 'resume']);
  attachment.videoWanted = 'flowing';
  assert.deepEqual(server.requests, ['view 640']);
  attachment.close();
});
