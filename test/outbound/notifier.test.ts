import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { deviceId } from '../../server/outbound/push-devices.ts';
import { until } from '../support/until.ts';
import { event, notifierRig, START_MS } from './notifier-rig.ts';
import type { EventView } from '../../server/wire/event.ts';

const detected = (change: Partial<EventView>): EventView =>
  event({ source: 'analyser', kind: 'detection', label: 'person', zones: ['Gate'], ...change });

suite('notifications', () => {
  test('lost data are told to all devices of administrators, whatever they chose, and to nobody else', async (context) => {
    const { store, notifier, who, tell, set, arrived, sent } = await notifierRig(context);
    await tell('anna', 'phone');
    await tell('ben', 'tablet');
    await set('anna', { kinds: [] });
    await store.users.change(who('anna').userId, { role: 'administrator' });
    notifier.alarm('The data are lost.');
    await until('it was sent', () => sent.length > 0);
    assert.deepEqual(await arrived(), ['phone']);
  });

  test('security is told to devices of administrators who have not turned it off, at any hour', async (context) => {
    const { store, notifier, who, tell, set, arrived, sent } = await notifierRig(context);
    await tell('anna', 'phone');
    await tell('ben', 'tablet');
    await set('anna', { kinds: [], quiet: [{ days: [0, 1, 2, 3, 4, 5, 6], from: '00:00', to: '24:00' }] });
    await store.users.change(who('anna').userId, { role: 'administrator' });
    await store.users.change(who('ben').userId, { role: 'administrator' });
    await set('ben', { security: false });
    notifier.security('Somebody is trying passwords.');
    await until('it was sent', () => sent.length > 0);
    assert.deepEqual([sent[0]?.payload.path, sent[0]?.payload.tag], ['/audit', 'security']);
    assert.deepEqual(await arrived(), ['phone']);
  });

  test('all devices of all users who may see the camera are notified, once', async (context) => {
    const { notifier, tell, forbid, arrived } = await notifierRig(context);
    await tell('anna', 'phone');
    await tell('anna', 'desk');
    await tell('ben', 'tablet');
    forbid('ben', 'events', 'cam_1');
    const happened = event();
    notifier.onEvent(happened);
    notifier.onEvent({ ...happened, zones: ['Gate'] });
    notifier.onEvent({ ...happened, endedAtMs: START_MS + 5_000 });
    assert.deepEqual(await arrived(), ['phone', 'desk']);
  });

  test('only detections that a rule names are notified, also when a label changes to it', async (context) => {
    const { notifier, tell, set, arrived, sent, waits } = await notifierRig(context);
    await tell('anna', 'phone');
    const rule = { label: 'person', cameraIds: ['cam_1'], hours: [] };
    await set('anna', { detections: [rule] });
    notifier.onEvent(detected({ cameraId: 'cam_2' }));
    const unclear = detected({ label: 'dog' });
    notifier.onEvent(unclear);
    notifier.onEvent({ ...unclear, label: 'person' });
    await until('it was sent', () => sent.length > 0);
    assert.deepEqual(
      sent.map(({ payload }) => [payload.body, payload.path]),
      [['Person in Gate', `/camera/cam_1/recordings/${START_MS}`]],
    );
    assert.deepEqual(await arrived(), ['phone']);
    waits(61_000);
    notifier.onEvent(event());
    await until('motion is no matter of these rules', () => sent.length > 0);
  });

  test('a notification that waits is not sent once the right or the sign-in has ended', async (context) => {
    const { store, notifier, who, tell, forbid, waits, sent } = await notifierRig(context);
    await tell('anna', 'phone');
    await tell('ben', 'tablet');
    notifier.onEvent(event());
    await until('it is under way to both', () => sent.length === 2);
    waits(61_000);
    notifier.onEvent(event());
    // Recipients are looked up in a queue; this look-up comes after them.
    await store.notifications.recipients('cam_none');
    await setImmediate();
    forbid('anna', 'events', 'cam_1');
    await store.sessions.remove(who('ben').sessionId);
    for (const { answer } of sent.splice(0)) answer('sent');
    await setImmediate();
    assert.deepEqual(sent, []);
  });

  test('motion leads to its recording, or to the camera without the right to look back', async (context) => {
    const { notifier, tell, forbid, sent } = await notifierRig(context);
    await tell('anna', 'phone');
    await tell('ben', 'tablet');
    forbid('ben', 'lookBack', 'cam_1');
    notifier.onEvent(event());
    await until('both are told', () => sent.length === 2);
    assert.deepEqual(
      new Map(sent.map(({ endpoint, payload }) => [endpoint.split('/').at(-1), payload.path])),
      new Map([
        ['phone', `/camera/cam_1/recordings/${START_MS}`],
        ['tablet', '/camera/cam_1'],
      ]),
    );
  });

  test('no event is notified once the server stops', async (context) => {
    const { notifier, tell, arrived } = await notifierRig(context);
    await tell('anna', 'phone');
    notifier.close();
    notifier.onEvent(event());
    assert.deepEqual(await arrived(), []);
  });

  test('a notification contains camera, kind, zones and the page to open', async (context) => {
    const { notifier, tell, sent, waits } = await notifierRig(context);
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
    assert.deepEqual([body, path], ['Camera offline', '/camera/cam_1']);
  });

  test('a camera that is connected without new pictures is not told as one that went', async (context) => {
    const { notifier, tell, sent } = await notifierRig(context);
    await tell('anna', 'phone');
    notifier.onEvent(event({ kind: 'offline', source: 'connection', sourceName: 'stalled' }));
    await until('she is told', () => sent.length > 0);
    assert.equal(sent[0]?.payload.body, 'Sends no new pictures');
  });

  test('a sensor event without a duration is notified', async (context) => {
    const { notifier, tell, arrived } = await notifierRig(context);
    await tell('anna', 'phone');
    notifier.onEvent(event({ source: 'sensor', endedAtMs: START_MS }));
    assert.deepEqual(await arrived(), ['phone']);
  });

  test('the end of an event that began before the server started is not notified', async (context) => {
    const { notifier, tell, arrived } = await notifierRig(context);
    await tell('anna', 'phone');
    notifier.onEvent(event({ startedAtMs: START_MS - 60_000, endedAtMs: START_MS }));
    assert.deepEqual(await arrived(), []);
  });

  test('each user is notified of the chosen kinds and cameras', async (context) => {
    const { notifier, tell, set, arrived } = await notifierRig(context);
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

  test('no notification is sent in quiet hours, which are in the site’s time zone', async (context) => {
    const { notifier, tell, set, arrived, movesTo } = await notifierRig(context);
    const quiet = [{ days: [1], from: '09:30', to: '12:00' }];
    await tell('anna', 'phone');
    await tell('ben', 'tablet');
    await set('anna', { quiet });
    movesTo('Europe/Paris');
    notifier.onEvent(event());
    assert.deepEqual(await arrived(), ['tablet']);
    movesTo('Europe/London');
    notifier.onEvent(event({ cameraId: 'cam_2' }));
    assert.deepEqual((await arrived()).toSorted(), ['phone', 'tablet']);
  });

  test('one camera is notified at most once per pause, another at once', async (context) => {
    const { notifier, tell, set, arrived, waits } = await notifierRig(context);
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

  test('a push service that hangs delays no other device, and gets only the newest notification afterwards', async (context) => {
    const { notifier, tell, sent, set, waits } = await notifierRig(context);
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

  test('a device whose subscription has ended is removed', async (context) => {
    const { notifier, tell, sent, store, who } = await notifierRig(context);
    await tell('anna', 'phone');
    notifier.onEvent(event());
    await until('it is told', () => sent.length === 1);
    sent[0]?.answer('gone');
    await until('it is forgotten', () => store.notifications.devicesOf(who('anna').userId).length === 0);
  });

  test('a device is notified as long as its user is signed in', async (context) => {
    const { notifier, push, tell, who, store, arrived } = await notifierRig(context);
    await tell('anna', 'phone');
    await store.sessions.remove(who('anna').sessionId);
    notifier.onEvent(event());
    assert.deepEqual(await arrived(), []);
    assert.deepEqual(push.devices.idsOf(who('anna').userId), []);
  });

  test('another user who signs in on a device takes it over', async (context) => {
    const { tell, who, push } = await notifierRig(context);
    const device = await tell('anna', 'phone');
    await tell('ben', 'phone');
    assert.deepEqual(push.devices.idsOf(who('anna').userId), []);
    assert.deepEqual(push.devices.idsOf(who('ben').userId), [deviceId(device)]);
    await push.devices.remove(who('anna').userId, deviceId(device));
    assert.equal(push.devices.idsOf(who('ben').userId).length, 1);
    await push.devices.remove(who('ben').userId, deviceId(device));
    assert.equal(push.devices.idsOf(who('ben').userId).length, 0);
  });

  test('the eleventh device replaces the first', async (context) => {
    const { tell, who, push, waits } = await notifierRig(context);
    const ids: string[] = [];
    for (let i = 0; i < 11; i++) {
      waits(1);
      ids.push(deviceId(await tell('anna', `device-${i}`)));
    }
    assert.deepEqual(push.devices.idsOf(who('anna').userId), ids.slice(1));
  });

  test('a test notification comes at any hour, to the user’s own devices only', async (context) => {
    const { notifier, tell, set, who, arrived } = await notifierRig(context);
    await tell('anna', 'phone');
    await tell('ben', 'tablet');
    await set('anna', { quiet: [{ days: [0, 1, 2, 3, 4, 5, 6], from: '00:00', to: '24:00' }] });
    notifier.test(who('anna').userId);
    assert.deepEqual(await arrived(), ['phone']);
  });

  test('an event of a camera that was removed meanwhile is not notified', async (context) => {
    const { notifier, tell, arrived } = await notifierRig(context);
    await tell('anna', 'phone');
    notifier.onEvent(event({ cameraId: 'cam_gone' }));
    assert.deepEqual(await arrived(), []);
  });
});
