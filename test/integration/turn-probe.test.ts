import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { probeTurn } from '../../server/connectivity/turn-probe.ts';
import { CERTIFICATE_PROBLEM } from '../../server/wire/browser-values.ts';
import { Coturn } from '../support/coturn.ts';

const coturn = await Coturn.start();
after(() => coturn.stop());
const [udp = '', tcp = '', tls = ''] = coturn.urls;

test("a real coturn answers over UDP and TCP, and reports this server's address", async () => {
  for (const url of [udp, tcp, `stun:localhost:${coturn.port}`])
    assert.deepEqual(await probeTurn(url), { problem: null, seenAs: '127.0.0.1' }, url);
});

test('a server with an untrusted certificate is reported', async () => {
  assert.deepEqual(await probeTurn(tls), { problem: CERTIFICATE_PROBLEM, seenAs: null });
});

test('an unused port, an unknown name and an invalid URL are reported', async () => {
  assert.equal((await probeTurn('turn:127.0.0.1:1?transport=tcp')).problem, 'no server listens at that port');
  assert.equal((await probeTurn('turn:no-such-host.invalid')).problem, 'its name does not resolve');
  assert.equal((await probeTurn('http://127.0.0.1')).problem, 'the URL is not understood');
});

test('another program at the port is not taken for a relay', async () => {
  const chatty = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('x'.repeat(10_000));
  }).listen(0, '127.0.0.1');
  await once(chatty, 'listening');
  const silent = createSocket('udp4');
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = chatty.address() as AddressInfo;
  assert.equal((await probeTurn(`turn:127.0.0.1:${port}?transport=tcp`)).problem, 'the answer is not STUN');
  assert.equal((await probeTurn(`turn:127.0.0.1:${silent.address().port}`)).problem, 'no answer');
  chatty.close();
  silent.close();
});
