import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Emitter } from '../../../client/emitter.ts';
import type { LiveTransport, LiveTransportState } from '../../../client/live/live-transport.ts';
import { TransportKeeper } from '../../../client/live/transport-keeper.ts';
import { SignalingError } from '../../../client/signaling/signaling-error.ts';
import type { SignalingClientEvents, SignalingState } from '../../../client/signaling/signaling-client.ts';

class FakeSignaling extends Emitter<SignalingClientEvents> {
  state: SignalingState = 'stopped';
  epoch = 0;

  opens(): void {
    this.state = 'open';
    this.epoch++;
    this.emit('state', 'open');
  }

  outdates(transportId: string): void {
    this.emit('transportOutdated', { transportId });
  }

  loses(): void {
    this.state = 'waiting';
    this.emit('state', 'waiting');
  }
}

class FakeTransport extends Emitter<{ state: LiveTransportState }> {
  readonly id: string;
  readonly epoch: number;
  state: LiveTransportState = 'new';
  closed = false;
  iceRestarts = 0;

  constructor(id: string, epoch: number) {
    super();
    this.id = id;
    this.epoch = epoch;
  }

  becomes(state: LiveTransportState): void {
    this.state = state;
    this.emit('state', state);
  }

  close(): void {
    this.closed = true;
  }

  restartIce(): Promise<void> {
    this.iceRestarts++;
    return Promise.resolve();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Opened transports wait until the test answers. */
function room(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const signaling = new FakeSignaling();
  const asked: PromiseWithResolvers<LiveTransport>[] = [];
  const moved: PromiseWithResolvers<void>[] = [];
  const keeper = new TransportKeeper(
    signaling,
    () => {
      const answer = Promise.withResolvers<LiveTransport>();
      asked.push(answer);
      return answer.promise;
    },
    () => {
      const moving = Promise.withResolvers<void>();
      moved.push(moving);
      return moving.promise;
    },
  );
  context.after(() => keeper.close());
  const answered = async (): Promise<FakeTransport> => {
    const transport = new FakeTransport(`transport ${asked.length}`, signaling.epoch);
    asked.at(-1)?.resolve(transport as unknown as LiveTransport);
    await settled();
    return transport;
  };
  return { signaling, keeper, asked, moved, answered, tick: (ms: number) => context.mock.timers.tick(ms) };
}

test('a transport is opened when it is wanted and signaling is open, one at a time', async (context) => {
  const { signaling, keeper, asked, answered } = room(context);
  signaling.opens();
  assert.equal(asked.length, 0);
  keeper.want();
  keeper.want();
  assert.equal(asked.length, 1);
  assert.equal(keeper.usable, undefined);
  const transport = await answered();
  assert.equal(keeper.usable, transport);
  keeper.want();
  assert.equal(asked.length, 1);
});

test('the old transport is closed when everything has moved to the next, not before', async (context) => {
  const { signaling, keeper, moved, answered, tick } = room(context);
  signaling.opens();
  keeper.want();
  const old = await answered();
  moved[0]?.resolve();
  old.becomes('connected');
  old.becomes('failed');
  assert.equal(keeper.usable, undefined);
  tick(1_000);
  const next = await answered();
  assert.equal(keeper.usable, next);
  assert.equal(old.closed, false);
  moved[1]?.resolve();
  await settled();
  assert.equal(old.closed, true);
});

test('a transport of an earlier signaling epoch is never usable', async (context) => {
  const { signaling, keeper, asked, answered } = room(context);
  signaling.opens();
  keeper.want();
  const late = new FakeTransport('late', signaling.epoch);
  signaling.loses();
  signaling.opens();
  asked[0]?.resolve(late as unknown as LiveTransport);
  await settled();
  assert.equal(late.closed, true);
  assert.equal(keeper.usable, undefined);
  assert.equal(asked.length, 2, 'another is opened at once');
  const next = await answered();
  assert.equal(keeper.usable, next);
  signaling.loses();
  assert.equal(keeper.usable, undefined);
});

test('a lost path first restarts ICE, and opens the next transport when that does not help', async (context) => {
  const { signaling, keeper, asked, answered, tick } = room(context);
  signaling.opens();
  keeper.want();
  const transport = await answered();
  transport.becomes('connected');
  transport.becomes('disconnected');
  assert.equal(transport.iceRestarts, 1);
  tick(3_900);
  assert.equal(keeper.usable, transport);
  tick(200);
  assert.equal(keeper.usable, undefined);
  tick(1_000);
  assert.equal(asked.length, 2);
});

test('a transport that is outdated is used until the next one is there, and longer when there is none', async (context) => {
  const { signaling, keeper, asked, answered } = room(context);
  signaling.opens();
  keeper.want();
  const old = await answered();
  signaling.outdates('another page');
  assert.equal(asked.length, 1);
  for (const expected of [2, 3]) {
    signaling.outdates(old.id);
    signaling.outdates(old.id);
    assert.equal(asked.length, expected);
    assert.equal(keeper.usable, old);
    if (expected === 2) asked[1]?.reject(new SignalingError('full', 'this server is full', 8));
    await settled();
  }
  assert.equal(keeper.searchingSinceMs, null);
  const next = await answered();
  assert.equal(keeper.usable, next);
});

test('a full server is reported with its number of viewers, is not a missing path, and is tried again', async (context) => {
  const { signaling, keeper, asked, answered, tick } = room(context);
  const told: (number | null)[] = [];
  keeper.on('full', (watching) => told.push(watching));
  signaling.opens();
  keeper.want();
  asked[0]?.reject(new SignalingError('full', 'this server is full', 8));
  await settled();
  assert.deepEqual([keeper.watchingWhenFull, keeper.searchingSinceMs], [8, null]);
  tick(15_000);
  assert.equal(asked.length, 2);
  await answered();
  assert.deepEqual(told, [8, null]);
});

test('a browser without WebRTC is not tried again', async (context) => {
  const { signaling, keeper, asked, tick } = room(context);
  signaling.opens();
  keeper.want();
  asked[0]?.reject(Object.assign(new Error('this browser has no WebRTC'), { name: 'UnsupportedError' }));
  await settled();
  assert.equal(keeper.supported, false);
  tick(60_000);
  assert.equal(asked.length, 1);
});
