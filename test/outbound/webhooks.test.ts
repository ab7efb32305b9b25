import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { suite, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createLog } from '../../server/log.ts';
import { openStores } from '../../server/stores.ts';
import { Webhooks } from '../../server/outbound/webhooks.ts';
import type { EventView } from '../../server/wire/event.ts';
import type { DeliveryView, WebhookSettings } from '../../server/wire/webhook.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { Receiver } from '../support/receiver.ts';
import { eventView } from '../support/event-view.ts';

const START_MS = 1_800_000_000_000;

async function room(context: TestContext, basePath = '') {
  const folder = temporaryFolder(context);
  let store = openStores(folder, createLog('silent'));
  await store.cameras.ensure('cam_1', 'Door', 'v1', 1);
  await store.cameras.ensure('cam_2', 'Yard', 'v1', 2);
  const receiver = await Receiver.start();
  let nowMs = START_MS;
  const open = (): Webhooks =>
    new Webhooks({
      store: store.webhooks,
      log: createLog('silent'),
      nowMs: () => nowMs,
      basePath,
    });
  let webhooks = open();
  context.after(async () => {
    webhooks.close();
    await store.close();
    receiver.close();
  });
  const stored = new Set<string>();
  const settings = (change: Partial<WebhookSettings> = {}): WebhookSettings => ({
    name: 'House',
    url: receiver.url,
    cameraIds: [],
    labels: [],
    kinds: ['motion'],
    moment: 'started',
    enabled: true,
    ...change,
  });
  return {
    receiver,
    settings,
    webhooks: () => webhooks,
    store: () => store,
    folder,
    waits: (ms: number) => (nowMs += ms),
    /** Stored like the event log stores it: start, update, end. */
    happens: async (happened: EventView): Promise<void> => {
      const { id, endedAtMs } = happened;
      if (!stored.has(id)) await store.events.add(happened, nowMs);
      else if (endedAtMs === null) await store.events.update(id, happened, nowMs);
      else await store.events.end(id, endedAtMs, nowMs);
      stored.add(id);
      webhooks.wake();
    },
    restart: async (): Promise<void> => {
      webhooks.close();
      await store.close();
      store = openStores(folder, createLog('silent'));
      webhooks = open();
    },
    newest: async (id: string): Promise<DeliveryView | undefined> => (await webhooks.deliveries(id))[0],
  };
}

let events = 0;
const event = (change: Partial<EventView> = {}): EventView =>
  eventView({ id: `evt_${++events}`, startedAtMs: START_MS, zones: ['Gate'], score: 0.1, ...change });

/** As Standard Webhooks says. */
function signatureOf(secret: string, headers: IncomingHttpHeaders, body: string): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

suite('webhooks', () => {
  test('an event is delivered once, signed, with its content', async (context) => {
    const { receiver, settings, webhooks, happens, newest } = await room(context);
    const { id, secret } = await webhooks().add(settings());
    const happened = event();
    await happens(happened);
    await happens({ ...happened, zones: ['Gate', 'Path'] });
    await until('it is delivered', async () => (await newest(id))?.state === 'delivered');
    assert.equal(receiver.received.length, 1);
    const [{ headers, body, message } = assert.fail()] = receiver.received;
    assert.equal(headers['webhook-signature'], signatureOf(secret, headers, body));
    assert.equal(headers['content-type'], 'application/json');
    assert.deepEqual(message, {
      type: 'event.started',
      timestamp: new Date(START_MS).toISOString(),
      data: { ...happened, cameraName: 'Door', recording: `/camera/cam_1/recordings/${START_MS}` },
    });
    const { attempts, status, answer } = (await newest(id)) ?? assert.fail();
    assert.deepEqual([attempts, status, answer], [1, 200, 'thanks']);
  });

  test('a link leads below the base path of the app, under the signature', async (context) => {
    const { receiver, settings, webhooks, happens, newest } = await room(context, '/home/vigie');
    const { id, secret } = await webhooks().add(settings());
    await happens(event());
    await until('it is delivered', async () => (await newest(id))?.state === 'delivered');
    const [{ headers, body, message } = assert.fail()] = receiver.received;
    assert.equal(message.data?.recording, `/home/vigie/camera/cam_1/recordings/${START_MS}`);
    assert.equal(headers['webhook-signature'], signatureOf(secret, headers, body));
  });

  test('each webhook gets the events it selects', async (context) => {
    const { receiver, settings, webhooks, happens } = await room(context);
    const add = async (name: string, change: Partial<WebhookSettings>): Promise<string> =>
      (await webhooks().add(settings({ name, url: receiver.url.replace('hidden', name), ...change }))).id;
    const ids = await Promise.all([
      add('both', { moment: 'both' }),
      add('ends', { moment: 'ended' }),
      add('yard', { cameraIds: ['cam_2'] }),
      add('away', { kinds: ['offline'] }),
      add('off', { enabled: false }),
    ]);
    const motion = event();
    await happens(motion);
    await happens({ ...motion, endedAtMs: START_MS + 5_000 });
    await happens(event({ cameraId: 'cam_2', endedAtMs: START_MS }));
    await happens(event({ kind: 'offline', source: 'connection' }));
    const told = async (id: string) => (await webhooks().deliveries(id)).map(({ type }) => type).toReversed();
    assert.deepEqual(await Promise.all(ids.map(told)), [
      ['event.started', 'event.ended', 'event.started', 'event.ended'],
      ['event.ended', 'event.ended'],
      ['event.started'],
      ['event.started'],
      [],
    ]);
    await until('all have arrived', () => receiver.received.length === 8);
  });

  test('a failed delivery is repeated by its schedule, and the webhook is shown as failing until it works', async (context) => {
    const { receiver, settings, webhooks, happens, waits, newest } = await room(context);
    const { id } = await webhooks().add(settings());
    receiver.answer = (response) => void response.writeHead(500).end('x'.repeat(100_000));
    await happens(event());
    await until('it has failed once', async () => (await newest(id))?.attempts === 1);
    const { state, nextAttemptAtMs, answer, status } = (await newest(id)) ?? assert.fail();
    assert.deepEqual([state, status, answer?.length], ['waiting', 500, 1024]);
    assert.ok(
      nextAttemptAtMs !== null && nextAttemptAtMs >= START_MS + 4_000 && nextAttemptAtMs <= START_MS + 6_000,
    );
    assert.equal(webhooks().list()[0]?.failingSinceMs, START_MS);
    receiver.answer = (response) => void response.end();
    waits(6_000);
    // Every queued delivery triggers a look at what is due.
    await happens(event());
    await until('both have arrived', async () =>
      (await webhooks().deliveries(id)).every((each) => each.state === 'delivered'),
    );
    assert.equal(webhooks().list()[0]?.failingSinceMs, null);
    const sent = receiver.received.map(({ headers }) => headers['webhook-id']);
    assert.deepEqual([sent.length, new Set(sent).size], [3, 2], 'the same id each time');
  });

  test('a retry is not put off by a clock that ran ahead and was set back', async (context) => {
    const { receiver, settings, webhooks, happens, newest, waits } = await room(context);
    receiver.answer = (response) => void response.writeHead(500).end();
    const { id } = await webhooks().add(settings());
    await happens(event());
    await until('it has failed', async () => (await newest(id))?.status === 500);
    receiver.answer = (response) => void response.end();
    waits(-40 * 24 * 3_600_000);
    webhooks().wake();
    await until('it is delivered', async () => (await newest(id))?.state === 'delivered');
  });

  test('a crash between event and delivery loses nothing: every stored event is sent after the start', async (context) => {
    const { receiver, settings, webhooks, store, folder, restart } = await room(context);
    await webhooks().add(settings());
    const program = fileURLToPath(new URL('store-events-until-killed.ts', import.meta.url));
    const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    context.after(() => child.kill('SIGKILL'));
    let lines = 0;
    for await (const chunk of child.stdout) {
      lines += String(chunk).split('\n').length - 1;
      if (lines >= 20) child.kill('SIGKILL');
    }
    await restart();
    const kept = (await store().events.list(['cam_1'], { limit: 1000 })).rows;
    assert.ok(kept.length >= 20);
    await until('all have arrived', () => receiver.received.length === kept.length);
    assert.deepEqual(
      new Set(receiver.received.map(({ message }) => message.data?.id)),
      new Set(kept.map(({ id }) => id)),
    );
  });

  test('a receiver that hangs or answers endlessly delays no other', async (context) => {
    const { receiver, settings, webhooks, happens, newest } = await room(context);
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
    const hanging = (await webhooks().add(settings({ url: dead.url }))).id;
    const talking = (await webhooks().add(settings({ url: endless.url }))).id;
    const good = (await webhooks().add(settings())).id;
    for (let n = 0; n < 150; n++) await happens(event());
    await until('the good one has them all', () => receiver.received.length === 150);
    await until('the endless one is cut', async () => (await newest(talking))?.state === 'delivered');
    assert.equal((await newest(talking))?.answer?.length, 1024);
    assert.equal(dead.received.length, 1, 'one at a time');
    assert.equal(
      (await webhooks().deliveries(hanging)).every(({ state }) => state === 'waiting'),
      true,
    );
    assert.ok((await webhooks().deliveries(good)).every(({ state }) => state === 'delivered'));
  });

  test('redirects are not followed, and a receiver that is gone disables the webhook', async (context) => {
    const { receiver, settings, webhooks, happens, newest } = await room(context);
    const elsewhere = await Receiver.start();
    context.after(() => elsewhere.close());
    const { id } = await webhooks().add(settings());
    receiver.answer = (response) => void response.writeHead(302, { Location: elsewhere.url }).end();
    await happens(event());
    await until('it has failed', async () => (await newest(id))?.status === 302);
    assert.equal(elsewhere.received.length, 0);
    receiver.answer = (response) => void response.writeHead(410).end();
    await happens(event());
    await until('it is off', () => webhooks().list()[0]?.enabled === false);
    await until('its delivery has failed', async () => (await newest(id))?.state === 'failed');
  });

  test('nothing is sent to a forbidden address', async (context) => {
    const { settings, webhooks, happens, newest } = await room(context);
    for (const url of [
      'http://169.254.169.254/latest',
      'http://[fe80::1]/',
      'http://0.0.0.0/',
      'http://[::ffff:169.254.1.1]/',
    ]) {
      const { id } = await webhooks().add(settings({ url }));
      await happens(event());
      await until('it was refused', async () => (await newest(id))?.attempts === 1);
      assert.match((await newest(id))?.answer ?? '', /not allowed for receivers/, url);
      await webhooks().remove(id);
    }
  });

  test('a test can be sent at any time, and a finished delivery again on request', async (context) => {
    const { receiver, settings, webhooks, newest, waits } = await room(context);
    const { id } = await webhooks().add(settings({ cameraIds: ['cam_9'] }));
    await webhooks().test(id);
    await until('it has arrived', async () => (await newest(id))?.state === 'delivered');
    assert.deepEqual(receiver.received[0]?.message, {
      type: 'test',
      timestamp: new Date(START_MS).toISOString(),
      data: null,
    });
    waits(1_000);
    await webhooks().sendAgain(id, (await newest(id))?.id ?? '');
    await until('it has arrived again', () => receiver.received.length === 2);
    await assert.rejects(webhooks().test('hook_gone'), /no such webhook/);
    await assert.rejects(webhooks().sendAgain(id, 'msg_gone'), /no such delivery/);
  });

  test('a new secret signs the next messages, and neither secret is ever shown again', async (context) => {
    const { receiver, settings, webhooks, happens, newest } = await room(context);
    const { id, secret } = await webhooks().add(settings());
    const renewed = await webhooks().renewSecret(id);
    assert.notEqual(renewed.secret, secret);
    assert.ok(
      webhooks()
        .list()
        .every((webhook) => !('secret' in webhook)),
    );
    await happens(event());
    await until('it has arrived', async () => (await newest(id))?.state === 'delivered');
    const [{ headers, body } = assert.fail()] = receiver.received;
    const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const key = Buffer.from(renewed.secret.replace('whsec_', ''), 'base64');
    assert.equal(
      headers['webhook-signature'],
      `v1,${createHmac('sha256', key).update(content).digest('base64')}`,
    );
  });
});
