import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { FeedController } from '../../../client/events/feed-controller.ts';

/** An element that shows the events of a camera, and the feeds that were opened for it. */
function element(context: TestContext) {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const controllers: ReactiveController[] = [];
  let updates = 0;
  const host: ReactiveControllerHost = {
    addController: (controller) => void controllers.push(controller),
    removeController: () => undefined,
    requestUpdate: () => void updates++,
    updateComplete: Promise.resolve(true),
  };
  const feeds: { cameraId: string; open: boolean }[] = [];
  const shown = { cameraId: 'door' };
  const controller = new FeedController(host, () => {
    const feed = { cameraId: shown.cameraId, open: true };
    feeds.push(feed);
    return {
      ask: () => Promise.resolve([]),
      signaling: { on: () => () => (feed.open = false) },
      belongs: () => true,
      pageSize: 20,
    };
  });
  return {
    controller,
    shown,
    feeds,
    updates: () => updates,
    connect: () => controllers.forEach((each) => each.hostConnected?.()),
    disconnect: () => controllers.forEach((each) => each.hostDisconnected?.()),
    tick: (ms: number) => context.mock.timers.tick(ms),
  };
}

test('no feed is opened before the element has chosen its camera', (context) => {
  const { connect, feeds, controller } = element(context);
  connect();
  assert.equal(feeds.length, 0);
  controller.restart();
  assert.deepEqual(feeds, [{ cameraId: 'door', open: true }]);
});

test('another camera replaces the former one', (context) => {
  const { connect, feeds, controller, shown } = element(context);
  connect();
  controller.restart();
  shown.cameraId = 'yard';
  controller.restart();
  assert.deepEqual(feeds, [
    { cameraId: 'door', open: false },
    { cameraId: 'yard', open: true },
  ]);
});

test('an element off the page has no feed and no timer, and gets a feed when it returns', (context) => {
  const { connect, disconnect, feeds, controller, updates, tick } = element(context);
  connect();
  controller.restart();
  disconnect();
  controller.restart();
  assert.deepEqual(feeds, [{ cameraId: 'door', open: false }], 'nor is one opened off the page');
  const before = updates();
  tick(60_000);
  assert.equal(updates(), before);
  connect();
  assert.equal(feeds.length, 2);
  tick(10_000);
  assert.equal(updates(), before + 1);
  disconnect();
});
