import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { suite, test, type TestContext } from 'node:test';
import { cameraControl } from '../../server/cameras/camera-control.ts';
import { CameraPresence } from '../../server/cameras/camera-presence.ts';
import type { CameraEvents } from '../../server/core/link/camera-events.ts';
import { createLog } from '../../server/log.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import type { CameraConnectionView } from '../../server/wire/camera.ts';
import type { CameraSettings } from '../../server/wire/camera-settings.ts';

const BEGIN_MS = 1_800_000_000_000;

/** Scripted ingest, store and clock, with the real hub. The only known camera is `door`. */
function setUp(
  context: TestContext,
  {
    lastFrameAtMs = null,
    frameIntervalMs,
    pictureIntervalMs,
    settings = {},
  }: {
    lastFrameAtMs?: number | null;
    frameIntervalMs?: number;
    /** As an administrator has set it. */
    pictureIntervalMs?: number;
    settings?: CameraSettings;
  } = {},
) {
  const { timers } = context.mock;
  timers.enable({ apis: ['setTimeout'] });
  const log = createLog('silent');
  const hub = new FrameHub(log);
  const state = {
    nowUs: BEGIN_MS * 1000,
    online: false,
    stored: [] as number[],
    pictures: 0,
    pictureIntervalMs,
  };
  const status = (): CameraConnectionView => ({
    online: state.online,
    lastFrameAtMs: null,
    device: {
      firmware: '',
      board: '',
      sensor: '',
      capabilities: [],
      ...(frameIntervalMs !== undefined && { frameIntervalMs }),
    },
  });
  const ingest = Object.assign(new EventEmitter<CameraEvents>(), {
    status,
    set: () => Promise.resolve(),
    reboot: () => Promise.resolve(),
    disconnect: () => undefined,
  });
  const door = { id: 'door', name: 'Door', kind: 'v1' as const, createdAtMs: 1, lastFrameAtMs };
  const presence = new CameraPresence({
    ingest,
    frames: hub,
    store: {
      find: (id) => (id === 'door' ? door : undefined),
      settingsOf: () => settings,
      pictureIntervalOf: () => state.pictureIntervalMs,
      setLastFrameAt: (_id, atMs) => {
        state.stored.push(atMs);
        return Promise.resolve(true);
      },
    },
    log,
    clock: () => state.nowUs,
  });
  context.after(() => presence.close());
  const told: string[] = [];
  presence.on('changed', (_id, liveness) =>
    told.push(liveness.lastPictureUs === null ? `${liveness.status}, empty` : liveness.status),
  );
  return {
    state,
    ingest,
    presence,
    told,
    pass: (ms: number): void => {
      // In steps, so that a timer that is set anew is met in time.
      for (let left = ms; left > 0; left -= 100) {
        state.nowUs += Math.min(left, 100) * 1000;
        timers.tick(Math.min(left, 100));
      }
    },
    send: (bytes = String(state.pictures++)): void => {
      const times = { captureUs: state.nowUs, receivedUs: state.nowUs };
      hub.publish({ cameraId: 'door', jpeg: Buffer.from(bytes), width: 8, height: 8, ...times });
    },
  };
}

suite('presence of cameras', () => {
  test('tells each change once: the connection, the first picture, the stall, the next picture, the end', (context) => {
    const { state, ingest, told, pass, send } = setUp(context);
    ingest.emit('online', 'door');
    for (let sent = 0; sent < 100; sent++) {
      send();
      pass(100);
    }
    assert.deepEqual(told.splice(0), ['online, empty', 'online']);
    pass(60_000);
    assert.deepEqual(told.splice(0), ['stalled']);
    send();
    ingest.emit('offline', 'door');
    assert.deepEqual(told.splice(0), ['online', 'offline']);
    const lastMs = state.nowUs / 1000;
    assert.equal(state.stored.at(-1), lastMs);
    pass(60_000);
    send();
    assert.deepEqual(told, [], 'of a camera that is gone nothing is looked at');
  });

  test('a camera that sends no picture has stalled after 2 s, without anybody asking', (context) => {
    const { ingest, told, pass } = setUp(context);
    ingest.emit('online', 'door');
    pass(2_100);
    assert.deepEqual(told, ['online, empty', 'stalled, empty']);
  });

  test('the pace that a camera reports, and the frame rate it is set to, count', async (context) => {
    const { ingest, presence, told, pass, send } = setUp(context, { frameIntervalMs: 60_000 });
    ingest.emit('online', 'door');
    send();
    pass(170_000);
    assert.deepEqual(told.splice(0), ['online, empty', 'online']);
    assert.equal(presence.liveness('door').staleAfterMs, 180_000);
    await cameraControl(ingest, presence).set('door', { maxFps: 1 });
    assert.deepEqual(told, ['stalled']);
    assert.equal(presence.liveness('door').staleAfterMs, 3_000);
  });

  test('a slow camera that says nothing is live for three of the intervals it is set to, as soon as it is set', (context) => {
    const { state, ingest, presence, told, pass, send } = setUp(context);
    ingest.emit('online', 'door');
    send();
    state.pictureIntervalMs = 3_600_000;
    presence.updatePace('door');
    for (let hours = 0; hours < 3; hours++) {
      pass(3_600_000);
      send();
    }
    assert.deepEqual(told, ['online, empty', 'online', 'online']);
    assert.equal(presence.liveness('door').staleAfterMs, 3 * 3_600_000);
    ingest.emit('offline', 'door');
    ingest.emit('online', 'door');
    pass(2 * 3_600_000);
    assert.equal(
      presence.liveness('door').status,
      'online',
      'a new connection needs no new picture for that',
    );
    pass(2 * 3_600_000);
    assert.equal(presence.liveness('door').status, 'stalled');
    state.pictureIntervalMs = undefined;
    presence.updatePace('nobody');
  });

  test('each connection is awaited until its first picture', (context) => {
    const { state, ingest, presence, pass, send } = setUp(context);
    const told: string[] = [];
    presence.on('changed', (_id, { status, awaited }) => told.push(awaited ? `${status}, awaited` : status));
    for (let connection = 0; connection < 2; connection++) {
      ingest.emit('online', 'door');
      send();
      pass(500);
      ingest.emit('offline', 'door');
      pass(60_000);
    }
    assert.deepEqual(told, ['online, awaited', 'online', 'offline', 'online, awaited', 'online', 'offline']);
    assert.ok(state.stored.length > 0);
  });

  test('a last frame of the future makes no camera live', (context) => {
    const { ingest, told, pass } = setUp(context, { lastFrameAtMs: BEGIN_MS + 40 * 86_400_000 });
    ingest.emit('online', 'door');
    pass(2_100);
    assert.equal(told.at(-1), 'stalled');
  });

  test('that a sensor hangs is told when it does', (context) => {
    const { ingest, presence, told, pass, send } = setUp(context);
    ingest.emit('online', 'door');
    for (let sent = 0; sent <= 100; sent++) {
      send('the same');
      pass(100);
    }
    assert.deepEqual(told.splice(0), ['online, empty', 'online', 'stalled']);
    assert.equal(presence.liveness('door').frozen, true);
    pass(60_000);
    assert.deepEqual(
      [told, presence.liveness('door').frozen],
      [['stalled'], false],
      'now it sends nothing at all',
    );
  });

  test('before it connects a camera is what the store knows of it, and one nobody knows takes no memory', (context) => {
    const { ingest, presence, told } = setUp(context, { lastFrameAtMs: BEGIN_MS - 5_000 });
    const { status, sinceUs } = presence.liveness('door');
    assert.deepEqual([status, sinceUs], ['offline', (BEGIN_MS - 5_000) * 1000]);
    ingest.emit('online', 'stranger');
    assert.equal(presence.liveness('stranger').status, 'never');
    assert.deepEqual(told, []);
  });

  test('the newest picture is remembered when the server stops', (context) => {
    const { state, ingest, presence, pass, send } = setUp(context);
    ingest.emit('online', 'door');
    send();
    pass(1_000);
    send();
    presence.close();
    assert.deepEqual(state.stored, [BEGIN_MS, BEGIN_MS + 1_000]);
  });
});
