import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { readXorAddress, writeXorAddress } from '../../../server/core/stun-turn/stun-address.ts';
import {
  ATTRIBUTE,
  longTermKey,
  readStun,
  verifiesStun,
  writeStun,
  type StunMessage,
} from '../../../server/core/stun-turn/stun-message.ts';
import { TurnAllocation } from '../../../server/core/stun-turn/turn-allocation.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const REALM = 'vigie';
const CREDENTIALS = { username: '1700000000:server', credential: 'secret' };
const KEY = longTermKey(CREDENTIALS.username, REALM, CREDENTIALS.credential);
const RELAYED = { address: '198.51.100.7', port: 50_000 };
const VIEWER = '203.0.113.9';
const NAMES: Record<number, string> = {
  3: 'allocate',
  4: 'refresh',
  8: 'permission',
  9: 'channel',
  22: 'send',
};

/** A TURN server, as far as a client needs it, in virtual time. */
let nowUs = 0;
let nonce = 'first';
/** Messages received since the last look. */
let sent: { name: string; bytes: Buffer; message: StunMessage | undefined }[] = [];
let events: string[] = [];
/** Answers of the server to requests of that name, instead of success. */
let refusals: Record<string, number> = {};
let isSilent = false;
let isAlwaysStale = false;
let client: TurnAllocation;

beforeEach(() => {
  nowUs = 0;
  nonce = 'first';
  sent = [];
  events = [];
  refusals = {};
  isSilent = false;
  isAlwaysStale = false;
});

function start(): void {
  const queue: Buffer[] = [];
  client = new TurnAllocation(
    {
      credentials: CREDENTIALS,
      isStream: false,
      transmit: (bytes) => {
        const message = readStun(bytes);
        sent.push({ name: message ? (NAMES[message.type] ?? 'unknown') : 'data', bytes, message });
        if (message && !isSilent) queue.push(...serve(bytes, message));
        queueMicrotask(drain);
      },
      onAllocated: ({ address, port }) => events.push(`allocated ${address} ${port}`),
      onData: ({ address, port }, data) => events.push(`${data.toString()} from ${address} ${port}`),
      onLost: (problem) => events.push(`lost: ${problem}`),
    },
    nowUs,
  );
  drain();

  function drain(): void {
    for (let bytes = queue.shift(); bytes; bytes = queue.shift()) client.receive(bytes, nowUs);
  }
}

function serve(bytes: Buffer, message: StunMessage): Buffer[] {
  const { type, transactionId, attributes } = message;
  if (type === 0x0016) return [];
  const challenge = (code: number) => [
    error(message, code, [
      [ATTRIBUTE.realm, Buffer.from(REALM)],
      [ATTRIBUTE.nonce, Buffer.from(nonce)],
    ]),
  ];
  if (!attributes.has(ATTRIBUTE.messageIntegrity)) return challenge(401);
  if (isAlwaysStale || attributes.get(ATTRIBUTE.nonce)?.toString() !== nonce) return challenge(438);
  if (!verifiesStun(bytes, message, KEY)) return challenge(401);
  const refusal = refusals[NAMES[type] ?? ''];
  if (refusal !== undefined) return [error(message, refusal, [], KEY)];
  const relayed = writeXorAddress(RELAYED, transactionId);
  return [
    writeStun(type | 0x0100, transactionId, type === 3 ? [[ATTRIBUTE.xorRelayedAddress, relayed]] : [], KEY),
  ];
}

function error(
  { type, transactionId }: StunMessage,
  code: number,
  more: [number, Buffer][],
  key?: Buffer,
): Buffer {
  const value = Buffer.from([0, 0, Math.floor(code / 100), code % 100, ...Buffer.from('Reason')]);
  return writeStun(type | 0x0110, transactionId, [[ATTRIBUTE.errorCode, value], ...more], key);
}

/** Advances the time like the owner's timer. */
async function pass(durationUs: number): Promise<void> {
  const endUs = nowUs + durationUs;
  while (nowUs < endUs) {
    nowUs = Math.min(endUs, nowUs + SECOND / 4);
    client.tick(nowUs);
    await Promise.resolve();
  }
}

const take = (): typeof sent => sent.splice(0);
const names = (): string[] => take().map(({ name }) => name);
const timesOf = async (name: string, durationUs: number): Promise<number[]> => {
  const times: number[] = [];
  for (const endUs = nowUs + durationUs; nowUs < endUs;) {
    await pass(SECOND / 4);
    for (const each of names()) if (each === name) times.push(nowUs / SECOND);
  }
  return times;
};

async function allocated(): Promise<void> {
  start();
  await Promise.resolve();
  assert.deepEqual(events.splice(0), ['allocated 198.51.100.7 50000']);
  take();
}

test('an allocation is requested without, then with the credential', async () => {
  start();
  await Promise.resolve();
  const [first, second] = take();
  // REQUESTED-TRANSPORT UDP, LIFETIME 600.
  assert.equal(first?.bytes.subarray(0, 8).toString('hex'), '000300102112a442');
  assert.equal(first.bytes.subarray(20).toString('hex'), '0019000411000000000d000400000258');
  assert.equal(second?.message?.attributes.get(ATTRIBUTE.username)?.toString(), CREDENTIALS.username);
  assert.ok(verifiesStun(second.bytes, second.message, KEY));
  assert.notDeepEqual(first.message?.transactionId, second.message.transactionId);
  assert.deepEqual(events, ['allocated 198.51.100.7 50000']);
});

test('a request without an answer is repeated at growing intervals, then given up', async () => {
  isSilent = true;
  start();
  assert.deepEqual(names(), ['allocate']);
  assert.deepEqual(await timesOf('allocate', 7.25 * SECOND), [0.5, 1.5, 3.5]);
  assert.deepEqual(events, []);
  await pass(SECOND / 4);
  assert.deepEqual(events, ['lost: no answer']);
  assert.deepEqual(await timesOf('allocate', MINUTE), []);
});

test('a refused credential is not sent forever', async () => {
  refusals = { allocate: 401 };
  start();
  await Promise.resolve();
  assert.deepEqual(names(), ['allocate', 'allocate']);
  assert.deepEqual(events, ['lost: 401 Reason']);
});

test('a server that has restarted has lost the allocation', async () => {
  await allocated();
  refusals = { refresh: 437 };
  await pass(5 * SECOND);
  assert.deepEqual(events, ['lost: 437 Reason']);
});

test('a server that always requires another nonce is given up', async () => {
  await allocated();
  isAlwaysStale = true;
  await pass(5 * SECOND);
  assert.deepEqual(names(), ['refresh', 'refresh', 'refresh']);
  assert.deepEqual(events, ['lost: 438 Reason']);
});

test('the allocation is refreshed every five seconds, also with a stale nonce', async () => {
  await allocated();
  assert.deepEqual(await timesOf('refresh', 15 * SECOND), [5, 10, 15]);
  nonce = 'second';
  assert.deepEqual(await timesOf('refresh', 10 * SECOND), [20, 20, 25]);
  assert.deepEqual(events, []);
});

test('a server that is gone is detected within thirteen seconds', async () => {
  await allocated();
  isSilent = true;
  await pass(13 * SECOND);
  assert.deepEqual(events, ['lost: no answer']);
});

test('a peer is permitted as long as it is needed, and renewed every four minutes', async () => {
  await allocated();
  client.permit(VIEWER, nowUs);
  client.permit(VIEWER, nowUs);
  await Promise.resolve();
  const permission = take().find(({ name }) => name === 'permission');
  const value = permission?.message?.attributes.get(ATTRIBUTE.xorPeerAddress);
  assert.ok(value && permission?.message);
  assert.equal(readXorAddress(value, permission.message.transactionId)?.address, VIEWER);
  assert.deepEqual(await timesOf('permission', 9 * MINUTE), [240, 480]);
  client.forbid(VIEWER);
  assert.deepEqual(await timesOf('permission', 4 * MINUTE), [720]);
  client.forbid(VIEWER);
  assert.deepEqual(await timesOf('permission', 10 * MINUTE), []);
});

test('while the server does not answer, each permission is requested once, not at each tick', async () => {
  await allocated();
  isSilent = true;
  client.permit(VIEWER, nowUs);
  const [request, ...others] = take().filter(({ name }) => name === 'permission');
  assert.equal(others.length, 0);
  for (let tick = 0; tick < 20; tick++) client.tick(nowUs);
  assert.ok(request);
  assert.deepEqual(names(), []);
});

test('a refused peer affects nothing else, and is not requested again soon', async () => {
  await allocated();
  refusals = { permission: 403 };
  client.permit('10.0.0.1', nowUs);
  await Promise.resolve();
  assert.equal(client.counters.refusedPeers, 1);
  take();
  assert.deepEqual(await timesOf('permission', 4 * MINUTE), [240]);
  assert.deepEqual(events, []);
});

test('data is sent in indications until the channel is bound, then with four extra bytes', async () => {
  await allocated();
  const peer = { address: VIEWER, port: 4000, channel: 0 };
  assert.equal(client.send(Buffer.from('one'), peer), true);
  const [indication] = take();
  assert.equal(indication?.name, 'send');
  assert.equal(indication.message?.attributes.get(ATTRIBUTE.data)?.toString(), 'one');
  client.bindChannel(peer, nowUs);
  await Promise.resolve();
  assert.deepEqual(names(), ['channel']);
  client.send(Buffer.from('two'), peer);
  assert.equal(take()[0]?.bytes.toString('latin1'), '\x40\x00\x00\x03two');
  assert.deepEqual(await timesOf('channel', 20 * MINUTE), [480, 960]);
  client.releaseChannel(peer);
  assert.equal(peer.channel, 0);
  assert.deepEqual(await timesOf('channel', 20 * MINUTE), []);
});

test('without a channel data is still sent in indications', async () => {
  await allocated();
  refusals = { channel: 400 };
  const peer = { address: VIEWER, port: 4000, channel: 0 };
  client.bindChannel(peer, nowUs);
  await Promise.resolve();
  take();
  client.send(Buffer.from('one'), peer);
  assert.deepEqual(names(), ['send']);
});

test('a number is not reused until its channel has certainly expired', async () => {
  await allocated();
  const first = { address: VIEWER, port: 4000, channel: 0 };
  client.bindChannel(first, nowUs);
  await Promise.resolve();
  client.releaseChannel(first);
  const taken = new Set<number>();
  for (let port = 1; port < 0x1000; port++) {
    const peer = { address: VIEWER, port, channel: 0 };
    client.bindChannel(peer, nowUs);
    await Promise.resolve();
    taken.add(peer.channel);
  }
  assert.equal(taken.size, 0xfff);
  assert.equal(taken.has(0x4000), false);
  const last = { address: VIEWER, port: 5000, channel: 0 };
  take();
  client.bindChannel(last, nowUs);
  await Promise.resolve();
  assert.deepEqual([last.channel, names()], [0, []], 'all are taken, so none is requested');
  await pass(15 * MINUTE);
  client.bindChannel(last, nowUs);
  await Promise.resolve();
  assert.equal(last.channel, 0x4000);
});

test('data from peers is passed on, by indication and by channel', async () => {
  await allocated();
  const id = Buffer.alloc(12, 7);
  const from = writeXorAddress({ address: VIEWER, port: 4000 }, id);
  const hello: [number, Buffer][] = [
    [ATTRIBUTE.xorPeerAddress, from],
    [ATTRIBUTE.data, Buffer.from('hello')],
  ];
  client.receive(writeStun(0x0017, id, hello), nowUs);
  client.bindChannel({ address: VIEWER, port: 4001, channel: 0 }, nowUs);
  await Promise.resolve();
  client.receive(Buffer.from('\x40\x00\x00\x02hi', 'latin1'), nowUs);
  assert.deepEqual(events, [`hello from ${VIEWER} 4000`, `hi from ${VIEWER} 4001`]);
  assert.equal(client.counters.received, 2);
});

test('unsigned answers, and answers without a request, change nothing', async () => {
  await allocated();
  isSilent = true;
  await pass(5 * SECOND);
  const [refresh] = take();
  assert.ok(refresh?.message);
  const forged = writeStun(0x0104, refresh.message.transactionId, []);
  const lost = error(refresh.message, 437, []);
  const unasked = writeStun(0x0104, Buffer.alloc(12), [], KEY);
  for (const bytes of [forged, lost, unasked]) client.receive(bytes, nowUs);
  assert.equal(client.counters.ignored, 3);
  assert.deepEqual(events, []);
});

test('garbage of any kind and length is counted and does no harm', async () => {
  await allocated();
  const id = Buffer.alloc(12, 7);
  const indication = writeStun(0x0017, id, [
    [ATTRIBUTE.xorPeerAddress, Buffer.alloc(5)],
    [ATTRIBUTE.data, Buffer.alloc(3)],
  ]);
  for (let first = 0; first < 256; first++) {
    for (const length of [0, 1, 3, 4, 19, 20, 21, 64]) client.receive(Buffer.alloc(length, first), nowUs);
  }
  for (let length = 0; length <= indication.length; length++)
    client.receive(indication.subarray(0, length), nowUs);
  assert.deepEqual(events, []);
  assert.deepEqual(await timesOf('refresh', 5 * SECOND), [5]);
});

test('closing frees the allocation and reports nothing more', async () => {
  await allocated();
  client.close(nowUs);
  const [goodbye] = take();
  assert.equal(goodbye?.name, 'refresh');
  assert.equal(goodbye.message?.attributes.get(ATTRIBUTE.lifetime)?.readUInt32BE(), 0);
  client.close(nowUs);
  assert.equal(client.send(Buffer.from('late'), { address: VIEWER, port: 1, channel: 0 }), false);
  assert.deepEqual(await timesOf('refresh', MINUTE), []);
});
