import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { createLog } from '../../server/log.ts';
import { deviceId, PushNotifier } from '../../server/outbound/push-notifier.ts';
import type { PushOutcome } from '../../server/outbound/push-sender.ts';
import type { EventView } from '../../server/wire/event.ts';
import type { NotificationSettings, PushDevice, PushPayload } from '../../server/wire/notification.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openInProcessStore } from '../support/in-process-store.ts';
import { until } from '../support/until.ts';

/** 10 in the morning in Paris. */
const START_MS = Date.parse('2026-11-23T09:00:00Z');
const NAMES: Readonly<Record<string, string>> = { cam_1: 'Door', cam_2: 'Yard' };

interface Sent {
  endpoint: string;
  payload: PushPayload;
  answer: (outcome: PushOutcome) => void;
}

/** Two people; what is sent to their devices is answered by the test. */
async function room(context: TestContext) {
  const store = openInProcessStore(temporaryFolder(context));
  context.after(() => store.close());
  let nowMs = START_MS;
  const sent: Sent[] = [];
  const forbidden = new Set<string>();
  const notifier = new PushNotifier({
    store: store.notifications,
    way: {
      publicKey: 'BKey',
      send: ({ endpoint }, payload) => {
        const { promise, resolve } = Promise.withResolvers<PushOutcome>();
        sent.push({ endpoint, payload, answer: resolve });
        return promise;
      },
    },
    mayWatch: (userId, cameraId) => !forbidden.has(`${userId} ${cameraId}`),
    nameOf: (cameraId) => NAMES[cameraId],
    log: createLog('silent'),
    nowMs: () => nowMs,
  });
  const cameraIds = Object.keys(NAMES);
  for (const id of cameraIds) await store.cameras.ensure(id, id, 'v1', 0);
  const people: Record<string, { userId: string; sessionId: string }> = {};
  for (const username of ['anna', 'ben']) {
    const user = { username, passwordHash: 'x', role: 'viewer', cameraIds } as const;
    const { id: userId } = await store.users.add(user, nowMs);
    people[username] = { userId, sessionId: (await store.sessions.create(userId, 'x', nowMs)).session.id };
  }
  const who = (name: 'anna' | 'ben') => people[name] ?? assert.fail(name);
  const tell = async (name: 'anna' | 'ben', device: string): Promise<PushDevice> => {
    const added = { endpoint: `https://push.example/${device}`, keys: { p256dh: 'p', auth: 'a' } };
    await notifier.addDevice(who(name), added);
    return added;
  };
  const set = async (name: 'anna' | 'ben', change: Partial<NotificationSettings>): Promise<void> => {
    const { userId } = who(name);
    await notifier.setSettings(userId, { ...notifier.settingsOf(userId), ...change });
  };
  return {
    store,
    notifier,
    who,
    tell,
    set,
    forbid: (name: 'anna' | 'ben', cameraId: string) => forbidden.add(`${who(name).userId} ${cameraId}`),
    waits: (ms: number) => (nowMs += ms),
    sent,
    /** Where what has been sent went to, in short; all of it arrives. */
    arrived: async (): Promise<string[]> => {
      // Whom an event concerns is looked up in its turn, and this after it.
      await store.notifications.recipients('cam_none');
      return sent.splice(0).map(({ endpoint, answer }) => {
        answer('sent');
        return endpoint.slice('https://push.example/'.length);
      });
    },
  };
}

let events = 0;
const event = (change: Partial<EventView> = {}): EventView => ({
  id: `evt_${++events}`,
  cameraId: 'cam_1',
  source: 'motion',
  sourceName: '',
  kind: 'motion',
  startedAtMs: START_MS,
  endedAtMs: null,
  zones: [],
  score: 0.1,
  thumbnail: false,
  ...change,
});

suite('notifications', () => {
  test('lost data are told to all devices of administrators, whatever they chose, and to nobody else', async (context) => {
    const { store, notifier, who, tell, set, arrived, sent } = await room(context);
    await tell('anna', 'phone');
    await tell('ben', 'tablet');
    await set('anna', { kinds: [] });
    await store.users.change(who('anna').userId, { role: 'administrator' });
    notifier.alarm('The data are lost.');
    await until('it was sent', () => sent.length > 0);
    assert.deepEqual(await arrived(), ['phone']);
  });

  test('all devices of all who may see the camera are told, once', async (context) => {
    const { notifier, tell, forbid, arrived } = await room(context);
    await tell('anna', 'phone');
    await tell('anna', 'desk');
    await tell('ben', 'tablet');
    forbid('ben', 'cam_1');
    const happened = event();
    notifier.onEvent(happened);
    notifier.onEvent({ ...happened, zones: ['Gate'] });
    notifier.onEvent({ ...happened, endedAtMs: START_MS + 5_000 });
    assert.deepEqual(await arrived(), ['phone', 'desk']);
  });

  test('no event is told once the server stops', async (context) => {
    const { notifier, tell, arrived } = await room(context);
    await tell('anna', 'phone');
    notifier.close();
    notifier.onEvent(event());
    assert.deepEqual(await arrived(), []);
  });

  test('what is told: the camera, what and where, and where to look', async (context) => {
    const { notifier, tell, sent, waits } = await room(context);
    await tell('anna', 'phone');
    notifier.onEvent(event({ zones: ['Gate', 'Path'] }));
    await until('she is told', () => sent.length > 0);
    assert.deepEqual(sent[0]?.payload, {
      title: 'Door',
      body: 'Motion in Gate, Path',
      path: `/camera/cam_1/recordings/${START_MS}`,
      tag: 'cam_1',
    });
    sent.shift()?.answer('sent');
    waits(3_600_000);
    await until('the device is free', () => {
      notifier.onEvent(event({ kind: 'offline', source: 'connection' }));
      return sent.length > 0;
    });
    const { body, path } = sent[0]?.payload ?? assert.fail();
    assert.deepEqual([body, path], ['Not connected any more', '/camera/cam_1']);
  });

  test('a sensor that only knows a moment is news', async (context) => {
    const { notifier, tell, arrived } = await room(context);
    await tell('anna', 'phone');
    notifier.onEvent(event({ source: 'sensor', endedAtMs: START_MS }));
    assert.deepEqual(await arrived(), ['phone']);
  });

  test('the end of what began before the server started is none', async (context) => {
    const { notifier, tell, arrived } = await room(context);
    await tell('anna', 'phone');
    notifier.onEvent(event({ startedAtMs: START_MS - 60_000, endedAtMs: START_MS }));
    assert.deepEqual(await arrived(), []);
  });

  test('everybody is told what they chose', async (context) => {
    const { notifier, tell, set, arrived } = await room(context);
    await tell('anna', 'phone');
    await tell('ben', 'tablet');
    await set('anna', { kinds: ['offline'] });
    await set('ben', { cameraIds: ['cam_2'] });
    notifier.onEvent(event());
    assert.deepEqual(await arrived(), []);
    notifier.onEvent(event({ cameraId: 'cam_2' }));
    assert.deepEqual(await arrived(), ['tablet']);
    notifier.onEvent(event({ kind: 'offline' }));
    assert.deepEqual(await arrived(), ['phone']);
  });

  test('nobody is told in their quiet hours, which are those of their own clock', async (context) => {
    const { notifier, tell, set, arrived } = await room(context);
    const quiet = [{ days: [1], from: '09:30', to: '12:00' }];
    await tell('anna', 'phone');
    await tell('ben', 'tablet');
    await set('anna', { quiet, timeZone: 'Europe/Paris' });
    await set('ben', { quiet, timeZone: 'Europe/London' });
    notifier.onEvent(event());
    assert.deepEqual(await arrived(), ['tablet']);
  });

  test('of one camera nobody is told more often than they like, of another at once', async (context) => {
    const { notifier, tell, set, arrived, waits } = await room(context);
    await tell('anna', 'phone');
    await set('anna', { pauseSeconds: 300 });
    notifier.onEvent(event());
    assert.deepEqual(await arrived(), ['phone']);
    waits(299_000);
    notifier.onEvent(event());
    assert.deepEqual(await arrived(), []);
    await until('the other camera is told', async () => {
      notifier.onEvent(event({ cameraId: 'cam_2' }));
      return (await arrived()).length === 1;
    });
    waits(1_000);
    notifier.onEvent(event());
    assert.deepEqual(await arrived(), ['phone']);
  });

  test('a push service that does not answer holds up nobody, and gets only the newest afterwards', async (context) => {
    const { notifier, tell, sent, set, waits } = await room(context);
    await tell('anna', 'phone');
    await tell('ben', 'tablet');
    for (const name of ['anna', 'ben'] as const) await set(name, { pauseSeconds: 10 });
    notifier.onEvent(event({ zones: ['first'] }));
    await until('both are told', () => sent.length === 2);
    const [phone, tablet] = sent.splice(0);
    tablet?.answer('sent');
    for (const zone of ['second', 'third', 'fourth']) {
      waits(10_000);
      notifier.onEvent(event({ zones: [zone] }));
      await until('ben is told', () => sent.length > 0);
      const [told] = sent.splice(0);
      assert.deepEqual([told?.endpoint, told?.payload.body], [tablet?.endpoint, `Motion in ${zone}`]);
      told?.answer('sent');
    }
    phone?.answer('failed');
    await until('anna is told', () => sent.length > 0);
    assert.deepEqual(
      sent.map(({ endpoint, payload }) => [endpoint, payload.body]),
      [[phone?.endpoint, 'Motion in fourth']],
    );
  });

  test('a device that will never take one again is forgotten', async (context) => {
    const { notifier, tell, sent, store, who } = await room(context);
    await tell('anna', 'phone');
    notifier.onEvent(event());
    await until('it is told', () => sent.length === 1);
    sent[0]?.answer('gone');
    await until('it is forgotten', () => store.notifications.devicesOf(who('anna').userId).length === 0);
  });

  test('a device is told as long as it is signed in', async (context) => {
    const { notifier, tell, who, store, arrived } = await room(context);
    await tell('anna', 'phone');
    await store.sessions.remove(who('anna').sessionId);
    notifier.onEvent(event());
    assert.deepEqual(await arrived(), []);
    assert.deepEqual(notifier.viewOf(who('anna').userId).deviceIds, []);
  });

  test('somebody else who signs in on a device takes it over', async (context) => {
    const { tell, who, notifier } = await room(context);
    const device = await tell('anna', 'phone');
    await tell('ben', 'phone');
    assert.deepEqual(notifier.viewOf(who('anna').userId).deviceIds, []);
    assert.deepEqual(notifier.viewOf(who('ben').userId).deviceIds, [deviceId(device)]);
    await notifier.removeDevice(who('anna').userId, deviceId(device));
    assert.equal(notifier.viewOf(who('ben').userId).deviceIds.length, 1);
    await notifier.removeDevice(who('ben').userId, deviceId(device));
    assert.equal(notifier.viewOf(who('ben').userId).deviceIds.length, 0);
  });

  test('the eleventh device takes the place of the first', async (context) => {
    const { tell, who, notifier, waits } = await room(context);
    const ids: string[] = [];
    for (let i = 0; i < 11; i++) {
      waits(1);
      ids.push(deviceId(await tell('anna', `device-${i}`)));
    }
    assert.deepEqual(notifier.viewOf(who('anna').userId).deviceIds, ids.slice(1));
  });

  test('one to try comes whatever the hour, to one’s own devices', async (context) => {
    const { notifier, tell, set, who, arrived } = await room(context);
    await tell('anna', 'phone');
    await tell('ben', 'tablet');
    await set('anna', { quiet: [{ days: [0, 1, 2, 3, 4, 5, 6], from: '00:00', to: '24:00' }] });
    notifier.test(who('anna').userId);
    assert.deepEqual(await arrived(), ['phone']);
  });

  test('a camera that is gone meanwhile is not told of', async (context) => {
    const { notifier, tell, arrived } = await room(context);
    await tell('anna', 'phone');
    notifier.onEvent(event({ cameraId: 'cam_gone' }));
    assert.deepEqual(await arrived(), []);
  });
});
