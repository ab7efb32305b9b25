import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { suite, test, type TestContext } from 'node:test';
import { parseIp } from '../../server/core/address/ip-address.ts';
import { kindOf } from '../../server/core/address/special-addresses.ts';
import type { TransportAddress } from '../../server/core/stun-turn/stun-address.ts';
import { HolePunching } from '../../server/sfu/hole-punching.ts';

const VIEWER = '9.8.7.6';

function isPrivate(text: string): boolean {
  const address = parseIp(text);
  return address !== undefined && kindOf(address) === 'private';
}

function open(context: TestContext) {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let nowUs = 0;
  const sent: (TransportAddress & { atMs: number; bytes: string })[] = [];
  const outcomes: boolean[] = [];
  const punching = new HolePunching({
    socket: {
      sendTo: (datagram, { address, port }) =>
        void sent.push({ address, port, atMs: nowUs / 1000, bytes: datagram.toString('hex') }),
    },
    clock: () => nowUs,
    onOutcome: (_, cameThrough) => outcomes.push(cameThrough),
  });
  context.after(() => punching.close());
  const pass = (seconds: number): void => {
    for (let tick = 0; tick < seconds * 20; tick++) {
      nowUs += 50_000;
      context.mock.timers.tick(50);
    }
  };
  return { punching, sent, outcomes, pass };
}

suite('hole punching', () => {
  test('sends Binding Indications of 28 bytes towards the address that a viewer names, and is done', (context) => {
    const { punching, sent, outcomes, pass } = open(context);
    const viewer = punching.open(VIEWER, true);
    viewer.claim({ address: VIEWER, port: 40_000 });
    assert.equal(sent.length, 1, 'the first one at once');
    pass(20);
    assert.equal(sent.length, 5);
    assert.ok(
      sent.every(({ address, port, bytes }) => address === VIEWER && port === 40_000 && bytes.length === 56),
    );
    assert.ok(sent.every(({ bytes }) => bytes.startsWith('001100082112a442')));
    assert.deepEqual(outcomes, [false]);
  });

  test('tells once whether a viewer from outside came through', (context) => {
    const { punching, outcomes, pass } = open(context);
    for (const isOutside of [true, false]) {
      const viewer = punching.open(VIEWER, isOutside);
      viewer.claim({ address: VIEWER, port: 40_000 });
      for (let check = 0; check < 3; check++) viewer.onCheck({ kind: 'udp', address: VIEWER, port: 40_000 });
      pass(20);
    }
    assert.deepEqual(outcomes, [true]);
    assert.deepEqual(punching.counters.outcomes, { cameThrough: 2, failed: 0 });
  });

  test('has no timer for viewers who named no address', (context) => {
    const { punching } = open(context);
    const setInterval = context.mock.method(globalThis, 'setInterval');
    punching.open(VIEWER, true).onCheck({ kind: 'udp', address: VIEWER, port: 40_000 });
    assert.equal(setInterval.mock.callCount(), 0);
  });
});

suite('hostile claims', () => {
  test('make at most one datagram to each stranger, and are counted', (context) => {
    const { punching, sent, pass } = open(context);
    const viewer = punching.open(VIEWER, true);
    for (let i = 0; i < 100; i++) viewer.claim({ address: `1.2.3.${i}`, port: 40_000 });
    for (const address of ['10.1.2.3', '127.0.0.1', '224.0.0.1', '::1', 'stranger.example'])
      viewer.claim({ address, port: 40_000 });
    pass(60);
    assert.deepEqual(
      sent.map(({ address }) => address),
      ['1.2.3.0', '1.2.3.1', '1.2.3.2', '1.2.3.3'],
    );
    const { claimed } = punching.counters;
    assert.deepEqual(claimed, { accepted: 4, known: 0, foreign: 5, reservedPort: 0, tooMany: 96 });
  });

  test('from many transports make no more than 20 datagrams in any second', (context) => {
    const { punching, sent, pass } = open(context);
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 50; i++) {
        const viewer = punching.open(`9.8.7.${i}`, true);
        for (let port = 2000; port < 2004; port++) {
          viewer.claim({ address: `9.8.7.${i}`, port: port + 10 * second });
          viewer.claim({ address: `1.2.${i}.${port % 256}`, port });
        }
      }
      pass(1);
    }
    for (const { atMs } of sent) {
      const within = sent.filter((other) => other.atMs >= atMs && other.atMs < atMs + 1000).length;
      assert.ok(within <= 20, `${within} in the second from ${atMs} ms`);
    }
    assert.ok(punching.counters.deferred > 0);
  });

  test('from outside never lead into the networks of the server', (context) => {
    const own = Object.values(networkInterfaces())
      .flatMap((entries) => entries ?? [])
      .find(({ address, internal }) => !internal && isPrivate(address));
    if (!own) return context.skip('this machine is in no private network');
    const { punching, sent } = open(context);
    for (const isOutside of [true, false])
      punching.open(VIEWER, isOutside).claim({ address: own.address, port: 40_000 });
    const { accepted, foreign } = punching.counters.claimed;
    assert.deepEqual([accepted, foreign, sent.length], [1, 1, 1]);
  });

  test('by ever new transports make no more than twenty datagrams a minute to one stranger', (context) => {
    const { punching, sent, pass } = open(context);
    for (let half = 0; half < 118; half++) {
      const viewer = punching.open(`9.8.7.${half}`, true);
      for (let port = 2000; port < 2004; port++) viewer.claim({ address: '1.2.3.4', port });
      pass(0.5);
      viewer.close();
    }
    assert.equal(sent.length, 20);
  });

  test('are forgotten with their transport', (context) => {
    const { punching, sent, pass } = open(context);
    const viewer = punching.open(VIEWER, true);
    viewer.claim({ address: VIEWER, port: 40_000 });
    viewer.close();
    pass(20);
    assert.equal(sent.length, 1);
  });
});
