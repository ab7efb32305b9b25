import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import { PushSender } from '../../server/outbound/push-sender.ts';
import type { PushPayload } from '../../server/wire/notification.ts';
import { until } from '../support/until.ts';
import { PushService } from './push-service.ts';

const PAYLOAD: PushPayload = { title: 'Door', body: 'Motion in Gate', path: '/camera/cam_1', tag: 'cam_1' };

async function room(context: TestContext, secret = randomBytes(32)) {
  const service = await PushService.start();
  const sender = new PushSender({ secret, mayReceive: () => true, ca: service.certificate });
  context.after(() => {
    sender.close();
    service.close();
  });
  return { service, secret, sender };
}

suite('a notification', () => {
  test('arrives encrypted for the device and signed by this server', async (context) => {
    const { service, sender } = await room(context);
    assert.equal(await sender.send(service.device, PAYLOAD), 'sent');
    const [{ payload, headers, claims, signer } = assert.fail()] = service.received;
    assert.deepEqual(payload, PAYLOAD);
    assert.equal(headers['content-encoding'], 'aes128gcm');
    assert.deepEqual([headers['ttl'], headers['urgency'], headers['topic']], ['3600', 'high', 'cam_1']);
    assert.equal(claims.aud, service.origin);
    // RFC 8292 section 2: a day at most.
    const seconds = claims.exp - Date.now() / 1000;
    assert.ok(seconds > 60 && seconds <= 86_400, `${seconds} s`);
    assert.match(claims.sub, /^mailto:/);
    assert.equal(signer, sender.publicKey);
  });

  test('is signed with a secret that begins with a zero byte too', async (context) => {
    const secret = randomBytes(32);
    secret[0] = 0;
    const { service, sender } = await room(context, secret);
    assert.equal(await sender.send(service.device, PAYLOAD), 'sent');
    assert.equal(service.received[0]?.signer, sender.publicKey);
  });

  test('is signed with the same key after a restart, because devices subscribed with it', async (context) => {
    const { secret, sender } = await room(context);
    assert.equal(new PushSender({ secret }).publicKey, sender.publicKey);
    assert.notEqual(new PushSender({ secret: randomBytes(32) }).publicKey, sender.publicKey);
  });

  for (const status of [404, 410])
    test(`answered with ${status} reports that the subscription has ended`, async (context) => {
      const { service, sender } = await room(context);
      service.answer = (response) => void response.writeHead(status).end();
      assert.equal(await sender.send(service.device, PAYLOAD), 'gone');
    });

  for (const status of [400, 403, 413, 302])
    test(`answered with ${status} is not sent again`, async (context) => {
      const { service, sender } = await room(context);
      service.answer = (response) =>
        void response.writeHead(status, { location: `${service.origin}/elsewhere` }).end();
      assert.equal(await sender.send(service.device, PAYLOAD), 'failed');
      assert.equal(service.received.length, 1);
    });

  for (const status of [429, 500, 503])
    test(`answered with ${status} is sent again, after the requested delay`, async (context) => {
      const { service, sender } = await room(context);
      context.mock.timers.enable({ apis: ['setTimeout'] });
      service.answer = (response) => void response.writeHead(status, { 'retry-after': '20' }).end();
      const outcome = sender.send(service.device, PAYLOAD);
      await until('it is answered', () => service.received.length === 1);
      // The pause begins when the answer has been read, so time is advanced from there.
      for (let i = 0; i < 20; i++) await new Promise(setImmediate);
      context.mock.timers.tick(19_000);
      assert.equal(service.received.length, 1);
      service.answer = (response) => void response.writeHead(201).end();
      await until('it is sent again', () => {
        context.mock.timers.tick(1_000);
        return service.received.length === 2;
      });
      assert.equal(await outcome, 'sent');
    });

  test('waiting to be sent again is dropped when the server stops', async (context) => {
    const { service, sender } = await room(context);
    service.answer = (response) => {
      response.writeHead(503, { 'retry-after': '30' }).end();
      sender.close();
    };
    assert.equal(await sender.send(service.device, PAYLOAD), 'failed');
    assert.equal(service.received.length, 1);
  });

  test('is never sent to an address in the LAN or on this machine', async (context) => {
    const { service, secret } = await room(context);
    const sender = new PushSender({ secret, ca: service.certificate });
    const { keys } = service.device;
    context.after(() => sender.close());
    const port = new URL(service.origin).port;
    for (const host of [
      'localhost',
      '127.0.0.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '192.168.1.1',
      '169.254.169.254',
    ])
      assert.equal(
        await sender.send({ endpoint: `https://${host}:${port}/`, keys }, PAYLOAD),
        'failed',
        host,
      );
    assert.equal(service.received.length, 0);
  });
});
