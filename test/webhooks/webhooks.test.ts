import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import { createLog } from '../../server/log.ts';
import { Store } from '../../server/store/store.ts';
import { Webhooks } from '../../server/webhooks/webhooks.ts';
import type { EventView } from '../../server/wire/event.ts';
import type { DeliveryView, WebhookSettings } from '../../server/wire/webhook.ts';
import { temporaryFolder } from '../api/support/api-server.ts';
import { until } from '../support/until.ts';
import { Receiver } from './receiver.ts';

const START_MS = 1_800_000_000_000;

async function room(context: TestContext) {
  const folder = await temporaryFolder(context);
  let store = Store.open(folder);
  const receiver = await Receiver.start();
  let nowMs = START_MS;
  const open = (): Webhooks =>
    new Webhooks({
      store: store.webhooks,
      nameOf: (cameraId) => ({ cam_1: 'Door', cam_2: 'Yard' })[cameraId],
      log: createLog('silent'),
      nowMs: () => nowMs,
    });
  let webhooks = open();
  context.after(() => {
    webhooks.close();
    store.close();
    receiver.close();
  });
  const settings = (change: Partial<WebhookSettings> = {}): WebhookSettings => ({
    name: 'House',
    url: receiver.url,
    cameraIds: [],
    kinds: ['motion'],
    moment: 'started',
    enabled: true,
    ...change,
  });
  return {
    receiver,
    settings,
    webhooks: () => webhooks,
    waits: (ms: number) => (nowMs += ms),
    /** As after a crash: nothing in memory, the database as it is on the disk. */
    restart: () => {
      webhooks.close();
      store.close();
      store = Store.open(folder);
      webhooks = open();
    },
    newest: (id: string): DeliveryView | undefined => webhooks.deliveries(id)[0],
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
  zones: ['Gate'],
  score: 0.1,
  thumbnail: false,
  ...change,
});

suite('webhooks', () => {
  test('an event arrives once, signed, with what it is about', async (context) => {
    const { receiver, settings, webhooks, newest } = await room(context);
    const { id, secret } = webhooks().add(settings());
    const happened = event();
    webhooks().onEvent(happened);
    webhooks().onEvent({ ...happened, zones: ['Gate', 'Path'] });
    await until('it is delivered', () => newest(id)?.state === 'delivered');
    assert.equal(receiver.received.length, 1);
    const [{ headers, body, message } = assert.fail()] = receiver.received;
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    assert.equal(
      headers['webhook-signature'],
      `v1,${createHmac('sha256', key).update(content).digest('base64')}`,
    );
    assert.equal(headers['content-type'], 'application/json');
    assert.deepEqual(message, {
      type: 'event.started',
      timestamp: new Date(START_MS).toISOString(),
      data: { ...happened, cameraName: 'Door', recording: `/camera/cam_1/recordings/${START_MS}` },
    });
    const { attempts, status, answer } = newest(id) ?? assert.fail();
    assert.deepEqual([attempts, status, answer], [1, 200, 'thanks']);
  });

  test('each webhook is told what it asked for', async (context) => {
    const { receiver, settings, webhooks } = await room(context);
    const add = (name: string, change: Partial<WebhookSettings>): string =>
      webhooks().add(settings({ name, url: receiver.url.replace('hidden', name), ...change })).id;
    const ids = [
      add('both', { moment: 'both' }),
      add('ends', { moment: 'ended' }),
      add('yard', { cameraIds: ['cam_2'] }),
      add('away', { kinds: ['offline'] }),
      add('off', { enabled: false }),
    ];
    const motion = event();
    webhooks().onEvent(motion);
    webhooks().onEvent({ ...motion, endedAtMs: START_MS + 5_000 });
    webhooks().onEvent(event({ cameraId: 'cam_2', endedAtMs: START_MS }));
    webhooks().onEvent(event({ kind: 'offline', source: 'connection' }));
    const told = (id: string | undefined) =>
      webhooks()
        .deliveries(id ?? '')
        .map(({ type }) => type)
        .toReversed();
    assert.deepEqual(ids.map(told), [
      ['event.started', 'event.ended', 'event.started', 'event.ended'],
      ['event.ended', 'event.ended'],
      ['event.started'],
      ['event.started'],
      [],
    ]);
    await until('all have arrived', () => receiver.received.length === 8);
  });

  test('what fails is tried again by its schedule, and the webhook is shown as failing until it works', async (context) => {
    const { receiver, settings, webhooks, waits, newest } = await room(context);
    const { id } = webhooks().add(settings());
    receiver.answer = (response) => void response.writeHead(500).end('x'.repeat(100_000));
    webhooks().onEvent(event());
    await until('it has failed once', () => newest(id)?.attempts === 1);
    const { state, nextAttemptAt, answer, status } = newest(id) ?? assert.fail();
    assert.deepEqual([state, status, answer?.length], ['waiting', 500, 1024]);
    assert.ok(
      nextAttemptAt !== null && nextAttemptAt >= START_MS + 4_000 && nextAttemptAt <= START_MS + 6_000,
    );
    assert.equal(webhooks().list()[0]?.failingSince, START_MS);
    receiver.answer = (response) => void response.end();
    waits(6_000);
    // Anything that is told looks at what is due.
    webhooks().onEvent(event());
    await until('both have arrived', () =>
      webhooks()
        .deliveries(id)
        .every((each) => each.state === 'delivered'),
    );
    assert.equal(webhooks().list()[0]?.failingSince, null);
    const sent = receiver.received.map(({ headers }) => headers['webhook-id']);
    assert.deepEqual([sent.length, new Set(sent).size], [3, 2], 'the same id each time');
  });

  test('a crash between event and delivery loses nothing', async (context) => {
    const { receiver, settings, webhooks, restart, newest } = await room(context);
    const { id } = webhooks().add(settings());
    receiver.answer = (response) => void response.socket?.destroy();
    webhooks().onEvent(event());
    await until('it was tried', () => receiver.received.length === 1);
    receiver.answer = (response) => void response.end();
    restart();
    webhooks().sendAgain(id, newest(id)?.id ?? '');
    await until('it has arrived', () => newest(id)?.state === 'delivered');
  });

  test('a receiver that hangs or answers endlessly holds up no other', async (context) => {
    const { receiver, settings, webhooks, newest } = await room(context);
    const dead = await Receiver.start();
    const endless = await Receiver.start();
    context.after(() => (dead.close(), endless.close()));
    dead.answer = () => undefined;
    endless.answer = (response) => {
      const more = (): void => {
        if (response.write('blah '.repeat(1000))) setImmediate(more);
        else response.once('drain', more);
      };
      response.on('error', () => undefined);
      more();
    };
    const hanging = webhooks().add(settings({ url: dead.url })).id;
    const talking = webhooks().add(settings({ url: endless.url })).id;
    const good = webhooks().add(settings()).id;
    for (let n = 0; n < 150; n++) webhooks().onEvent(event());
    await until('the good one has them all', () => receiver.received.length === 150);
    await until('the endless one is cut', () => newest(talking)?.state === 'delivered');
    assert.equal(newest(talking)?.answer?.length, 1024);
    assert.equal(dead.received.length, 1, 'one at a time');
    assert.equal(
      webhooks()
        .deliveries(hanging)
        .every(({ state }) => state === 'waiting'),
      true,
    );
    assert.ok(
      webhooks()
        .deliveries(good)
        .every(({ state }) => state === 'delivered'),
    );
  });

  test('one that is led elsewhere does not follow; one that is gone for good is turned off', async (context) => {
    const { receiver, settings, webhooks, newest } = await room(context);
    const elsewhere = await Receiver.start();
    context.after(() => elsewhere.close());
    const { id } = webhooks().add(settings());
    receiver.answer = (response) => void response.writeHead(302, { Location: elsewhere.url }).end();
    webhooks().onEvent(event());
    await until('it has failed', () => newest(id)?.status === 302);
    assert.equal(elsewhere.received.length, 0);
    receiver.answer = (response) => void response.writeHead(410).end();
    webhooks().onEvent(event());
    await until('it is off', () => webhooks().list()[0]?.enabled === false);
    assert.equal(newest(id)?.state, 'failed');
  });

  test('nothing is sent to where no receiver is', async (context) => {
    const { settings, webhooks, newest } = await room(context);
    for (const url of [
      'http://169.254.169.254/latest',
      'http://[fe80::1]/',
      'http://0.0.0.0/',
      'http://[::ffff:169.254.1.1]/',
    ]) {
      const { id } = webhooks().add(settings({ url }));
      webhooks().onEvent(event());
      await until('it was refused', () => newest(id)?.attempts === 1);
      assert.match(newest(id)?.answer ?? '', /no receiver’s address|no receiver's address/, url);
      webhooks().remove(id);
    }
  });

  test('a test is sent at any time, and what was delivered once more if somebody wants it', async (context) => {
    const { receiver, settings, webhooks, newest, waits } = await room(context);
    const { id } = webhooks().add(settings({ cameraIds: ['cam_9'] }));
    webhooks().test(id);
    await until('it has arrived', () => newest(id)?.state === 'delivered');
    assert.deepEqual(receiver.received[0]?.message, {
      type: 'test',
      timestamp: new Date(START_MS).toISOString(),
      data: null,
    });
    waits(1_000);
    webhooks().sendAgain(id, newest(id)?.id ?? '');
    await until('it has arrived again', () => receiver.received.length === 2);
    assert.throws(() => webhooks().test('hook_gone'), /no such webhook/);
    assert.throws(() => webhooks().sendAgain(id, 'msg_gone'), /no such delivery/);
  });

  test('a new secret signs what comes next, and neither is ever shown again', async (context) => {
    const { receiver, settings, webhooks, newest } = await room(context);
    const { id, secret } = webhooks().add(settings());
    const renewed = webhooks().renewSecret(id);
    assert.notEqual(renewed.secret, secret);
    assert.ok(
      webhooks()
        .list()
        .every((webhook) => !('secret' in webhook)),
    );
    webhooks().onEvent(event());
    await until('it has arrived', () => newest(id)?.state === 'delivered');
    const [{ headers, body } = assert.fail()] = receiver.received;
    const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const key = Buffer.from(renewed.secret.replace('whsec_', ''), 'base64');
    assert.equal(
      headers['webhook-signature'],
      `v1,${createHmac('sha256', key).update(content).digest('base64')}`,
    );
  });
});
