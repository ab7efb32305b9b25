import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../client/http/api-error.ts';
import { Emitter } from '../../../client/emitter.ts';
import { EventFeed, mergeEvents, type LoadEvents } from '../../../client/events/event-feed.ts';
import type { SignalingClientEvents } from '../../../client/signaling/signaling-client.ts';
import type { EventView } from '../../../server/wire/event.ts';
import { eventView } from '../../support/event-view.ts';

const event = (n: number, change: Partial<EventView> = {}): EventView =>
  eventView({ id: `evt_${n}`, startedAtMs: n * 1000, ...change });

class Signaling extends Emitter<SignalingClientEvents> {
  say<Name extends keyof SignalingClientEvents>(name: Name, data: SignalingClientEvents[Name]): void {
    this.emit(name, data);
  }
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const belongs = ({ cameraId }: EventView): boolean => cameraId === 'cam_1';

function feedOf(ask: LoadEvents, pageSize = 3) {
  const signaling = new Signaling();
  const feed = new EventFeed({ ask, signaling, belongs, pageSize });
  return { feed, signaling, ids: () => feed.events.map(({ id }) => id) };
}

/** The server's answers, for events numbered 1 … `newest`. */
const serverWith =
  (newest: number): LoadEvents =>
  (limit, before) => {
    const from = before === undefined ? newest : Number(before.slice(4)) - 1;
    const numbers = Array.from({ length: Math.min(limit, from) }, (_, index) => from - index);
    return Promise.resolve(numbers.map((n) => event(n)));
  };

test('an event shows its newest state, whichever way the update comes', () => {
  const ended = event(1, { endedAtMs: 5000 });
  const seen = event(1, { thumbnail: true, thumbnailVersion: 1 });
  const better = event(1, { thumbnail: true, thumbnailVersion: 2 });
  const both = event(1, { endedAtMs: 5000, thumbnail: true, thumbnailVersion: 1 });
  for (const [known, news, best] of [
    [event(1), ended, ended],
    [ended, event(1), ended],
    [ended, both, both],
    [both, ended, both],
    [both, seen, both],
    [seen, both, both],
    [seen, better, better],
    [better, seen, better],
    [event(1), event(1, { zones: ['Gate'] }), event(1, { zones: ['Gate'] })],
  ] as const)
    assert.deepEqual(mergeEvents([known], [news]), [best]);
  assert.deepEqual(
    mergeEvents([event(2)], [event(3), event(1)]).map(({ id }) => id),
    ['evt_3', 'evt_2', 'evt_1'],
  );
});

test('pages are joined, and the last one is marked', async () => {
  const { feed, ids } = feedOf(serverWith(7));
  assert.equal(feed.loaded, false);
  await settled();
  assert.deepEqual([ids(), feed.mayHaveMore], [['evt_7', 'evt_6', 'evt_5'], true]);
  await feed.loadMore();
  await feed.loadMore();
  assert.deepEqual([ids().length, ids().at(-1), feed.mayHaveMore], [7, 'evt_1', false]);
});

test('new events come on top, others are ignored, and after a reconnect the top is loaded again', async () => {
  let newest = 4;
  const { feed, signaling, ids } = feedOf((limit, before) => serverWith(newest)(limit, before));
  await settled();
  signaling.say('event', event(5));
  signaling.say('event', event(6, { cameraId: 'cam_2' }));
  assert.equal(ids()[0], 'evt_5');
  newest = 9;
  signaling.say('state', 'waiting');
  signaling.say('state', 'open');
  await settled();
  assert.deepEqual(ids(), ['evt_9', 'evt_8', 'evt_7', 'evt_5', 'evt_4', 'evt_3', 'evt_2']);
  await feed.loadMore();
  assert.equal(ids().at(-1), 'evt_1', 'and how far back it goes is as before');
});

test('an event that gets a label which does not belong to the list leaves it, and comes back with one that does', async () => {
  const signaling = new Signaling();
  const person = event(1, { kind: 'detection', label: 'person' });
  const feed = new EventFeed({
    ask: () => Promise.resolve([person]),
    signaling,
    belongs: ({ label }) => label === 'person',
    pageSize: 3,
  });
  await settled();
  signaling.say('event', { ...person, label: 'dog' });
  assert.deepEqual(feed.events, []);
  signaling.say('event', { ...person, endedAtMs: 5000 });
  assert.deepEqual(
    feed.events.map(({ endedAtMs }) => endedAtMs),
    [5000],
  );
});

test('a failed request is shown, and the next success clears it', async () => {
  let fails = true;
  const { feed, signaling } = feedOf((limit) =>
    fails ? Promise.reject(new ApiError('unavailable', 'the server is busy', 503)) : serverWith(2)(limit),
  );
  await settled();
  assert.match(feed.error ?? '', /busy/);
  fails = false;
  signaling.say('state', 'open');
  await settled();
  assert.deepEqual([feed.error, feed.events.length], [null, 2]);
});

test('after closing it neither listens nor requests', async () => {
  let asked = 0;
  const { feed, signaling, ids } = feedOf((limit) => {
    asked++;
    return serverWith(1)(limit);
  });
  feed.close();
  feed.close();
  await settled();
  signaling.say('event', event(5));
  signaling.say('state', 'open');
  assert.deepEqual([ids(), asked], [[], 1]);
});
