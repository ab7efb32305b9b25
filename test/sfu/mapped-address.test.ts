import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { writeXorAddress, type TransportAddress } from '../../server/core/stun-turn/stun-address.ts';
import { ATTRIBUTE, writeStun } from '../../server/core/stun-turn/stun-message.ts';
import { createLog } from '../../server/log.ts';
import { MappedAddress } from '../../server/sfu/mapped-address.ts';

const SEEN = { address: '51.15.7.2', port: 8081 };
const URLS = [
  'stun:9.9.9.1:3478',
  'turn:9.9.9.2:3478?transport=udp',
  'turns:9.9.9.3',
  'turn:9.9.9.4?transport=tcp',
];
const BINDING_RESPONSE = 0x0101;

/** The media socket, and the servers behind it. */
class Network {
  readonly asked: { to: TransportAddress; request: Buffer }[] = [];
  onBindingResponse: (datagram: Buffer, from: TransportAddress) => void = () => {};
  sendTo(request: Buffer, to: TransportAddress): void {
    this.asked.push({ to, request });
  }

  /** Every request so far is answered. */
  answer(seen: TransportAddress, change: Partial<TransportAddress> = {}): void {
    for (const { to, request } of this.asked.splice(0)) {
      const id = request.subarray(8, 20);
      const value = writeXorAddress(seen, id);
      const response = writeStun(BINDING_RESPONSE, id, [[ATTRIBUTE.xorMappedAddress, value]]);
      this.onBindingResponse(response, { ...to, ...change });
    }
  }
}

function open(context: TestContext, { isAttended = true, urls = URLS } = {}) {
  context.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  let nowUs = 0;
  let attended = isAttended;
  const socket = new Network();
  const log = createLog('silent');
  const mapped = new MappedAddress({ urls, socket, isAttended: () => attended, clock: () => nowUs, log });
  context.after(() => mapped.close());
  let changes = 0;
  mapped.on('change', () => changes++);
  return {
    mapped,
    socket,
    changes: () => changes,
    leave: () => (attended = false),
    /** Lets time pass, and the look-ups of names be answered. */
    pass: async (seconds: number) => {
      for (let tick = 0; tick < seconds * 2; tick++) {
        nowUs += 500_000;
        context.mock.timers.tick(500);
        await Promise.resolve();
        await new Promise(setImmediate);
      }
    },
  };
}

suite('the mapped address of the media socket', () => {
  test('is asked of each server over UDP, repeatedly until it answers', async (context) => {
    const { socket, mapped, pass } = open(context);
    await pass(1);
    assert.deepEqual([...new Set(socket.asked.map(({ to }) => to.address))], ['9.9.9.1', '9.9.9.2']);
    assert.ok(socket.asked.length >= 4);
    socket.answer(SEEN);
    assert.equal(mapped.state, 'verified');
    assert.deepEqual(mapped.address, SEEN);
    await pass(5);
    assert.equal(socket.asked.length, 0, 'nobody is asked again before the next round');
  });

  test('is unverified at the end of a round in which one server was silent', async (context) => {
    const { socket, mapped, pass } = open(context);
    await pass(0.5);
    socket.asked.splice(0, 1);
    socket.answer(SEEN);
    assert.equal(mapped.state, 'unknown');
    await pass(3);
    assert.equal(mapped.state, 'unverified');
  });

  test('is asked every 15 s while a viewer is there and for five minutes after, and then no more', async (context) => {
    const { socket, pass, leave } = open(context);
    const rounds = async (seconds: number): Promise<number> => {
      let count = 0;
      for (let second = 0; second < seconds; second++) {
        await pass(1);
        if (socket.asked.length > 0) count++;
        socket.answer(SEEN);
      }
      return count;
    };
    // One at the start, then in the seconds 15, 30, 45, 60.
    assert.equal(await rounds(60), 5);
    leave();
    assert.equal(await rounds(300), 20);
    await rounds(30);
    assert.equal(await rounds(120), 0);
  });

  test('is asked once at the start when no viewer is there', async (context) => {
    const { socket, mapped, pass } = open(context, { isAttended: false });
    await pass(0.5);
    socket.answer(SEEN);
    assert.equal(mapped.state, 'verified');
    await pass(60);
    assert.equal(socket.asked.length, 0);
  });

  test('tells when it has changed, and not when it is seen again', async (context) => {
    const { socket, pass, changes } = open(context);
    for (const [seen, expected] of [
      [SEEN, 1],
      [SEEN, 1],
      [{ ...SEEN, port: 9000 }, 2],
    ] as const) {
      await pass(0.5);
      socket.answer(seen);
      assert.equal(changes(), expected);
      await pass(15);
    }
  });

  test('is told nobody when it is tried again after viewers failed on it, unlike another one', async (context) => {
    const { socket, mapped, pass, changes } = open(context, { urls: ['stun:9.9.9.1:3478'] });
    await pass(0.5);
    socket.answer(SEEN);
    for (const viewer of ['9.8.7.1', '9.8.7.2', '9.8.7.3']) mapped.viewerTried(viewer, false);
    assert.equal(mapped.state, 'withdrawn');
    const before = changes();
    for (let round = 0; round < 240; round++) {
      await pass(15);
      socket.answer(SEEN);
    }
    assert.equal(mapped.state, 'unverified');
    assert.equal(changes(), before);
    await pass(15);
    socket.answer({ ...SEEN, port: 9000 });
    assert.equal(changes(), before + 1);
  });
});

suite('an answer is not believed', () => {
  for (const [what, change] of [
    ['from another address', { address: '9.9.9.9' }],
    ['from another port', { port: 3479 }],
  ] as const)
    test(what, async (context) => {
      const { socket, mapped, pass } = open(context);
      await pass(0.5);
      socket.answer(SEEN, change);
      await pass(3);
      assert.equal(mapped.state, 'unknown');
    });

  test('without the id of a request of this round', async (context) => {
    const { socket, mapped, pass } = open(context);
    await pass(0.5);
    for (const { request } of socket.asked) request.writeUInt8((request[8] ?? 0) ^ 1, 8);
    socket.answer(SEEN);
    socket.onBindingResponse(Buffer.from('0101', 'hex'), { address: '9.9.9.1', port: 3478 });
    await pass(3);
    assert.equal(mapped.state, 'unknown');
  });
});
